"""The first explanation in a fresh process, beside shap's: python tests/benchmarks/cold.py

The work: import what estimates Shapley values, and explain one game without a model (random values from a table) with
our default of evaluations; then explain it again. The peer: shap.Explainer for a row of a table, on the same game with
as many evaluations; it compiles parts of itself at the first call. Each runs in a new process, by turns. Importing
torch and transformers, which either would need for a model, is in neither; a sentence explained by a model of
transformers has them in both, and both load the model by our own loader.
"""

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from comparison import Comparison, command, turns
from processes import ROOT

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not the script of that name beside this file

from explain.explainer import budget

COLD = """
import json, time
start = time.perf_counter()
{imports}
import numpy as np
values = np.random.default_rng(0).normal(size=2**{n})
game = lambda z: values[(np.asarray(z) > 0.5) @ (1 << np.arange({n}))]
imported = time.perf_counter() - start
def explain():
    {explain}
explain()
first = time.perf_counter() - start
explain()
print(json.dumps([imported, first, time.perf_counter() - start - first]))
"""
FRESH = {
    "ours": (
        "from explain.estimators import estimate",
        "list(estimate(lambda z: game(z)[:, None], {n}, {budget}))",
    ),
    "shap": (
        "import shap",
        "shap.Explainer(game, np.zeros((1, {n})))(np.ones((1, {n})), max_evals={budget}, silent=True)",
    ),
}

SENTENCE = "the soup was cold but our waiter was friendly and very quick"
MODEL = """
import json, time
start = time.perf_counter()
import inference
task = inference.load("sentiment")
{imports}
imported = time.perf_counter() - start
{explain}
print(json.dumps([imported, time.perf_counter() - start]))
"""
WITH_MODEL = {
    "ours": ("import explain", 'explain.explain(task, {"text": SENTENCE})'),
    "shap": (
        "import shap, transformers",
        'pipe = transformers.pipeline("text-classification", model=task.pipeline.model, '
        "tokenizer=task.pipeline.tokenizer, top_k=None)\nshap.Explainer(pipe)([SENTENCE], silent=True)",
    ),
}


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Import, and import with a first explanation, in fresh processes; a second explanation beside."""
    found = turns({side: partial(cold_start, options.players, *parts) for side, parts in FRESH.items()}, options.rounds)
    whole = turns({side: partial(with_model, *parts) for side, parts in WITH_MODEL.items()}, options.rounds)
    titles = ["import", "import and first explanation", "second explanation"]
    return [
        Comparison(
            f"fresh process, {options.players} players, no model: {title}",
            [[run[i]] for run in found["ours"]],
            "shap.Explainer (Permutation)",
            [[run[i]] for run in found["shap"]],
            "s",
        )
        for i, title in enumerate(titles)
    ] + [
        Comparison(
            f"fresh process, 12 words and their model: {title}",
            [[run[i]] for run in whole["ours"]],
            "shap.Explainer(pipeline)",
            [[run[i]] for run in whole["shap"]],
            "s",
        )
        for i, title in enumerate(titles[:2])
    ]


def with_model(imports: str, explain: str) -> list[float]:
    """Seconds to the end of the imports, model included, and to the end of the first explanation."""
    return printed(MODEL.format(imports=imports, explain=explain.replace("SENTENCE", repr(SENTENCE))))


def cold_start(players: int, imports: str, explain: str) -> list[float]:
    """Seconds to the end of the imports, to the first explanation, and for the second one alone."""
    sizes = {"n": players, "budget": max(budget(players), 2 * players + 1)}
    code = COLD.format(imports=imports, explain=explain.format(**sizes), **sizes)
    return printed(code)


def printed(code: str) -> list[float]:
    """The last line that a fresh Python prints, as JSON."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    measured: list[float] = json.loads(done.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    command(measure, __doc__, rounds=5, players=11)

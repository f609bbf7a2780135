"""Our side of dashboards.py: the same support vector classifier of 30 columns, as a task made of a function."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from dashboards import ROWS, made
from faster import Faster, compare
from known import Keep
from processes import ROOT
from users import Run, Side, ours, values_of

import inference
from inference.task import Task

BUDGETS = (120, 240, None)
NAMES = [f"column_{i}" for i in range(30)]
LABELS = ("malignant", "benign")


def lines(python: str, rounds: int, keep: Keep, reference: int) -> tuple[list[Faster], list[str]]:
    """A line for each peer that `python` can import, and what cannot be."""
    script = ROOT / "tests" / "benchmarks" / "dashboards.py"
    done = subprocess.run([python, str(script)], capture_output=True, text=True, check=False)
    if done.returncode:
        return [], [f"explainerdashboard and shapash were not run: {done.stderr.strip().splitlines()[-1]}"]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    missing = [f"{name} is not installed for the Python of --peers." for name, runs in found.items() if runs is None]
    if len(missing) == len(found):
        return [], missing
    model, _, x_test, _ = made()
    task, inputs = tasked(model, x_test), plain(x_test)[1 : ROWS + 1]
    sides = [ours(task, inputs, keep, "svc", reference, budget, True) for budget in BUDGETS]
    peers = [told(name, model, x_test, runs, keep, reference) for name, runs in found.items() if runs is not None]
    return [compare("table, SVC, 30 columns", sides, peer, ROWS, rounds) for peer in peers], missing


def tasked(model: Any, rows: Any) -> Task:
    """The classifier as a task whose reference rows are chosen from `rows`."""
    columns, frame = list(rows.columns), type(rows)

    def classify(records: Sequence[Mapping[str, float]]) -> Any:
        return model.predict_proba(
            frame(np.array([[record[name] for name in NAMES] for record in records]), columns=columns)
        )

    about = {
        "task": "tabular-classification",
        "title": "Benign or malignant",
        "summary": "A support vector classifier of 30 columns.",
        "fields": [
            {"name": name, "kind": "number", "label": label} for name, label in zip(NAMES, columns, strict=True)
        ],
        "examples": [{"title": "A row", "inputs": plain(rows)[0]}],
    }
    return inference.from_function(classify, about, LABELS, background=plain(rows), batch_size=4096)


def plain(rows: Any) -> list[dict[str, float]]:
    """Rows as records."""
    return [dict(zip(NAMES, row, strict=True)) for row in rows.to_numpy().tolist()]


def told(name: str, model: Any, rows: Any, runs: list[dict[str, Any]], keep: Keep, reference: int) -> Side:
    """What a peer said, in its own time, of the probability of class 1; by turns it is not, for its runs are done.

    Its background: 50 of the test rows as shap.sample draws them, or up to 100 as shap's masker does.
    """
    import shap

    kernel = name == "explainerdashboard"
    background = shap.sample(rows, 50).to_numpy() if kernel else shap.maskers.Independent(rows).data
    background = np.asarray(background)
    columns, frame = rows.columns, type(rows)

    def explain(i: int) -> Run:
        spent = runs[i]["seconds"]
        return Run(np.array(runs[i]["values"]), spent, spent, "float64")

    def truth(i: int) -> Any:
        row = rows.iloc[i + 1].to_numpy()

        def game(z: Any) -> Any:
            mixed = np.where(z[:, None], row, background).reshape(-1, len(row))
            scores = model.predict_proba(frame(mixed, columns=columns))[:, 1]
            return scores.reshape(len(z), -1).mean(1, keepdims=True)

        return keep(f"svc-{name}-{i}-{reference}", lambda: values_of(game, len(row), reference))

    return Side(name, explain, truth)

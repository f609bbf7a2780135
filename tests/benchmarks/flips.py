"""In which order to look for changes that flip a decision: at random, by each change alone, or by the explanation.

    python tests/benchmarks/flips.py --model sentiment --model sms-spam --inputs 6

Evaluations until the first set of changes is found, and in all, and how many changes it then takes; those of the
explanation are not counted, as whoever asks what would flip a decision has mostly asked why before.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import inference
from explain import explain_stream
from explain.changes import Counterfactual, Counterfactuals
from explain.counterfactual import Case, counterfactual_stream
from explain.memory import Memory
from inference.task import Task

ORDERS = ("at random", "each alone", "by explanation")
OWN = Case.order


def main() -> None:
    """Print a table, a row a model and order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--inputs", type=int, default=6, help="examples of each model")
    parser.add_argument("--evaluations", type=int, default=256, help="allowed for each search")
    parser.add_argument("--seeds", type=int, default=3, help="random orders of each input")
    options = parser.parse_args()
    print("| model | order | found | evaluations to the first | in all | changes |\n|---|---|---|---|---|---|")
    for name in options.model:
        task = inference.load(name)
        runs = {order: list(searched(task, order, options)) for order in ORDERS}
        for order, found in runs.items():
            print(f"| `{name}` | {order} | {told(found)} |", flush=True)


def searched(task: Task, order: str, options: argparse.Namespace) -> Iterator[tuple[int, int, int]]:
    """For each input: evaluations to the first set, in all, and changes of the best; 0 changes where none was found."""
    for example in task.demo.examples[: options.inputs]:
        memory = Memory()
        if order == "by explanation":
            list(explain_stream(task, example.inputs, memory=memory))
        for seed in range(options.seeds if order == "at random" else 1):
            rng = np.random.default_rng(seed)
            shuffled: Any = lambda case, edits, memory, rng=rng: rng.permutation(len(edits)).tolist()  # noqa: E731
            Case.order = shuffled if order == "at random" else OWN  # type: ignore[method-assign]
            parts = list(counterfactual_stream(task, example.inputs, memory=memory, evaluations=options.evaluations))
            first = next((part.evaluations for part in parts if isinstance(part, Counterfactual)), options.evaluations)
            last = parts[-1]
            assert isinstance(last, Counterfactuals)
            yield first, last.evaluations, len(last.found[0].changes) if last.found else 0


def told(runs: list[tuple[int, int, int]]) -> str:
    """Medians over the inputs; the changes of those for which some were found."""
    first, spent, sizes = np.array(runs).T
    changes = np.median(sizes[sizes > 0]) if (sizes > 0).any() else np.nan
    return f"{(sizes > 0).sum()} of {len(runs)} | {np.median(first):.0f} | {np.median(spent):.0f} | {changes:.1f}"


if __name__ == "__main__":
    main()

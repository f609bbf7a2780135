"""How much fewer reference rows move Shapley values, ours against a random choice: python tests/benchmarks/rows.py

For the examples of every model with a table, the values against each reference row alone are estimated once, all from
the same coalitions; the values against several rows are their mean. Printed: the median over the examples of the
relative L2 distance to the values against all rows. A random choice is drawn 20 times.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not the script of that name beside this file

import inference
from explain import background
from explain.estimators import estimate
from inference import demo, models
from inference.task import Task
from inference.types import Raw

COUNTS = (10, 25, 50, 75)
DRAWS = 20
EVALUATIONS = 300


def main() -> None:
    """Print the table, then the figures as JSON."""
    figures: dict[str, dict[int, dict[str, float]]] = {}
    print("| model | reference rows | the first so many | a random choice |\n|---|---|---|---|")
    for name in models.find():
        if demo.read(models.find()[name]).background:
            figures[name] = measure(inference.load(name))
            for count, found in figures[name].items():
                print(f"| {name} | {count} | {found['ours']:.3f} | {found['random']:.3f} |")
    print(json.dumps(figures))


def measure(task: Task) -> dict[int, dict[str, float]]:
    """The median errors for each number of rows."""
    rows, rng = background.of(task).ordered, np.random.default_rng(0)
    each = [by_row(task, task.parse(example.inputs), rows) for example in task.demo.examples]
    found = {}
    for count in COUNTS:
        draws = [rng.choice(len(rows), count, replace=False) for _ in range(DRAWS)]
        ours = [error(values, np.arange(count)) for values in each]
        theirs = [error(values, draw) for values in each for draw in draws]
        found[count] = {"ours": float(np.median(ours)), "random": float(np.median(theirs))}
    return found


def error(values: NDArray[np.float64], chosen: NDArray[np.intp]) -> float:
    """The relative distance of the mean over some rows to that over all, of values float64[columns, rows]."""
    every = values.mean(1)
    return float(np.linalg.norm(values[:, chosen].mean(1) - every) / np.linalg.norm(every))


def by_row(task: Task, raw: Raw, rows: tuple[Raw, ...]) -> NDArray[np.float64]:
    """Shapley values against each row alone, float64[columns, rows]: a game with an output for each row."""
    columns = [field.name for field in task.demo.inputs if field.role == "input"]
    target = task.target(task.predict({name: raw[name] for name in raw}).prediction)

    def game(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        mixed: list[dict[str, Any]] = [
            {**raw, **{name: row[name] for name, keep in zip(columns, kept, strict=True) if not keep}}
            for kept in coalitions
            for row in rows
        ]
        return task.scores(mixed, target).reshape(len(coalitions), len(rows))

    *_, last = estimate(game, len(columns), EVALUATIONS, step=EVALUATIONS)
    return last.values


if __name__ == "__main__":
    main()

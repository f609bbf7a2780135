"""What a summary and a file's reasons cost and how right they are: python tests/benchmarks/summaries.py

For every model with a table, the same rows three times: each explained by itself as a visitor's row is, with its own
stop; together as in a summary; together as for the reasons in a file. Printed: evaluations and milliseconds of the
process's CPU time a row; of the summary, by how much a column's importance misses that of exact Shapley values, at
most, as a share of the largest importance; of the reasons, how many of the three strongest are the true ones. Exact
values are enumerated over all combinations, of up to 10 columns; beyond, they are estimates from 1,024 evaluations.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not the script of that name beside this file

import inference
from explain.estimators import estimate
from explain.explainer import explain_all
from explain.reasons import explanations
from explain.rows import Table, alike
from explain.summary import Summary, summarise
from explain.summary.stream import drawn, targets
from explain.types import Explanation
from inference import demo, models
from inference.task import Task
from inference.types import Raw, Target

ROWS, ENUMERATED, REFERENCE, TOP = 24, 10, 1024, 3
HEAD = """| model | columns | by itself: evaluations, CPU | in a summary | error of an importance | for reasons | \
top three |
|---|---|---|---|---|---|---|"""
T = TypeVar("T")


class Cost(NamedTuple):
    """Evaluations and milliseconds of CPU time a row."""

    evaluations: float
    milliseconds: float

    def __str__(self) -> str:
        return f"{self.evaluations:.0f}, {self.milliseconds:.1f} ms"


def main() -> None:
    """Print the table, then the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", help="only this model; repeatable; all with a table by default")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"{ROWS} by default")
    options = parser.parse_args()
    print(HEAD)
    figures = {}
    for name in options.model or models.find():
        if demo.read(models.find()[name]).background and alike(task := inference.load(name)):
            figures[name] = measure(name, task, options.rows)
    print(json.dumps(figures))


def measure(name: str, task: Task, count: int) -> dict[str, Any]:
    """The figures of one model, and its line."""
    rows = [task.background[place] for place in drawn(len(task.background), count, 0)]
    asked = targets(task, rows)
    own = [task.target(answer) for row in rows for answer in task.predict_some([row])]
    for each in (summary, reasons):
        each(task, rows[:2])  # what is made once is not counted
    single, alone = timed(lambda: [by_itself(task, row, asked) for row in rows])
    shared, found = timed(lambda: summary(task, rows))
    filed, told = timed(lambda: reasons(task, rows))
    truth, owned = exact(task, rows, [asked] * count), exact(task, rows, [[target] for target in own if target])
    costs = {
        "by itself": Cost(sum(alone) / count, 1000 * single / count),
        "summary": Cost(found.evaluations / count, 1000 * shared / count),
        "reasons": Cost(sum(each.evaluations for each in told) / count, 1000 * filed / count),
    }
    by_item = dict(zip((target.item for target in asked), truth.reshape(len(truth), count, -1).T, strict=True))  # type: ignore[union-attr]
    error = missed(found, task, by_item)
    right = float(np.mean([agreed(each.values, values) for each, values in zip(told, owned.T, strict=True)]))
    print(
        f"| `{name}` | {len(truth)} | {costs['by itself']} | {costs['summary']} | {100 * error:.1f} % | "
        f"{costs['reasons']} | {100 * right:.0f} % |",
        flush=True,
    )
    return {**{way: cost._asdict() for way, cost in costs.items()}, "error": error, "right": right, "rows": count}


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of CPU time, all threads together, and what came of them."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def by_itself(task: Task, row: Raw, asked: Sequence[Target]) -> int:
    """Evaluations of one row's explanation."""
    *_, (first, *_others) = explain_all(task, row, asked, apart=True)
    return first.evaluations


def summary(task: Task, rows: Sequence[Raw]) -> Summary:
    """The summary of all rows."""
    *_, last = summarise(task, rows, len(rows))
    assert isinstance(last, Summary)
    return last


def reasons(task: Task, rows: Sequence[Raw]) -> list[Explanation]:
    """What the reasons in a file are taken from."""
    return [each for each in explanations(task, rows) if each is not None]


def exact(task: Task, rows: Sequence[Raw], asked: Sequence[Sequence[Target]]) -> NDArray[np.float64]:
    """Shapley values, float64[columns, outputs of one row after the other]."""
    table = Table(task, rows, asked)
    budget = 2**table.n if table.n <= ENUMERATED else REFERENCE
    *_, last = estimate(table.game(range(len(rows))), table.n, budget, step=budget)
    return last.values


def missed(found: Summary, task: Task, truth: dict[str, NDArray[np.float64]]) -> float:
    """The largest error of an importance as a share of the largest; truth: by item, float64[rows, columns]."""
    names = [field.name for field in task.demo.inputs if field.role == "input"]
    shares = []
    for output in found.outputs:
        values = np.abs(truth[output.item or ""]).mean(0)
        told = {each.id: each.mean for each in output.importance}
        shares.append(np.abs([told[name] for name in names] - values).max() / values.max())
    return float(max(shares))


def agreed(values: Any, truth: NDArray[np.float64]) -> float:
    """The share of the strongest that are the true ones."""
    strongest = [set(np.argsort(-np.abs(each))[:TOP].tolist()) for each in (np.array(values), truth)]
    return len(strongest[0] & strongest[1]) / len(strongest[1])


if __name__ == "__main__":
    main()

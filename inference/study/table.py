"""The rows of a chunk with their answers as an Arrow table, and that table as a file others may open.

A row that is no input stays in its place: without an answer, and with what is wrong with it.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..formulas import FORMULA, NUMBER, harmless
from ..task import Task
from .checking import Checked
from .results import Answers
from .source import Chunk

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 20
"""Labels up to which each has a column of its own."""

Reasons = Sequence[Sequence[str]]
"""For each input, what moved its answer most, in words."""


def table(
    task: Task,
    chunk: Chunk,
    checked: Checked,
    answers: Answers,
    types: "dict[str, pa.DataType]",
    reasons: Reasons | None = None,
) -> "pa.Table":
    """The columns of the file, then the answers, one row for each row of the chunk, in the file's order.

    types: of the file's columns.
    """
    import pyarrow as pa

    order = sorted([*chunk.rows, *chunk.broken])
    at = {row: place for place, row in enumerate(order)}
    own = [at[row] for row in chunk.rows]
    columns: dict[str, Any] = {
        name: pa.array(spread(chunk.cells[name], own, len(order)), kind) for name, kind in types.items()
    }
    answered = [own[place] for place in checked.places]
    for name, values, kind in [*answer_columns(task, answers), *reason_columns(reasons)]:
        columns[unused(name, columns)] = pa.array(spread(values, answered, len(order)), kind)
    told: list[str | None] = [None] * len(order)
    for problem in checked.problems:
        place, said = at[problem.row], f"{problem.column}: {problem.message}" if problem.column else problem.message
        told[place] = said if told[place] is None else f"{told[place]} {said}"
    columns[unused("problem", columns)] = pa.array(told, pa.string())
    return pa.table(columns)


def spread(values: Sequence[Any], places: Sequence[int], count: int) -> list[Any]:
    """Values at their places among `count`, None elsewhere. places: rising."""
    if len(places) == count:
        return list(values)
    found: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return found


Column = tuple[str, Sequence[Any], "pa.DataType"]


def answer_columns(task: Task, answers: Answers) -> Iterator[Column]:
    """What is written of answers: the prediction, its score or interval, the other scores, the decision."""
    import pyarrow as pa

    value = task.kind == "value"
    yield "prediction", answers.predicted.tolist(), pa.float64() if value else pa.string()
    if answers.intervals is not None:
        yield "low", answers.intervals[:, 0].tolist(), pa.float64()
        yield "high", answers.intervals[:, 1].tolist(), pa.float64()
    if not task.same_items:
        yield "found", [items_of(each) for each in answers.predictions], pa.string()
    elif not value:
        yield "score", answers.scores.max(1).tolist(), pa.float64()
        for place, item in enumerate(answers.items if len(answers.items) <= LISTED else ()):
            yield f"score of {item}", answers.scores[:, place].tolist(), pa.float64()
    if task.demo.decision:
        yield "decision", [] if answers.decisions is None else answers.decisions.tolist(), pa.string()


def items_of(prediction: Any) -> str:
    """All that was found in an input, as JSON."""
    return json.dumps(prediction.to_json()["items"], ensure_ascii=False)


def reason_columns(reasons: Reasons | None) -> Iterator[Column]:
    """The reasons of each row, the strongest first."""
    import pyarrow as pa

    if reasons is not None:
        for place in range(max((len(each) for each in reasons), default=0)):
            yield f"reason {place + 1}", [each[place] if place < len(each) else None for each in reasons], pa.string()


def unused(name: str, taken: Any) -> str:
    """A name for a column beside those of the file, none of which it may hide."""
    while name in taken:
        name = f"{name} (model)"
    return name


def written(cell: Any) -> str | None:
    """A cell as a text: bytes that are none as base64, what has parts as JSON."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        try:
            return cell.decode()
        except UnicodeDecodeError:
            return base64.b64encode(cell).decode()
    return json.dumps(cell, default=written, ensure_ascii=False) if isinstance(cell, list | dict) else str(cell)


def for_csv(rows: "pa.Table") -> "pa.Table":
    """The same for a CSV: numbers and times, and texts of the rest, none that a spreadsheet takes for a formula."""
    import pyarrow as pa
    from pyarrow import compute

    columns = []
    for column in rows.columns:
        if not (
            pa.types.is_primitive(column.type) or pa.types.is_decimal(column.type) or pa.types.is_string(column.type)
        ):
            column = pa.chunked_array([list(map(written, column.to_pylist()))], pa.string())
        if pa.types.is_string(column.type):
            risky = compute.and_not(
                compute.match_substring_regex(column, FORMULA), compute.match_substring_regex(column, NUMBER)
            )
            column = compute.if_else(risky, compute.binary_join_element_wise("'", column, ""), column)
        columns.append(column)
    return pa.table(columns, names=list(map(harmless, rows.column_names)))

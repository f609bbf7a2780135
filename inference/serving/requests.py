"""What the bodies of REST requests hold. Knows no model and no HTTP."""

from dataclasses import dataclass
from typing import Any

from ..types import Record, adapter


@dataclass(frozen=True, kw_only=True)
class PredictRequest(Record):
    """One input for one model; pictures and recordings travel as data URIs."""

    model: str
    inputs: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ExplainRequest(PredictRequest):
    """Which score to explain, how, and how much may be spent on it. `target` may be an item's id as a plain string."""

    target: Any = None
    evaluations: int | None = None
    seconds: float | None = None
    method: str = "auto"


@dataclass(frozen=True, kw_only=True)
class CheckRequest(PredictRequest):
    """Which check of an explanation: faithfulness, baseline, interactions, or tokens of a text; `target` as before."""

    check: str
    target: Any = None


@dataclass(frozen=True, kw_only=True)
class CompareRequest(PredictRequest):
    """What an answer is held against: another model of the same fields, a variant of the same one, or other inputs."""

    other: str | None = None
    variant: str | None = None
    other_inputs: dict[str, Any] | None = None
    target: Any = None


@dataclass(frozen=True, kw_only=True)
class CounterfactualsRequest(PredictRequest):
    """Which decision to lead to: `to` an action, a label or words, or `past` a score of the item `to` or the first.

    fixed: names of fields that must stay. count: sets of changes to look for. evaluations: how much may be spent.
    """

    to: str | None = None
    past: float | None = None
    fixed: list[str] | None = None
    count: int | None = None
    evaluations: int | None = None


@dataclass(frozen=True, kw_only=True)
class SummaryRequest(Record):
    """Inputs to explain together, and how many of them, drawn at random; by default as many as take a minute or so."""

    model: str
    rows: list[dict[str, Any]]
    sample: int | None = None


@dataclass(frozen=True, kw_only=True)
class SweepRequest(PredictRequest):
    """Which number or category to take over its range, at how many values, and the item whose score is drawn."""

    field: str
    target: str | None = None
    points: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlayRequest(Record):
    """Which model's recording, or which ticks of the caller's own, from which tick on and how many of them."""

    model: str
    ticks: list[dict[str, Any]] | None = None
    start: int = 0
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class EvaluateRequest(Record):
    """Labelled rows, each an object with the fields of an input and its truth, under the name that `truth` gives.

    groups: names of columns to compare groups by; label: whose score the threshold is on; costs: of one row, by
    true_positive, false_positive, false_negative and true_negative; cluster: name of the column whose value rows that
    belong together share, such as a customer's number: intervals are then drawn by it.
    """

    model: str
    rows: list[dict[str, Any]]
    truth: str = "truth"
    groups: list[str] | None = None
    label: str | None = None
    threshold: float | None = None
    costs: dict[str, float] | None = None
    cluster: str | None = None


@dataclass(frozen=True, kw_only=True)
class InspectRequest(Record):
    """Rows, each an object with the fields of an input and, for slices, its truth, under the name that `truth` gives.

    queries: slices to measure, such as `age > 40`; known: rows to compare with instead of those that the model brings.
    """

    model: str
    rows: list[dict[str, Any]]
    truth: str = "truth"
    queries: list[str] | None = None
    known: list[dict[str, Any]] | None = None


def body_of(kind: Any, form: bool = True, file: bool = False) -> dict[str, Any]:
    """The request body of a route that reads it by itself, for the OpenAPI document.

    form: it may come as a form whose files are fields. file: it comes as a form with a file.
    """
    schema = adapter(kind).json_schema()
    if file:
        content = {"multipart/form-data": {"schema": with_file(schema)}}
    else:
        content = {"application/json": {"schema": schema}} | (FORM if form else {})
    return {"requestBody": {"required": True, "content": content}}


def with_file(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form with the parts of a record, and a file."""
    file = {"type": "string", "format": "binary", "description": "CSV, Parquet, ZIP of pictures or recordings, or TXT"}
    parts = schema["properties"] | {"file": file}
    return {**schema, "properties": parts, "required": [*schema["required"], "file"]}


INPUTS = "A JSON object; inputs that are files may be parts of their own instead"
FORM: dict[str, Any] = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {
                "model": {"type": "string"},
                "inputs": {"type": "string", "contentMediaType": "application/json", "description": INPUTS},
            },
            "required": ["model"],
        }
    }
}

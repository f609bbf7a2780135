"""What a model folder without demo.json is shown as: its fields follow from the task, or from the model's own columns.

`app.py new-model` writes such a draft down, so that a person can go on from there.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import demo, folders, models
from .demo import Demo
from .errors import ModelError
from .fields import CategoryField, Field, HistoryField, NumberField, SeriesColumn, SeriesField
from .policy import Policy, Rule
from .task import Task
from .types import Kind
from .units import listed

FEW = 6
"""Labels that a sentence can name one by one, and of which one can be decided about."""
MAX_COLUMNS = 200
PROCESSOR = "preprocessor_config.json"


def draft(folder: Path, kind: type[Task]) -> Demo:
    """A Demo for a folder that brings none. Raises ModelError where the fields do not follow from what is there."""
    fields = columns(folder) or items(folder) or steps(folder) or kind.fields
    if not fields:
        raise ModelError(
            f"{folders.name_of(folder)} needs a {demo.FILE}: the fields of {kind.id} differ from model to model. "
            "`python app.py new-model` writes a start."
        )
    fits = {field.name for field in fields} == {field.name for field in kind.fields}
    name, labels = folders.name_of(folder).rpartition("/")[2], labels_of(folder)
    return Demo(
        task=kind.id,
        title=" ".join(name.replace("_", " ").replace("-", " ").split())[:80] or kind.id,
        summary=summary(kind.kind, labels, kind.id),
        fields=tuple(fields),  # type: ignore[arg-type]  # each is one of the known kinds
        examples=kind.samples if fits else (),
        output=labels[0] if kind.kind == "value" and len(labels) == 1 else "value",
    )


def labels_of(folder: Path) -> list[str]:
    """The labels in a model's config.json, in their order; empty if it names none."""
    labels = models.config_of(folder).get("id2label")
    return [str(label) for label in labels.values()] if isinstance(labels, dict) else []


def summary(kind: Kind, labels: Sequence[str], task: str) -> str:
    """One sentence on what such a model gives."""
    if kind == "labels" and labels:
        named = listed(labels) if len(labels) <= FEW else f"{len(labels):,} labels"
        return f"Gives {named} a probability{' each' if len(labels) > 1 else ''}."
    return SUMMARIES.get(kind, f"A model for {task}.")


SUMMARIES: dict[Kind, str] = {
    "value": "Gives one number.",
    "ranking": "Suggests what comes next.",
    "text": "Writes a text.",
    "boxes": "Finds things in a picture, each in a box.",
}


def rule(kind: Kind, labels: Sequence[str]) -> Policy | None:
    """A decision rule to start from: about the last of few labels, as classifiers name what they look for last."""
    if kind != "labels" or len(labels) < 2:
        return None
    rules = (Rule("Act on it", 0.8, "good"), Rule("Have someone look", 0.5, "caution"), Rule("Do nothing"))
    return Policy(rules, labels[-1] if len(labels) <= FEW else "top")


def columns(folder: Path) -> Sequence[Field]:
    """Fields from the columns that our own table models keep in preprocessor_config.json; empty for other models.

    Raises ModelError for columns of another kind, or more than fit a form.
    """
    given = models.config_of(folder, PROCESSOR).get("columns") or ()
    try:
        if len(given) > MAX_COLUMNS:
            raise ModelError(f"{folders.name_of(folder)} has {len(given):,} columns; a form holds {MAX_COLUMNS}.")
        fields = [column_field(**column) for column in given]
        if len({field.name for field in fields}) < len(fields):
            raise ValueError("each column needs a name of its own")
    except (TypeError, ValueError):
        raise ModelError(
            f"{folders.name_of(folder)}/{PROCESSOR}: columns are not as our own table models keep them."
        ) from None
    return fields


def column_field(
    name: str, kind: str, mean: float = 0.0, categories: Sequence[str] = (), **_: object
) -> NumberField | CategoryField:
    """A field for a column; an unseen category is let through, for the models keep a slot for it.

    Raises TypeError or ValueError for what is no such column.
    """
    if not all(isinstance(text, str) for text in (name, *categories)):
        raise TypeError("the name of a column and its categories are texts")
    label = name.replace("_", " ")
    if kind == "number":
        return NumberField(name=name, label=label, default=float(f"{mean:.3g}"))
    return CategoryField(name=name, label=label, choices=tuple(categories), unseen=True)


def items(folder: Path) -> list[Field]:
    """A history from the item ids that our own recommenders keep there; an item without a title goes by its id.

    Raises ModelError for ids of another kind.
    """
    ids = models.config_of(folder, PROCESSOR).get("item_ids") or []
    if not isinstance(ids, list):
        raise ModelError(
            f"{folders.name_of(folder)}/{PROCESSOR}: item_ids must be a list, as our own recommenders keep it."
        )
    return [HistoryField(name="history", label="History", items={str(item): str(item) for item in ids})] if ids else []


def steps(folder: Path) -> list[Field]:
    """A series from the columns and the length that our own forecasters keep there; hidden steps take its mean.

    Raises ModelError for what is no such series.
    """
    kept = models.config_of(folder, PROCESSOR)
    names = kept.get("names") or []
    try:
        columns = tuple(SeriesColumn(name=str(name), label=str(name).replace("_", " ")) for name in names)
        given: dict[str, Any] = {"length": int(kept.get("length", 0)), "calendar": bool(kept.get("calendar"))}
        return [SeriesField(name="series", label="Series", columns=columns, hidden="mean", **given)] if names else []
    except (TypeError, ValueError):
        raise ModelError(
            f"{folders.name_of(folder)}/{PROCESSOR}: names and length are not as our own forecasters keep them."
        ) from None

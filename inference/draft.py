"""What a model folder without demo.json is shown as: its fields follow from the task, or from the model's own columns.

`app.py new-model` writes such a draft down, so that a person can go on from there.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import demo, folders, models, trees
from .columns import fields as tree_fields
from .demo import Demo, Example
from .errors import InputError, ModelError
from .fields import CategoryField, Field, HistoryField, NumberField, SeriesColumn, SeriesField
from .policy import Policy, Rule
from .tables import read_csv
from .task import Task
from .types import Kind
from .units import listed

FEW = 6
"""Labels that a sentence can name one by one, and of which one can be decided about."""
MAX_COLUMNS = 200
BACKGROUND, TRIED = "background.csv", 4
"""What reference rows are called where nothing else is said, and how many of them are offered to try."""
PROCESSOR = "preprocessor_config.json"


def draft(folder: Path, kind: type[Task]) -> Demo:
    """A Demo for a folder that brings none. Raises ModelError where the fields do not follow from what is there."""
    file = models.trees(folder)
    grown = trees.read(file) if file else None
    fields = (
        tree_fields(grown) if grown else columns(folder) or items(folder) or steps(folder) or kind.fields_of(folder)
    )
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
        examples=kind.samples if fits else tuple(examples(folder, fields)),
        background=BACKGROUND if (folder / BACKGROUND).is_file() else None,
        labels=grown.labels or None if grown else None,
        output=labels[0] if kind.kind == "value" and len(labels) == 1 else "value",
    )


def examples(folder: Path, fields: Sequence[Field]) -> Iterator[Example]:
    """The first reference rows of a table, if the folder has some under their usual name, as inputs to try.

    Raises ModelError for rows that do not fit the fields.
    """
    simple = all(each.kind in ("number", "category") for each in fields)  # a series is no row
    rows = read_csv(folder, BACKGROUND) if simple and (folder / BACKGROUND).is_file() else []
    for i, row in enumerate(rows[:TRIED], start=1):
        try:
            inputs = {each.name: each.parse(row.get(each.name)) for each in fields}
        except InputError as error:
            raise ModelError(f"{folders.name_of(folder)}/{BACKGROUND}: {error}") from None
        yield Example(f"Reference row {i}", inputs)


def labels_of(folder: Path) -> list[str]:
    """The labels in a model's config.json, or of its trees, in their order; empty if there are none."""
    if file := models.trees(folder):
        said = demo.read(folder).labels if (folder / demo.FILE).is_file() else None
        return list(said or trees.read(file).labels)
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
    "spans": "Marks passages of a text.",
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
    name: str, kind: str, mean: float = 0.0, categories: Sequence[str] = (), log: bool = False, **_: object
) -> NumberField | CategoryField:
    """A field for a column; an unseen category is let through, for the models keep a slot for it.

    Raises TypeError or ValueError for what is no such column.
    """
    if not all(isinstance(text, str) for text in (name, *categories)):
        raise TypeError("the name of a column and its categories are texts")
    label = name.replace("_", " ")
    if kind == "number":
        usual = math.expm1(mean) if log else mean
        return NumberField(name=name, label=label, default=float(f"{usual:.3g}"))
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

"""How the fields of a demo.json and the columns of fitted trees agree. It knows no file format."""

from collections.abc import Sequence
from typing import Any

from .demo import Demo
from .errors import ModelError
from .fields import AnyField, CategoryField, NumberField
from .trees import Ensemble


def fields(ensemble: Ensemble) -> list[AnyField]:
    """A field for each column: what follows from the trees alone.

    Categories whose names the model does not keep are called by their places; a person has to say what they are.
    """
    described: list[AnyField] = []
    for name in ensemble.columns:
        label = name.replace("_", " ")
        if name in ensemble.categories:
            choices = ensemble.categories[name] or ("0", "1")
            described.append(CategoryField(name=name, label=label, choices=choices))
        else:
            described.append(NumberField(name=name, label=label))
    return described


def matched(ensemble: Ensemble, about: Demo, name: str) -> list[dict[str, Any]]:
    """The fields as columns for an extractor, in the model's order. Raises ModelError that says where they differ."""
    given = [field for field in about.fields if field.role == "input"]
    names = [field.name for field in given]
    where = f"{name}/demo.json: "
    ensemble = asked(ensemble, about)
    if about.task != ensemble.task:
        wanted = "labels" if ensemble.labels else "a number"
        raise ModelError(f"{where}the trees predict {wanted}: the task is {ensemble.task}, not {about.task}.")
    if ensemble.named and names != list(ensemble.columns):
        raise ModelError(where + differing(names, ensemble.columns))
    if len(names) != len(ensemble.columns):
        raise ModelError(f"{where}the model reads {len(ensemble.columns)} columns, and {len(names)} fields are inputs.")
    if about.labels is not None and len(about.labels) != len(ensemble.labels):
        raise ModelError(f"{where}labels names {len(about.labels)} classes, and the model has {len(ensemble.labels)}.")
    return [column(field, ensemble, at, where) for field, at in zip(given, ensemble.columns, strict=True)]


def asked(ensemble: Ensemble, about: Demo) -> Ensemble:
    """The trees as a demo.json wants them: two labels as a number, their log-odds, where its task is a regression."""
    return ensemble.log_odds if about.task == "tabular-regression" and ensemble.log_odds else ensemble


def differing(names: Sequence[str], columns: Sequence[str]) -> str:
    """How the fields' names differ from the model's columns, in a sentence."""
    if missing := [each for each in columns if each not in names]:
        return f"the model reads {missing[0]!r}, and no input field is called so."
    if extra := [each for each in names if each not in columns]:
        return f"the model does not read {extra[0]!r}; leave this field out, or give it the role group."
    return f"the fields must stand in the model's order: {', '.join(columns[:12])}."


def column(field: AnyField, ensemble: Ensemble, at: str, where: str) -> dict[str, Any]:
    """One field as a column; of a category the trees get its place among the choices, from 0.

    Raises ModelError where its kind or its choices are not the model's.
    """
    known = ensemble.categories.get(at)
    if isinstance(field, CategoryField):
        if known and field.choices != known:
            said = ", ".join(known)
            raise ModelError(f"{where}the choices of {field.name!r} must be the model's, in its order: {said}.")
        return {"name": field.name, "kind": "category", "categories": list(field.choices)}
    if not isinstance(field, NumberField) or known is not None:
        kind = "number" if known is None else "category"
        raise ModelError(f"{where}{field.name!r} must be a field of kind {kind}, got {field.kind}.")
    if field.optional and not ensemble.gaps:
        raise ModelError(f"{where}these trees need every number: {field.name!r} cannot be optional.")
    return {"name": field.name, "kind": "number"}

"""demo.json, version 1: what a model folder says of itself beyond the hub's own format.

The JSON schema is derived from the dataclasses here and published as assets/demo.schema.json.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from .errors import InputError, ModelError
from .fields import AnyField, Field
from .policy import Policy
from .types import Raw, Record, adapter, mistakes

FILE = "demo.json"


@dataclass(frozen=True)
class Example(Record):
    """One input worth trying. Pictures are named by their path inside the model folder."""

    title: str
    inputs: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Demo(Record):
    """One model as a visitor meets it.

    `unit` is the unit of a value output, `output` its name. `background` names a CSV of reference rows (columns are
    field names): what a hidden number or category is replaced by in an explanation.
    """

    version: Literal[1] = 1
    task: str
    title: str
    summary: str
    fields: tuple[AnyField, ...]
    examples: tuple[Example, ...] = ()
    decision: Policy | None = None
    output: str = "value"
    unit: str | None = None
    background: str | None = None

    @property
    def inputs(self) -> list[Field]:
        """The fields that reach the model: its inputs and its settings."""
        return [field for field in self.fields if field.role in ("input", "setting")]

    def first(self, kind: str) -> Field:
        """The first input of a kind. Raises ModelError."""
        for field in self.fields:
            if field.kind == kind and field.role == "input":
                return field
        raise ModelError(f"demo.json of {self.title!r} needs a field of kind {kind!r} with the role input.")

    def describe(self, raw: Raw) -> str:
        """A checked input in a few words: its first three fields, and how many more."""
        said = [field.describe(raw[field.name]) for field in self.inputs]
        more = [f"{len(said) - 3} more fields"] if len(said) > 3 else []
        return "; ".join([*said[:3], *more])

    def parse(self, inputs: Any) -> Raw:
        """Checked input by field name. Raises InputError for missing, extra or unfit values."""
        if not isinstance(inputs, dict):
            raise InputError(f"The inputs must be an object keyed by field name, got {type(inputs).__name__}.")
        for name in inputs:
            if name not in {field.name for field in self.fields}:
                raise InputError.among("field", name, [field.name for field in self.fields])
        return {field.name: field.parse(self._given(field, inputs)) for field in self.inputs}

    @staticmethod
    def _given(field: Any, inputs: dict[str, Any]) -> Any:
        return inputs.get(field.name, field.default if field.role == "setting" else None)


def read(folder: Path) -> Demo:
    """The demo.json of a model folder. Raises ModelError that names each mistake by its place."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for field in data.get("fields", []):
            if isinstance(field, dict) and isinstance(field.get("items"), str):
                field["items"] = read_items(folder / field["items"])
        return adapter(Demo).validate_python(data)
    except FileNotFoundError as error:
        raise ModelError(f"{folder.name}: {Path(error.filename).name} is missing.") from None
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError) as error:
        raise ModelError(f"{folder.name}/{FILE} is no JSON object: {error}.") from None
    except ValidationError as error:
        raise ModelError(f"{folder.name}/{FILE}: {'; '.join(mistakes(error))}.") from None


def read_items(path: Path) -> dict[str, str]:
    """Names by id from a CSV with the columns id and name."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["name"] for row in csv.DictReader(file)}


def read_background(folder: Path, demo: Demo) -> list[Raw]:
    """The reference rows, checked like any input. Raises ModelError."""
    if demo.background is None:
        return []
    try:
        with (folder / demo.background).open(encoding="utf-8", newline="") as file:
            return [demo.parse(row) for row in csv.DictReader(file)]
    except (OSError, InputError) as error:
        raise ModelError(f"{folder.name}/{Path(demo.background).name} cannot be used: {error}") from None


def resolve(folder: Path, demo: Demo, inputs: Any) -> Any:
    """`inputs` with the names of the folder's own example pictures as paths; nothing else becomes a path."""
    if not isinstance(inputs, dict):
        return inputs
    pictures = [field.name for field in demo.fields if field.kind == "image"]
    known = {example.inputs.get(name) for example in demo.examples for name in pictures}
    return {
        name: folder / value if name in pictures and isinstance(value, str) and value in known else value
        for name, value in inputs.items()
    }


def check(folder: Path) -> str:
    """That a model folder is free of mistakes, in a sentence. Raises ModelError or InputError that name the first."""
    about = read(folder)
    for example in about.examples:
        about.parse(resolve(folder, about, example.inputs))
    read_background(folder, about)
    return f"{folder.name}: {len(about.fields)} fields, {len(about.examples)} examples, no mistake found."


def schema() -> dict[str, Any]:
    """The JSON schema of demo.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SeeWhy demo.json, version 1",
        **adapter(Demo).json_schema(),
    }

"""demo.json, version 1: what a model folder says of itself beyond the hub's own format.

The JSON schema is derived from the dataclasses here and published as assets/demo.schema.json.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from . import recording
from .errors import InputError, ModelError
from .fields import AnyField
from .folders import located, name_of
from .interval import Interval
from .policy import Policy
from .tables import read_csv, read_items
from .types import Raw, Record, adapter, mistakes

FILE = "demo.json"
SIBLING = re.compile(r"[\w-][\w.-]*")
"""A folder's name that leads nowhere else."""
REACHING = ("input", "setting")
"""Roles of the fields that reach the model."""


@dataclass(frozen=True)
class Example(Record):
    """One input worth trying. Pictures are named by their path inside the model folder."""

    title: str
    inputs: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Demo(Record):
    """One model as a visitor meets it.

    `unit` is the unit of a value output, `output` its name, `interval` says how exact it is. `background` names a CSV
    of reference rows (columns are field names): what a hidden number or category is replaced by in an explanation.
    `picture` names an SVG, PNG, JPEG or WebP that stands for the model. `weights` names the model folder beside this
    one whose weights it shows in another way. `groups` joins labels: each group's probability is the sum of those of
    its labels, and `rest` is what remains. `labels` names the classes of fitted trees, in the order of their numbers.
    `recording` names a JSON file with a stream of inputs to play, one decision a tick: {"title", "seconds" between
    ticks, "ticks": [inputs, …], "truth": [a word each, or null], "source"}. `evaluation` names a file of labelled rows
    that the model was not trained on (CSV, Parquet, or a ZIP of pictures), whose columns are called as the fields are
    or as `inference.study.mapping.guess` finds them. `cluster` names a column of such files whose value is shared by
    rows that belong together, as several of one customer do; intervals are then drawn by whole customers.
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
    interval: Interval | None = None
    background: str | None = None
    picture: str | None = None
    weights: str | None = None
    groups: dict[str, tuple[str, ...]] | None = None
    rest: str = "other"
    labels: tuple[str, ...] | None = None
    recording: str | None = None
    evaluation: str | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.weights is not None and not SIBLING.fullmatch(self.weights):
            raise ValueError(f"weights must be the name of a folder beside this one, got {self.weights!r}")
        names = [field.name for field in self.fields]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"each field needs a name of its own, {', '.join(sorted(twice))} occurs twice")

    @cached_property
    def kinds(self) -> str:
        """The kinds of the fields that reach the model: `text`, or `9 number, 4 category`."""
        counts = Counter(field.kind for field in self.inputs)
        return ", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in counts.items())

    @cached_property
    def inputs(self) -> list[AnyField]:
        """The fields that reach the model: its inputs and its settings."""
        return [field for field in self.fields if field.role in REACHING]

    @cached_property
    def names(self) -> frozenset[str]:
        """Of all its fields."""
        return frozenset(field.name for field in self.fields)

    def first(self, kind: str) -> AnyField:
        """The first input of a kind. Raises ModelError."""
        for field in self.fields:
            if field.kind == kind and field.role == "input":
                return field
        raise ModelError(f"demo.json of {self.title!r} needs a field of kind {kind!r} with the role input.")

    def describe(self, raw: Raw) -> str:
        """A checked input in a few words: its first three fields, and how many more."""
        said = [field.describe(raw[field.name]) for field in self.inputs]
        left = len(said) - 3
        more = [f"{left} more field{'s' if left > 1 else ''}"] if left > 0 else []
        return "; ".join([*said[:3], *more])

    def parse(self, inputs: Any) -> Raw:
        """Checked input of the model by field name. Raises InputError for missing, extra or unfit values."""
        if not isinstance(inputs, dict):
            raise InputError(f"The inputs must be an object keyed by field name, got {type(inputs).__name__}.")
        for name in inputs:
            if name not in self.names:
                raise InputError.among("field", name, [field.name for field in self.fields])
        for field in self.fields:  # what is recorded without reaching the model is checked as well, where it is sent
            if field.role not in REACHING and inputs.get(field.name) not in (None, ""):
                field.parse(inputs[field.name])
        return {field.name: field.parse(self._given(field, inputs)) for field in self.inputs}

    @staticmethod
    def _given(field: Any, inputs: dict[str, Any]) -> Any:
        value = inputs.get(field.name)
        return field.default if value is None and field.role == "setting" else value


def read(folder: Path) -> Demo:
    """The demo.json of a model folder. Raises ModelError that names each mistake by its place."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{name_of(folder)}/{FILE} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name_of(folder)}/{FILE} is no valid JSON: {error}.") from None
    if not isinstance(data, dict):
        raise ModelError(f"{name_of(folder)}/{FILE} must hold a JSON object, got {type(data).__name__}.")
    data.pop("$schema", None)  # editors like to name it
    fields = data.get("fields")
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict) and isinstance(field.get("items"), str):
            field["items"], field["facts"] = read_items(folder, field["items"])
    try:
        about: Demo = adapter(Demo).validate_python(data)
    except ValidationError as error:
        raise ModelError(f"{name_of(folder)}/{FILE}: {'; '.join(mistakes(error))}.") from None
    if not any(field.role == "input" for field in about.fields):
        raise ModelError(
            f"{name_of(folder)}/{FILE}: fields needs at least one with the role input; describe what a visitor enters, "
            'as in {"kind": "number", "name": "age", "label": "Age"}.'
        )
    return about


def weights_of(folder: Path) -> str:
    """The name of the folder whose weights a model folder shows: its own, unless demo.json names another beside it."""
    try:
        named = json.loads((folder / FILE).read_text(encoding="utf-8")).get("weights")
    except (OSError, ValueError, AttributeError, RecursionError):  # `read` tells what is wrong
        named = None
    return named if isinstance(named, str) and SIBLING.fullmatch(named) else folder.name


def read_background(folder: Path, demo: Demo) -> list[Raw]:
    """The reference rows, checked like any input. Raises ModelError."""
    if demo.background is None:
        return []
    try:
        return [demo.parse(row) for row in read_csv(folder, demo.background)]
    except InputError as error:
        raise ModelError(f"{name_of(folder)}/{demo.background[:80]}: {error}") from None


def read_recording(folder: Path, demo: Demo) -> recording.Recording | None:
    """The recorded stream, each tick checked like any input; None if there is none. Raises ModelError."""
    parse = lambda inputs: demo.parse(resolve(folder, demo, inputs))  # noqa: E731
    return recording.read(folder, demo.recording, parse) if demo.recording else None


def resolve(folder: Path, demo: Demo, inputs: Any) -> Any:
    """`inputs` with the names of the folder's own example files as paths; nothing else becomes a path."""
    if not isinstance(inputs, dict):
        return inputs
    files = [field.name for field in demo.fields if field.kind in ("image", "audio")]
    named = [example.inputs.get(name) for example in demo.examples for name in files]
    own = {name: path for name in named if isinstance(name, str) for path in [file(folder, demo, name)] if path}
    return {
        name: own.get(value, value) if name in files and isinstance(value, str) else value
        for name, value in inputs.items()
    }


def example_files(folder: Path, demo: Demo) -> list[Path]:
    """The files of a model folder that anybody may have: those that its examples name, and its rows to try."""
    inputs = [resolve(folder, demo, example.inputs) for example in demo.examples]
    rows = [file(folder, demo, name) for name in (demo.evaluation, demo.background) if name]
    return [*(value for each in inputs for value in each.values() if isinstance(value, Path)), *filter(None, rows)]


def file(folder: Path, demo: Demo, name: str) -> Path | None:
    """Where a file that a demo.json names lies: in its folder or in that of the weights it shows; None if outside."""
    folders = [folder.parent / demo.weights, folder] if demo.weights else [folder]
    inside = [path for each in folders for path in [located(each, name)] if path]
    return next((path for path in inside if path.is_file()), inside[-1] if inside else None)


def check(folder: Path, about: Demo | None = None) -> str:
    """That what a model folder names and tries is there and fits, in a sentence. Raises ModelError or InputError.

    about: what is said of the model, where that is not in a demo.json.
    """
    about = about or read(folder)
    for example in about.examples:
        about.parse(resolve(folder, about, example.inputs))
    referenced = [field.label for field in about.inputs if field.role == "input" and field.referenced]
    if referenced and about.background is None and (folder / FILE).is_file():
        raise ModelError(
            f"{name_of(folder)}/{FILE}: background must name a CSV of reference rows, whose values take the place of "
            f"{referenced[0]} where an explanation hides it."
        )
    read_background(folder, about)
    read_recording(folder, about)
    for key, named in (("picture", about.picture), ("evaluation", about.evaluation)):
        found = file(folder, about, named) if named else None
        if named and not (found and found.is_file()):
            raise ModelError(f"{name_of(folder)}/{FILE}: {key} names {named[:80]!r}, which is not in the folder.")
    source = "no mistake found" if (folder / FILE).is_file() else f"no {FILE}: what is shown follows from {about.task}"
    return f"{name_of(folder)}: {source}; fields: {len(about.fields)}, examples: {len(about.examples)}."


def schema() -> dict[str, Any]:
    """The JSON schema of demo.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **adapter(Demo).json_schema(),
        "title": "SeeWhy demo.json, version 1",
    }

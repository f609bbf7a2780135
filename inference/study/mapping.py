"""Which column of a file is which field of a model, and which hold the truth and the groups."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..demo import Demo
from ..errors import InputError
from ..sheets import listed
from ..types import Record

TRUTHS = ("truth", "label", "labels", "target", "class", "y", "answer", "outcome", "folder")
"""What a column with the right answers is often called."""
LOOSE = {"text": ("text", "sentence", "review", "message", "comment"), "image": ("picture", "image")}
"""What the one column that a model reads is often called, by the kind of its field."""


@dataclass(frozen=True)
class Columns(Record):
    """`fields`: the column of each field that has one. `constants`: what the others are in every row."""

    fields: dict[str, str]
    truth: str | None = None
    groups: tuple[str, ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)


def plain(name: str) -> str:
    """A name without what people write differently."""
    return re.sub(r"[\W_]+", "", name).lower()


def guess(about: Demo, header: Sequence[str]) -> Columns:
    """Fields and columns of the same name or label; the truth and the groups by their names."""
    found = {plain(name): name for name in reversed(header)}
    fields = {
        field.name: column
        for field in about.inputs
        for column in [found.get(plain(field.name)) or found.get(plain(field.label))]
        if column
    }
    inputs = [field for field in about.inputs if field.role == "input"]
    if len(inputs) == 1 and inputs[0].name not in fields:
        loose = [found[name] for name in LOOSE.get(inputs[0].kind, ()) if name in found]
        if loose or len(header) == 1:
            fields[inputs[0].name] = [*loose, *header][0]
    stated = [plain(field.name) for field in about.fields if field.role == "truth"]
    free = {key: name for key, name in found.items() if name not in fields.values()}
    truths = [free[key] for key in (*stated, plain(about.output), *TRUTHS) if key in free]
    groups = tuple(free[plain(each.name)] for each in about.fields if each.role == "group" and plain(each.name) in free)
    return Columns(fields, truths[0] if truths else None, groups)


def check(about: Demo, header: Sequence[str], columns: Columns) -> Columns:
    """The same columns, once every field has one, or a value for all rows. Raises InputError."""
    for column in [*columns.fields.values(), *columns.groups, *([columns.truth] if columns.truth else [])]:
        if column not in header:
            raise InputError.among("column", column, header)
    names = [field.name for field in about.inputs]
    for name in [*columns.fields, *columns.constants]:
        if name not in names:
            raise InputError.among("field", name, names)
    lacking = [
        field.label
        for field in about.inputs
        if field.role == "input" and field.name not in {**columns.fields, **columns.constants}
    ]
    if lacking:
        raise InputError(
            f"No column for {', '.join(lacking[:8])}{f' and {len(lacking) - 8} more' if len(lacking) > 8 else ''}: "
            f"the file has {listed(header)}. Say which column it is."
        )
    return columns

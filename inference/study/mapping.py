"""Which column of a file is which field of a model, or what it is in every row; which hold the truth and the groups."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..demo import Demo
from ..errors import InputError
from ..sheets import listed
from ..types import Record
from .cells import given

TRUTHS = ("truth", "label", "labels", "target", "class", "y", "answer", "outcome", "folder")
"""What a column with the right answers is often called."""
LOOSE = {
    "text": ("text", "sentence", "review", "message", "comment"),
    "image": ("picture", "image"),
    "audio": ("recording", "audio", "sound"),
}
"""What the one column that a model reads is often called, by the kind of its field."""
MEDIA = ("image", "audio")
"""Kinds of field whose one column is known as such beside others, too."""


@dataclass(frozen=True)
class Columns(Record):
    """`fields`: the column of each field that has one. `constants`: what others are in every row, as a cell has it.
    `cluster`: the column whose value rows that belong together share, such as those of one customer."""

    fields: dict[str, str]
    truth: str | None = None
    groups: tuple[str, ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)
    cluster: str | None = None


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
    fields = {**loosely(about, header, found), **fields}
    stated = [plain(field.name) for field in about.fields if field.role == "truth"]
    free = {key: name for key, name in found.items() if name not in fields.values()}
    truths = [free[key] for key in (*stated, plain(about.output), *TRUTHS) if key in free]
    groups = tuple(free[plain(each.name)] for each in about.fields if each.role == "group" and plain(each.name) in free)
    cluster = found.get(plain(about.cluster)) if about.cluster else None
    return Columns(fields, truths[0] if truths else None, groups, cluster=cluster)


def loosely(about: Demo, header: Sequence[str], found: Mapping[str, str]) -> dict[str, str]:
    """The column of the one field that a model reads, or of its one picture or recording, by what such are called."""
    kinds = [field.kind for field in about.inputs if field.role == "input"]
    fields = {}
    for each in about.inputs:
        if each.role == "input" and (len(kinds) == 1 or (each.kind in MEDIA and kinds.count(each.kind) == 1)):
            named = [found[name] for name in LOOSE.get(each.kind, ()) if name in found]
            if named or len(kinds) == len(header) == 1:
                fields[each.name] = [*named, *header][0]
    return fields


def check(about: Demo, header: Sequence[str], columns: Columns) -> Columns:
    """The same columns, once every field has one, or a value for all rows that it takes. Raises InputError."""
    for column in [*columns.fields.values(), *columns.groups, *filter(None, (columns.truth, columns.cluster))]:
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
            f"the file has {listed(header)}. Say which column it is, or a value for every row."
        )
    for each in about.inputs:
        if each.name in columns.constants:
            if each.name in columns.fields:
                raise InputError(f"{each.label} has a column and a value for every row; give one of them.")
            each.parse(given(each, columns.constants[each.name]))
    return columns

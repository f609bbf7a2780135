"""Which column of a file is which field, the truth, or a group, and what fields without one are in every row: as HTML.

columns.js sends what is chosen.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from ..demo import Demo
from ..fields import AnyField, CategoryField, NumberField
from ..study.mapping import MEDIA, Columns

SAME = "the same in every row"
CHOOSE = "choose…"


def chooser(about: Demo, header: Sequence[str], columns: Columns, truth: bool = False, groups: bool = False) -> str:
    """A choice for each field; where they are asked for, for the truth, and the groups."""
    fields = "".join(field_of(field, header, columns.fields.get(field.name)) for field in about.inputs)
    unset = [field for field in about.inputs if field.role == "input" and field.name not in columns.fields]
    answer = f'<div class="choices">{choice("data-truth", "Truth", header, columns.truth, "none")}</div>'
    return (
        '<div class="card mapped"><div class="columns-of">'
        f"{answer if truth else ''}{groups_of(header, columns) if groups else ''}"
        f"<details{' open' if unset else ''}><summary>Which column is which field? "
        f"({len(columns.fields)} of {len(about.inputs)} found by name)"
        f'</summary><div class="choices">{fields}</div></details></div></div>'
    )


def field_of(field: AnyField, header: Sequence[str], chosen: str | None) -> str:
    """The column of a field, or its value in every row, which is shown while no column is chosen."""
    if field.kind in MEDIA:
        return choice(f'data-field="{escape(field.name)}"', field.label, header, chosen, CHOOSE)
    none = SAME if field.role == "setting" else CHOOSE
    select = choice(f'data-field="{escape(field.name)}"', field.label, header, chosen, none)
    return f'<div class="choice">{select}{value(field)}</div>'


def value(field: AnyField) -> str:
    """A box for the one value of a field; it begins with what a setting is by default."""
    given = entry(field.default) if field.role == "setting" else ""
    mark = f'data-constant="{escape(field.name)}" aria-label="{escape(field.label)}, {SAME}"'
    if isinstance(field, CategoryField) and not field.unseen:
        return f'<select {mark}><option value="">or {SAME}</option>{options(field.choices, given)}</select>'
    kind = 'type="number" step="any"' if isinstance(field, NumberField) else 'type="text"'
    return f'<input {kind} {mark} placeholder="{"or " if field.role == "input" else ""}{SAME}" value="{escape(given)}">'


def entry(default: Any) -> str:
    """A default as one would write it into a cell: a word, a number, several words; empty for what has parts."""
    if isinstance(default, list | tuple):
        return ", ".join(map(entry, default))
    return f"{default:g}" if isinstance(default, int | float) else default if isinstance(default, str) else ""


def groups_of(header: Sequence[str], columns: Columns) -> str:
    """The columns that groups may be compared by."""
    taken = {*columns.fields.values(), columns.truth}
    boxes = "".join(box(name, name in columns.groups) for name in header if name not in taken)
    return f"<fieldset><legend>Groups to compare</legend>{boxes or 'no column is left'}</fieldset>"


def box(name: str, checked: bool) -> str:
    """A column that groups may be compared by."""
    mark = " checked" if checked else ""
    return f'<label><input type="checkbox" data-group="{escape(name)}"{mark}> {escape(name)}</label>'


def choice(mark: str, said: str, header: Sequence[str], chosen: str | None, none: str) -> str:
    """One column out of all."""
    select = (
        f'<select {mark} aria-label="{escape(said)}"><option value="">{none}</option>{options(header, chosen)}</select>'
    )
    return f"<label><span>{escape(said)}</span>{select}</label>"


def options(names: Sequence[str], chosen: str | None) -> str:
    """The options of a select."""
    return "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(name)}</option>'
        for name in names
    )

"""Which column of a labelled file is which field, the truth, or a group: choices, as HTML; threshold.js sends them."""

from collections.abc import Sequence
from html import escape

from ..demo import Demo
from ..study.mapping import Columns


def chooser(about: Demo, header: Sequence[str], columns: Columns) -> str:
    """A choice for each field, the truth and the groups."""
    fields = "".join(
        choice(
            f'data-field="{escape(field.name)}"',
            field.label,
            header,
            columns.fields.get(field.name),
            "the same in every row" if field.role == "setting" else "choose…",
        )
        for field in about.inputs
    )
    truth = choice("data-truth", "Truth", header, columns.truth, "none")
    belongs = choice("data-cluster", "Rows belong together by", header, columns.cluster, "each by itself")
    taken = {*columns.fields.values(), columns.truth, columns.cluster}
    boxes = "".join(box(name, name in columns.groups) for name in header if name not in taken)
    groups = f"<fieldset><legend>Groups to compare</legend>{boxes or 'no column is left'}</fieldset>"
    unset = [field for field in about.inputs if field.role == "input" and field.name not in columns.fields]
    return (
        f'<div class="columns-of"><div class="choices">{truth}{belongs}</div>{groups}'
        f"<details{' open' if unset else ''}><summary>Columns of the fields "
        f"({len(columns.fields)} of {len(about.inputs)} found)"
        f'</summary><div class="choices">{fields}</div></details></div>'
    )


def box(name: str, checked: bool) -> str:
    """A column that groups may be compared by."""
    mark = " checked" if checked else ""
    return f'<label><input type="checkbox" data-group="{escape(name)}"{mark}> {escape(name)}</label>'


def choice(mark: str, said: str, header: Sequence[str], chosen: str | None, none: str) -> str:
    """One column out of all."""
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(name)}</option>'
        for name in header
    )
    return (
        f'<label><span>{escape(said)}</span><select {mark}><option value="">{none}</option>{options}</select></label>'
    )

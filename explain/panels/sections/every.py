"""All sections of Evaluate in their order, and what each shows of a file."""

from dataclasses import replace

from inference.errors import InputError
from inference.panels.answer import failure

from . import (
    amounts,
    confusion,
    drift,
    fixed,
    goes_by,
    groups,
    identity,
    measures,
    quality,
    removal,
    rows,
    slices,
    threshold,
)
from .section import Judged, Section

SECTIONS: tuple[Section, ...] = (
    measures.SECTION,
    replace(threshold.SECTION, printed=fixed.printed),
    confusion.SECTION,
    amounts.SECTION,
    slices.SECTION,
    rows.SECTION,
    groups.SECTION,
    goes_by.SECTION,
    removal.SECTION,
    identity.SECTION,
    quality.SECTION,
    drift.SECTION,
)
"""What is shown of a file, in this order."""


def html_of(section: Section, judged: Judged) -> str:
    """A section, measured once for a file. What cannot be measured is told in its place."""
    if section.id not in judged.study.found:
        try:
            judged.study.found[section.id] = section.shown(judged)
        except InputError as error:
            first = section is SECTIONS[0]
            judged.study.found[section.id] = failure(str(error)) if first else ""
    return judged.study.found[section.id]


def printed(section: Section, judged: Judged) -> str:
    """What a report says of a section; nothing of what could not be measured."""
    try:
        html = section.printed(judged) if section.printed else html_of(section, judged)
    except InputError:
        return ""
    return "" if 'role="alert"' in html else html

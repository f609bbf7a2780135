"""Whether the rows of a file are distributed as those that the model knows."""

from html import escape

from inference.errors import InputError
from inference.panels import data
from inference.study import inspection, reference
from inference.study.drift import sentence
from inference.study.source import Source

from .section import Judged, Section, card


def shown(judged: Judged) -> str:
    """What drifted, and every test behind a fold."""
    found = inspection.drifted(judged.task, judged.study)
    if not found.known:
        return ""
    return card("Is it the data the model knows?", data.drifts(found), escape(sentence(found)), "drift")


AGAINST = "drift against another file"
"""Where a study keeps what was found beside another file, for a report."""


def beside(judged: Judged, source: Source, title: str) -> str:
    """The same beside the rows of another file, kept with this one. Raises InputError where it has no rows to take."""
    results, known = judged.study.results, reference.of_file(judged.task, source, title)
    found = reference.compared(judged.task, results.raws, results.answers, known)
    said = escape(sentence(found))
    judged.study.found[AGAINST] = card(f"Beside {title}", data.drifts(found), said, "against")
    return judged.study.found[AGAINST]


def printed(judged: Judged) -> str:
    """Both, as far as they are known."""
    try:
        known = shown(judged)
    except InputError:
        known = ""
    return known + judged.study.found.get(AGAINST, "")


SECTION = Section("drift", shown, printed=printed)

"""Whether the rows of a file are distributed as those that the model knows."""

from html import escape

from inference.panels import data
from inference.study import inspection
from inference.study.drift import sentence

from .section import Judged, Section, card


def shown(judged: Judged) -> str:
    """What drifted, and every test behind a fold."""
    found = inspection.drifted(judged.task, judged.study)
    if not found.known:
        return ""
    return card("Is it the data the model knows?", data.drifts(found), escape(sentence(found)), "drift")


SECTION = Section("drift", shown)

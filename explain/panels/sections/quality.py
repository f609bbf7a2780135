"""What is wrong with the data of a file, the worst first."""

from inference.panels import data
from inference.study import inspection
from inference.study.faults import sentence

from .rows import opened
from .section import Judged, Section, card


def shown(judged: Judged) -> str:
    """A line a problem; its rows open as cases."""
    found = inspection.quality(judged.task, judged.study)
    read = set(judged.study.results.rows.index)
    link = lambda number: opened(judged, number) if number in read else f"{number:,}"  # noqa: E731
    return card("Can the data be trusted?", data.faults(found, link), sentence(found), "quality")


SECTION = Section("quality", shown)

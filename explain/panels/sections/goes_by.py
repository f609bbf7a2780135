"""What the model goes by over the file's rows: explained one after the other, drawn ever better, stopped at will."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from inference.errors import InputError
from inference.serving.admission import READING

from ...summary import Doing, Summary, whole
from ...summary.drawn import draw_summary, sentence
from ...summary.stream import default_sample
from .section import Judged, Section, asks, busy, card

TITLE, ID = "What the model goes by", "goes-by"
TOLD = "goes-by in a sentence"
"""Where a study keeps the sentence for a model card."""
PAUSE = 1.0
"""Seconds between two drawings at least."""

_turns: dict[str, object] = {}
"""The newest question about each file that is being explained, by the file's token: an older one ends."""


def shown(judged: Judged) -> str:
    """The way to ask."""
    said = "Rows are drawn at random and explained one by one; the figures get better as they come."
    return card(TITLE, sizes(judged), said, ID)


def sizes(judged: Judged) -> str:
    """Buttons for how many rows to explain."""
    rows, usual = len(judged.study.results.raws), default_sample(judged.task)
    counts = sorted({min(rows, count) for count in (usual // 4 or 1, usual, 5 * usual, rows)})
    buttons = "".join(asks(ID, f"{count:,}{' (all)' if count == rows else ''}", rows=count) for count in counts)
    return f'<div class="tests onscreen" role="group" aria-label="Rows to explain">Explain rows: {buttons}</div>'


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """So many rows explained: {rows}."""
    turn = _turns[judged.token] = object()
    try:
        for part in gathered(judged, asked.get("rows")):
            yield part
            if _turns.get(judged.token) is not turn:
                break
        yield judged.study.found.get(ID) or shown(judged)
    finally:
        if _turns.get(judged.token) is turn:
            del _turns[judged.token]


def gathered(judged: Judged, rows: Any) -> Iterator[str]:
    """The card as it grows; the study keeps the last. Raises InputError."""
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or rows < 1):
        raise InputError(f"Say how many rows to explain, at least 1, got {str(rows)[:40]}.")
    drawn, last = "", -PAUSE
    with closing(whole(judged.task, judged.study.results.raws, rows)) as parts:  # type: ignore[type-var]  # a generator
        for part in parts:
            if isinstance(part, Summary):
                drawn = keep(judged, part)
            elif time.monotonic() - last >= PAUSE:
                last = time.monotonic()
                yield card(TITLE, f"{under_way(part)}{drawn}", id=ID)


def keep(judged: Judged, summary: Summary) -> str:
    """A summary drawn, and kept with its file."""
    drawn = draw_summary(summary)
    judged.study.found[ID] = card(TITLE, f"{drawn}{sizes(judged)}", id=ID)
    judged.study.found[TOLD] = sentence(summary)
    return drawn


def under_way(part: Doing) -> str:
    """How far it has come, with a way to stop it."""
    stop = f'<div class="tests" role="group" aria-label="Stop">{asks(ID, "Stop", stop=True)}</div>'
    return busy(part.words, part.done, part.total, part.of) + stop


def printed(judged: Judged) -> str:
    """What was found; nothing where it was not asked."""
    return judged.study.found.get(ID, "") if TOLD in judged.study.found else ""


def stopped(judged: Judged) -> str:
    """End what runs; what it has found stays."""
    _turns.pop(judged.token, None)
    return judged.study.found.get(ID) or shown(judged)


SECTION = Section(ID, shown, asked, printed, READING, stopped)

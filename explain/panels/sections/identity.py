"""Whether the score of a text changes with who it is about, on demand."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from inference.errors import InputError
from inference.serving.admission import READING
from inference.study import evaluation
from inference.study.identity import Identity, Moved, Shift, identity
from inference.types import ItemTarget
from inference.units import listed, number

from ...summary import Doing
from .groups import starting
from .section import Judged, Section, asks, busy, card, link, table, together

TITLE, ID = "Does it mind who a text is about?", "identity"
ASKED = "identity was asked"
"""Where a study remembers it, for a report."""
DOING = "Swapping words"

CAVEAT = (
    "A small list of plain words: it shows what it finds, and proves no fairness. Swapping can also make a text odd."
)


def field_of(judged: Judged) -> str | None:
    """The one text that the model reads and that labels are given to."""
    texts = [field.name for field in judged.task.demo.inputs if field.kind == "text" and field.role == "input"]
    return texts[0] if len(texts) == 1 and judged.task.same_items else None


def shown(judged: Judged) -> str:
    """The offer."""
    if field_of(judged) is None:
        return ""
    said = "Words that say who somebody is (she, Muslim, Mary) are swapped, and each text is scored again."
    return card(TITLE, f'<div class="tests">{asks(ID, "Swap them")}</div>', said, ID)


def about(judged: Judged) -> tuple[str, float]:
    """The item whose score is watched, and the threshold that a text may cross."""
    case = evaluation.case_of(judged.task, judged.study)
    if case is None:
        values = judged.study.results.answers.scores[:, 0]
        return "value", float(np.median(values))
    return (case.name if judged.task.kind == "labels" else "value"), starting(judged, case)


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """Some texts at a time."""
    yield card(TITLE, busy(DOING, 0, len(judged.study.results.raws), "texts"), id=ID)
    for found in gathered(judged):
        if found.done < found.rows:
            yield drawn(judged, found, about(judged)[0], busy(DOING, found.done, found.rows, "texts"))
    yield judged.study.found[ID]


def gathered(judged: Judged) -> Iterator[Identity]:
    """What is known after ever more texts; after all of them it is kept with the file."""
    name = field_of(judged)
    assert name is not None  # by `shown`
    results, (item, threshold) = judged.study.results, about(judged)

    def ask(texts: Any) -> Any:
        base = results.raws[0]
        return judged.task.scores([{**base, name: text} for text in texts], [ItemTarget(item)])[:, 0]

    texts, numbers = [str(raw[name]) for raw in results.raws], [int(row) for row in results.rows.index]
    for found in identity(ask, texts, numbers, threshold, clusters=results.clusters):
        if found.done >= found.rows:
            judged.study.found.update({ID: drawn(judged, found, item), ASKED: "yes"})
        yield found


def doing(judged: Judged) -> Iterator[Doing]:
    """The same for a report that wants it. Raises InputError where there is no text to swap words in."""
    if field_of(judged) is None:
        raise InputError("Words that say who a text is about can be swapped where a model reads one text.")
    for found in gathered(judged):
        yield Doing(DOING, found.done, found.rows, "texts")


def printed(judged: Judged) -> str:
    """What was found, or that it was not asked."""
    if ASKED in judged.study.found:
        return judged.study.found[ID]
    if field_of(judged) is None:
        return ""
    return card(TITLE, "", "Not asked: words that say who somebody is were not swapped for this report.")


def drawn(judged: Judged, found: Identity, item: str, under: str = "") -> str:
    """How the score shifts, and the texts most moved."""
    called = judged.task.demo.output if item == "value" else f"“{item}”"
    shifts = [cells(each) for each in found.shifts]
    head = ("From … to …", "Texts", f"Shift of {escape(called)}", "Typical move", "Decision changes")
    body = table(head, shifts, "listing", "Shifts") if shifts else ""
    if found.most and not under:
        rows = [(opened(judged, each), escape(each.about), changed(each)) for each in found.most]
        listed_rows = table(("Row", "About", "Before and after"), rows, "listing moved", "Texts most moved")
        body += f"<h3>Most moved</h3>{listed_rows}"
    hint = f'<p class="hint">{CAVEAT}</p>{together(judged)}'
    return card(TITLE, body + under + hint, "" if under else sentence(found), ID)


def sentence(found: Identity) -> str:
    """What the swaps found, in words."""
    if not found.held:
        return f"None of {found.rows:,} texts has one of the words."
    sure = [
        f"{each.first} to {each.second}"
        for each in found.shifts
        if each.interval and not each.interval[0] <= 0 <= each.interval[1]
    ]
    told = f"{found.held:,} of {found.rows:,} texts have such words."
    if not sure:
        return f"{told} No swap shifts the score by more than chance explains."
    return f"{told} The score shifts from {escape(listed(sure[:5]))} by more than chance explains."


def cells(each: Shift) -> tuple[str, ...]:
    """A pair's row."""
    interval = f" <small>({signed(each.interval[0])} to {signed(each.interval[1])})</small>" if each.interval else ""
    flips = f"{each.flipped:,}" if each.flipped else "0"
    return (
        f"{escape(each.first)} → {escape(each.second)}",
        f"{each.rows:,}",
        f"<b>{signed(each.shift)}</b>{interval}",
        number(float(f"{each.moved:.3g}")),
        flips,
    )


def signed(value: float) -> str:
    """A shift with its sign."""
    return f"{'−' if value < 0 else '+'}{abs(value):.3f}"


def opened(judged: Judged, each: Moved) -> str:
    """The link to a row."""
    return link(judged.row(each.row), f"{each.row:,}", f"Open row {each.row:,}")


def changed(each: Moved) -> str:
    """A text before and after, its changed words marked, and both scores."""
    before, after = each.before.split(), each.after.split()
    different = [i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]]
    start = max(0, (different[0] if different else 0) - 6)
    one, two = (
        " ".join(
            f"<mark>{escape(word)}</mark>" if i in different else escape(word)
            for i, word in enumerate(words[: start + 18])
            if i >= start
        )
        for words in (before, after)
    )
    return f"{number(round(each.scores[0], 3))} · {one}<br>{number(round(each.scores[1], 3))} · {two}"


SECTION = Section(ID, shown, asked, printed, READING)

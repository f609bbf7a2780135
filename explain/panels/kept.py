"""What the History view shows, as HTML. It asks nothing and places nothing; every text of a visitor is escaped."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from inference.demo import Demo
from inference.errors import InputError
from inference.history.disagreement import Period
from inference.history.entry import Entry, Tally
from inference.panels import data
from inference.panels.answer import milliseconds
from inference.pictures import data_uri
from inference.study.drift import FEWEST, sentence
from inference.study.search import Search
from inference.study.slices import Slices, interval
from inference.types import Raw
from inference.units import percent, quantity

from .sections.rows import clipped, text
from .sections.section import asks, card, table
from .sections.slices import NONE, amount, rows

LISTED = 50
"""Answers that are listed at once."""
THUMBNAIL = (72, 72)
"""Pixels of a picture in the list."""
ONLY = {"all": "All", "marked": "Marked", "against": "Where people disagree"}
NOTHING = {
    "all": "Nothing yet. Answers come here once somebody has asked this model.",
    "marked": "Nothing yet. An answer comes here once somebody says whether it is right.",
    "against": "Nothing: nobody has marked an answer as wrong.",
}
"""What is said where nothing is listed."""


def door(name: str, refused: bool) -> str:
    """Where the token is entered."""
    told = (
        '<p class="mark caution" role="alert"><b aria-hidden="true">!</b>This is not the token.</p>' if refused else ""
    )
    return (
        f'<form class="card presenter" data-of="{escape(name)}"{" data-refused=yes" if refused else ""}>'
        '<h2 class="part">Who runs this page?</h2><p>The history is for the presenter alone. Its token stands in the '
        f"log of the start.</p>{told}<div><label>Token "
        '<input name="token" type="password" autocomplete="off" maxlength="200"></label>'
        '<button type="submit">Open</button></div></form>'
    )


def summary(name: str, tallies: Sequence[Tally], inputs: bool, days: int) -> str:
    """How many answers are kept of each revision, and what people said of them."""
    count, marks, against = (sum(getattr(each, key) for each in tallies) for key in ("answers", "marks", "against"))
    kept = "with their inputs" if inputs else "without their inputs"
    said = f"<b>{count:,}</b> answers are kept, {kept}, for {days} days; <b>{marks:,}</b> are marked"
    said += f", <b>{against:,}</b> of them against the model." if marks else "."
    cells = [
        (
            f"<code>{escape(each.revision) or '–'}</code>",
            f"{when(each.first)} to {when(each.last)}",
            f"{each.answers:,}",
            f"{each.marks:,}",
            share(each.against, each.marks),
            milliseconds(each.ms),
        )
        for each in tallies
    ]
    head = ("Revision", "Asked (UTC)", "Answers", "Marked", "Against the model", "Takes on average")
    body = table(head, cells, "listing tallies", "Revisions") if cells else ""
    export = (
        f'<p class="buttons"><button type="button" data-export="{escape(name)}">Take the marked ones as a labelled file'
        '</button> <span class="hint" role="status"></span></p>'
    )
    return card("What is kept", body + (export if marks and inputs else ""), said, "tallies")


def share(part: int, whole: int) -> str:
    """A share with Wilson's interval."""
    import numpy as np

    if not whole:
        return "–"
    low, high = interval(np.array([1.0] * part + [0.0] * (whole - part)), True) or (0.0, 1.0)
    return f"{percent(part / whole)} <small>({percent(low)} to {percent(high)})</small>"


def when(seconds: float) -> str:
    """A time, UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def listing(entries: Sequence[Entry], only: str, about: Demo, older: bool) -> str:
    """Answers, the newest first, `LISTED` of them, and where older ones are."""
    chips = "".join(asks("rows", said, pressed=key == only, only=key) for key, said in ONLY.items())
    group = f'<div class="chips" role="group" aria-label="Which answers">{chips}</div>'
    shown = entries[:LISTED]
    more = asks("rows", "Older ones", "more", only=only, before=shown[-1].place) if len(entries) > LISTED else ""
    first = asks("rows", "The newest", "more", only=only) if older else ""
    ways = f'<p class="buttons">{first}{more}</p>' if first or more else ""
    body = entries_table(shown, about) if shown else f'<p class="hint">{NOTHING[only]}</p>'
    return card("What was asked", group + body + ways, id="rows")


def of_slice(query: str, entries: Sequence[Entry], count: int, about: Demo) -> str:
    """Marked answers of a slice."""
    back = f'<p class="buttons">{asks("rows", "All answers", only="all")}</p>'
    title = f"{count:,} marked answer{'' if count == 1 else 's'} where {query}"
    return card(title, back + (entries_table(entries, about) if entries else ""), id="rows")


def entries_table(entries: Sequence[Entry], about: Demo) -> str:
    """Answers as a table; each can be deleted."""
    head = ("When (UTC)", "Input", "Predicted", "Done", "People say", "Took", "<span>Delete</span>")
    cells = [
        (
            when(each.time),
            summary_of(each, about),
            escape(predicted(each, about)),
            escape(each.decision or "–"),
            said(each, about),
            milliseconds(each.ms),
            f'<button type="button" class="ask" data-forget="{escape(each.id)}" '
            f'aria-label="Delete the answer of {when(each.time)}">Delete</button>',
        )
        for each in entries
    ]
    return table(head, cells, "listing entries", "Answers")


def predicted(entry: Entry, about: Demo) -> str:
    """What was predicted, in a few words."""
    prediction = entry.prediction
    if prediction.kind == "text":
        return clipped(prediction.text) if prediction.text else "a text, not kept"
    if not prediction.items:
        return "nothing"
    first = prediction.items[0]
    if prediction.kind == "value":
        return quantity(first.score, about.unit)
    score = percent(first.score) if prediction.scale == "probability" else f"{first.score:.3g}"
    return f"{clipped(first.name or 'not kept')} {score}"


def said(entry: Entry, about: Demo) -> str:
    """What somebody said of it."""
    if entry.mark is None:
        return "–"
    if entry.mark.verdict == "should be":
        value = entry.prediction.kind == "value"
        told = clipped(quantity(float(entry.truth or 0), about.unit) if value else entry.truth or "")
        words = f"should be {told}"
    else:
        words = entry.mark.verdict
    sign, tone = ("✓", "good") if entry.agreed else ("!", "caution")
    return f'<span class="sign {tone}" aria-hidden="true">{sign}</span> {escape(words)}'


def summary_of(entry: Entry, about: Demo) -> str:
    """An input in a line, a picture small; without inputs, what tells it from others."""
    if entry.inputs is None:
        return f"<code>{escape(entry.digest[:12])}</code>"
    try:
        raw = about.parse(entry.inputs)
    except InputError:
        return '<span class="hint">the form has changed since</span>'
    return line(raw, about)


def line(raw: Raw, about: Demo) -> str:
    """A checked input."""
    parts: list[str] = []
    for field in about.inputs:
        value: Any = raw[field.name]
        if hasattr(value, "getbands"):
            small = value.copy()
            small.thumbnail(THUMBNAIL)
            return f'<img class="thumb" src="{data_uri(small)}" alt="The picture that was sent">'
        parts.append(text(value) if len(about.inputs) == 1 else f"{field.label} {text(value)}")
    return f'<span dir="auto">{escape(clipped(" · ".join(parts)))}</span>'


def disagreement(found: Slices, searched: Search | None) -> str:
    """Where people disagree most, by one thing at a time, and what a search over all finds."""
    title = "Where do people disagree?"
    worse = [each for each in found.slices if each.verdict == "worse"]
    told = f"{found.metric} {amount(found.whole.value, found)} over {found.whole.rows:,} marked answers"
    if worse:
        first = worse[0]
        lead = (
            f"<b>{escape(first.name)}</b>: {found.metric} {amount(first.value, found)} of {first.rows:,} marked answers"
        )
        lead += f", beside {amount(found.whole.value, found)} of all."
    else:
        lead = f"{told[0].upper()}{told[1:]}; {NONE.replace('these rows', 'them')}"
    body = rows(found, found.slices)
    if searched is not None and searched.found:
        body += (
            f"<h3>Found by a search over all columns, measured on the other half</h3>{rows(searched, searched.found)}"
        )
    hint = '<p class="hint">Marks are what people said, not what is so, and who marks is no random sample.</p>'
    return card(title, body + hint, lead, "slices")


def drift(found: Sequence[Period], count: int) -> str:
    """The inputs of one stretch of time after the other, beside what the model knows; the last one in full."""
    title = "Has what is asked changed over time?"
    if not found:
        return nothing(
            title, f"It takes {FEWEST} inputs to tell, twice as many without reference rows; {count:,} are kept."
        )
    cells = [
        (
            f"{when(each.first)} to {when(each.last)}",
            f"{each.drifts.rows:,}",
            escape(", ".join(f"{one.label} ({one.size})" for one in each.drifts.drifted[:3]) or "nothing"),
            f"{max((one.effect for one in each.drifts.columns if one.size != 'none'), default=0.0):.2f}",
        )
        for each in found
    ]
    body = table(("Asked (UTC)", "Inputs", "Drifted", "Largest PSI"), cells, "listing periods", "Drift over time")
    last = found[-1].drifts
    body += f"<h3>The latest {last.rows:,}</h3>{data.drifts(last, 'what was asked')}"
    return card(title, body, escape(sentence(last)), "drift")


def nothing(title: str, why: str) -> str:
    """A section that has nothing to tell yet."""
    return card(title, "", escape(why))

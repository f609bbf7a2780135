"""A recording's decisions as they came, drawn: a curve of scores, a lane for each decision, what turned out to be so.

Safe HTML; assets/recording.js moves the head over it. It knows no model, and draws by the tones of the decision rule.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from ..policy import Policy
from ..recording import Recording, Tick
from ..units import listed, percent, quantity
from .answer import milliseconds

LANES = 8
"""Different decisions that have a lane of their own; of more, the others share one."""
OTHER = "another"


@dataclass(frozen=True)
class Moment:
    """What a tick is drawn as: a word for what was decided, its tone, and the score that this went by."""

    word: str
    tone: str
    score: float | None
    said: str


def moment(tick: Tick, rule: Policy | None) -> Moment:
    """A tick by its decision, or by its first item where the model has no rule."""
    prediction = tick.prediction
    items = {item.id: item for item in reversed(prediction.items)}
    item = items.get(rule.of if rule else "") or (prediction.items[0] if prediction.items else None)
    word = tick.decision.action if tick.decision else item.name if item else prediction.text or ""
    tone = rule.tone(tick.decision) if rule and tick.decision else "neutral"
    if item is None or prediction.kind == "text":
        return Moment(word, tone, None, "")
    score = percent(item.score) if prediction.scale == "probability" else quantity(item.score, prediction.unit)
    return Moment(word, tone, item.score, f"{item.name} {score}")


def timeline(recording: Recording, ticks: Sequence[Tick], rule: Policy | None) -> str:
    """The ticks decided so far, over the length of the whole recording."""
    moments, total = [moment(tick, rule) for tick in ticks], len(recording.ticks)
    data = [[each.word, each.tone, each.said, recording.truth_of(i) or ""] for i, each in enumerate(moments)]
    rows = curve(moments, total, rule) + lanes(moments, total, rule) + truths(recording, len(ticks))
    return (
        f'<div class="timeline" data-ticks="{escape(json.dumps(data))}" data-total="{total}" '
        f'data-seconds="{recording.seconds:g}" role="img" aria-label="{escape(summary(moments, total))}">{rows}</div>'
    )


def summary(moments: Sequence[Moment], total: int) -> str:
    """How often what was decided."""
    counts = Counter(each.word for each in moments).most_common()
    said = listed([f"{count:,} × “{word}”" for word, count in counts[:LANES]]) if counts else "none yet"
    return f"Decisions at {len(moments):,} of {total:,} ticks: {said}."


def curve(moments: Sequence[Moment], total: int, rule: Policy | None) -> str:
    """The scores as a line, with the thresholds of the rule; nothing where there are no scores."""
    scores = [each.score for each in moments if each.score is not None]
    if len(scores) < len(moments) or not scores:
        return ""
    lines = [(each.at_least, each) for each in rule.rules if each.at_least is not None] if rule else []
    low, high = min([0.0, *scores]), max([*scores, *(line for line, _ in lines)])
    width = (high - low) or 1.0

    def height(score: float) -> float:
        return 100 - 100 * (score - low) / width

    points = " ".join(f"{place(i, total):.2f},{height(score):.2f}" for i, score in enumerate(scores))
    drawn = "".join(
        f'<i class="threshold {each.tone}" style="top:{height(line):.1f}%"><span>{escape(each.action)}</span></i>'
        for line, each in lines
    )
    svg = f'<svg viewBox="0 0 100 100" preserveAspectRatio="none"><polyline points="{points}"/></svg>'
    return f'<div class="row tall"><span class="lane">Score</span><div class="strip">{svg}{drawn}</div></div>'


def place(tick: int, total: int) -> float:
    """Where a tick stands, in percent of the width."""
    return 100 * (tick + 0.5) / total


def lanes(moments: Sequence[Moment], total: int, rule: Policy | None) -> str:
    """A lane for each decision, in the order of the rule, its ticks marked by the shape and colour of its tone."""
    tones = {each.word: each.tone for each in moments}
    ruled = [each.action for each in rule.rules] if rule else []
    tones = {each.action: each.tone for each in rule.rules} | tones if rule else tones
    common = [word for word, _ in Counter(each.word for each in moments).most_common()]
    words = list(dict.fromkeys([*ruled, *common]))
    shown, others = words[:LANES], set(words[LANES:])
    rows = [lane(w, tones[w], [i for i, each in enumerate(moments) if each.word == w], total) for w in shown]
    if others:
        rows.append(lane(OTHER, "neutral", [i for i, each in enumerate(moments) if each.word in others], total))
    return "".join(rows)


def truths(recording: Recording, known: int) -> str:
    """A lane for what turned out to be so, but for what nearly always is."""
    counts = Counter(word for word in recording.truth if word is not None).most_common()
    rare = [word for word, _ in counts[1:LANES]]
    total = len(recording.ticks)
    places = {word: [i for i in range(known) if recording.truth_of(i) == word] for word in rare}
    return "".join(lane(f"truth: {word}", "truth", found, total) for word, found in places.items())


def lane(name: str, tone: str, places: Sequence[int], total: int) -> str:
    """One row of marks."""
    marks = "".join(f'<i style="left:{place(i, total):.2f}%"></i>' for i in places)
    return f'<div class="row {tone}"><span class="lane">{escape(name)}</span><div class="strip">{marks}</div></div>'


def pace(recording: Recording, ticks: Sequence[Tick]) -> str:
    """How long decisions took, as measured, and where the ticks come from."""
    took = sorted(tick.ms for tick in ticks)
    said = (
        f"Each decision was made by itself, in {milliseconds(median(took))} on the server (median; the slowest "
        f"{milliseconds(took[-1])}). "
        if took
        else ""
    )
    return f"{said}At its own pace the recording has a tick every {quantity(recording.seconds)} s. {recording.source}"


def table(recording: Recording, ticks: Sequence[Tick], rule: Policy | None) -> str:
    """Every tick in words, behind a fold."""
    head = ["Tick", "Decision", "Score", *(["Truth"] if recording.truth else [])]
    rows = []
    for tick in ticks:
        each = moment(tick, rule)
        cells = [f"{tick.tick + 1:,}", each.word, each.said, recording.truth_of(tick.tick) or ""]
        rows.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells[: len(head)])}</tr>")
    return (
        '<details><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="All ticks">'
        f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )

"""One threshold for everything: assets/threshold.js moves confusion, curves, decisions, costs and groups together.

What each of some two hundred thresholds does is counted here and sent along; moving the slider asks nothing more.
"""

import json
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.policy import Policy
from inference.serving.admission import PREDICTING
from inference.study import curves, evaluation
from inference.study.costs import Costs, cheapest
from inference.study.curves import Calibration, Curve
from inference.study.evaluation import Case
from inference.study.fairness import SMALL
from inference.study.thresholds import grid, sweep
from inference.units import percent, quantity

from ...axes import Axes
from ...frame import folded
from .by_group import apart, by_group, counts, drawn_by, sizes_of
from .section import Judged, Section, asks, card


def shown(judged: Judged) -> str:
    """The slider and all that follows it, for the label that the decision is about."""
    return drawn(judged, evaluation.case_of(judged.task, judged.study))


def asked(judged: Judged, asked: dict[str, Any]) -> Any:
    """The same for another label: {label}."""
    yield drawn(judged, evaluation.case_of(judged.task, judged.study, str(asked.get("label", ""))))


def drawn(judged: Judged, case: Case | None) -> str:
    """The section of one label; empty where there is nothing to set a threshold on."""
    if case is None or case.truth.all() or not case.truth.any():
        return ""
    rule = rule_of(judged, case)
    own = [each.at_least for each in rule.rules if each.at_least is not None] if rule else []
    swept = sweep(case.truth, case.scores)
    best = cheapest(swept, Costs())
    steps = grid(case.scores, case.probability, [*own, *([best.threshold] if best.threshold is not None else [])])
    start = own[0] if own else 0.5 if case.probability else best.threshold if best.threshold is not None else steps[-1]
    sent: dict[str, Any] = {
        "label": case.name,
        "thresholds": steps.tolist(),
        "start": int(np.searchsorted(steps, start)),
        "counts": counts(swept, steps),
        "rules": [[each.action, each.at_least, each.tone] for each in rule.rules] if rule else [],
        "groups": by_group(judged, case, steps),
        "sizes": sizes_of(judged, case, steps),
        "small": SMALL,
        "theory": case.probability,
    }
    data = escape(json.dumps(sent, separators=(",", ":")))
    body = (
        f'{chooser(judged, case)}<div class="threshold" data-sweep="{data}">{slider(len(steps), sent["start"])}'
        f'<div class="halves"><div>{CONFUSION.replace("{}", escape(case.name))}</div><div>{RATES}</div></div>'
        f"{DECISIONS if rule else ''}{pictures(case, drawn_by(judged, case))}{COSTS}"
        f"{GROUPS.replace('{}', apart(judged)) if sent['groups'] else ''}</div>"
    )
    return card("What does a threshold do?", body, sentence(case, rule), "threshold")


def rule_of(judged: Judged, case: Case) -> Policy | None:
    """The decision rule, where it is about this label or value."""
    rule = judged.task.demo.decision
    about = case.name if judged.task.kind == "labels" else "value"
    return rule if rule and rule.of in (about, "top" if judged.task.kind == "value" else about) else None


def sentence(case: Case, rule: Policy | None) -> str:
    """What the slider is about."""
    share, rows = percent(float(case.truth.mean())), len(case.truth)
    told = f"“{escape(case.name)}” is true of {share} of {rows:,} rows. Scores from the threshold up are flagged"
    return f"{told}; it starts where the decision rule has it." if rule else f"{told}."


def chooser(judged: Judged, case: Case) -> str:
    """Which label it is about, where there are several."""
    items = judged.study.results.answers.items
    if judged.task.kind != "labels" or not 2 <= len(items) <= 20:
        return ""
    buttons = "".join(
        asks("threshold", item, "chip", label=item).replace(
            "<button", f'<button aria-pressed="{str(item == case.name).lower()}"', 1
        )
        for item in items
    )
    return f'<div class="chips" role="group" aria-label="Label">{buttons}</div>'


def slider(steps: int, start: int) -> str:
    """The one control."""
    return (
        '<div class="slide"><label for="cutoff">Threshold <output></output></label>'
        f'<input id="cutoff" type="range" min="0" max="{steps - 1}" value="{start}" step="1"></div>'
    )


CONFUSION = (
    '<table class="fourfold"><thead><tr><td></td><th scope="col">flagged</th><th scope="col">not flagged</th></tr>'
    "</thead><tbody>"
    '<tr><th scope="row">{}</th><td class="right"><button data-cell="1,1"></button></td>'
    '<td class="wrong"><button data-cell="1,0"></button></td></tr>'
    '<tr><th scope="row">other</th><td class="wrong"><button data-cell="0,1"></button></td>'
    '<td class="right"><button data-cell="0,0"></button></td></tr></tbody></table>'
    '<p class="hint">Click a number to see its rows.</p>'
)

RATES = (
    '<dl class="rates"><div><dt>Found of what is there <small>recall</small></dt><dd data-rate="recall"></dd></div>'
    '<div><dt>Right of what is flagged <small>precision</small></dt><dd data-rate="precision"></dd></div>'
    '<div><dt>False alarms <small>of all others</small></dt><dd data-rate="alarms"></dd></div>'
    '<div><dt>Flagged <small>of all rows</small></dt><dd data-rate="selected"></dd></div>'
    '<div><dt>Decided rightly <small>accuracy</small></dt><dd data-rate="accuracy"></dd></div></dl>'
)

DECISIONS = (
    '<div class="decided"><h3>What would be done</h3><div class="which chips"></div><ul class="share"></ul></div>'
)

COSTS = (
    '<div class="costs"><h3>What it costs</h3><p class="hint">The cost of one row, in any unit; a gain is negative.</p>'
    '<div class="fees"><label>Missed <input type="number" step="any" value="1" data-fee="2"></label>'
    '<label>False alarm <input type="number" step="any" value="1" data-fee="1"></label>'
    '<label>Found <input type="number" step="any" value="0" data-fee="0"></label>'
    '<label>Rightly passed <input type="number" step="any" value="0" data-fee="3"></label></div>'
    '<p class="bill" role="status"></p>'
    '<div class="buttons"><button type="button" class="cheapest"></button></div></div>'
)

GROUPS = (
    f'<div class="fair"><h3>What it does to groups</h3><div class="columns"></div>'
    f'<p class="hint">Each rate with its 95 % interval (Wilson){{}}. Groups under {SMALL} rows are marked: too few to '
    "tell.</p></div>"
)


def pictures(case: Case, belongs: NDArray[np.intp] | None = None) -> str:
    """The curves, each with the mark that the slider moves."""
    drawn = [
        curve(curves.roc(case.truth, case.scores), "ROC: found against false alarms", "roc"),
        curve(curves.precision_recall(case.truth, case.scores), "Precision and recall", "pr"),
        curve(curves.lift(case.truth, case.scores), "Lift: how much commoner among the highest scores", "lift"),
    ]
    if case.probability:
        drawn.append(calibration(curves.calibration(case.truth, case.scores, belongs)))
    return f'<div class="charts">{"".join(drawn)}</div>'


def curve(found: Curve, title: str, kind: str) -> str:
    """A curve beside what chance would do, with its table."""
    top = max(1.0, *found.y)
    up = percent if top <= 1 else "{:g}×".format
    axes = Axes((0, 1), (0, top), found.across, found.up, brief, brief if top <= 1 else "{:g}×".format)
    rival = [(0.0, 0.0), (1.0, 1.0)] if found.chance is None else [(0.0, found.chance), (1.0, found.chance)]
    content = axes.line(rival, "chance") + axes.line(list(zip(found.x, found.y, strict=True)))
    every = max(1, len(found.x) // 20)
    rows = [
        ["–" if at is None else quantity(at), percent(x), up(round(y, 3))]
        for x, y, at in list(zip(found.x, found.y, found.thresholds, strict=True))[::every]
    ]
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f"{axes.drawn(content, f'{found.name}: {found.up} by {found.across}', kind)}"
        f"{folded(['Threshold', found.across, found.up], rows)}</figure>"
    )


def brief(value: float) -> str:
    """A share at an axis."""
    return f"{value:.0%}".replace("%", " %")


def calibration(found: Calibration) -> str:
    """What happens among rows of like probability, beside what should."""
    axes = Axes((0, 1), (0, 1), "predicted probability", "share that is true", brief, brief)
    bars = "".join(axes.bar(x, *ends) for x, ends in zip(found.predicted, found.intervals, strict=True))
    dots = "".join(axes.dot(x, y) for x, y in zip(found.predicted, found.observed, strict=True))
    points = list(zip(found.predicted, found.observed, strict=True))
    content = axes.line([(0, 0), (1, 1)], "chance") + bars + axes.line(points, "thin") + dots
    rows = [
        [percent(x), percent(y), f"{percent(low)} to {percent(high)}", f"{count:,}"]
        for x, y, (low, high), count in zip(found.predicted, found.observed, found.intervals, found.rows, strict=True)
    ]
    return (
        "<figure><figcaption>Calibration: does 70 % mean 70 %?</figcaption>"
        f"{axes.drawn(content, 'Share that is true by predicted probability', 'calibration')}"
        f"{folded(['Predicted', 'True', '95 % interval', 'Rows'], rows)}</figure>"
    )


SECTION = Section("threshold", shown, asked, kind=PREDICTING)

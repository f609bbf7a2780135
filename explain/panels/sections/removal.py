"""Which columns the model could do without, on demand."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from inference.errors import InputError
from inference.serving.admission import READING
from inference.study import evaluation
from inference.study.removal import Removal, Removals, absolute_errors, log_losses, removals
from inference.types import ItemTarget
from inference.units import listed, number, percent

from ...summary import Doing
from .section import Judged, Section, asks, busy, card, together

TITLE, ID = "Which columns could it do without?", "removal"
ASKED = "removal was asked"
"""Where a study remembers it, for a report."""
DOING = "Scrambling columns"


def shown(judged: Judged) -> str:
    """The offer."""
    if (
        len(columns(judged)) < 2
        or not judged.task.same_items
        or evaluation.suit(judged.task, judged.study) not in ("labels", "value")
    ):
        return ""
    said = "Each column is scrambled among the rows, and the model is measured again: the worse, the more it needed it."
    return card(TITLE, f'<div class="tests">{asks(ID, "Scramble the columns one by one")}</div>', said, ID)


def columns(judged: Judged) -> dict[str, str]:
    """The fields that the model reads, by name, and what they are called."""
    return {field.name: field.label for field in judged.task.demo.inputs if field.role == "input"}


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """Column by column."""
    yield card(TITLE, busy(DOING, 0, len(columns(judged)), "columns"), id=ID)
    for found in gathered(judged):
        if len(found.columns) < found.total:
            yield drawn(judged, found, busy(DOING, len(found.columns), found.total, "columns"))
    yield judged.study.found[ID]


def gathered(judged: Judged) -> Iterator[Removals]:
    """Ever more columns; all of them are kept with the file."""
    results, held = judged.study.results, evaluation.held(judged.study)
    items, amount = list(results.answers.items), evaluation.suit(judged.task, judged.study) == "value"
    assert results.truth is not None  # by `suit`
    known = [i for i in held if (np.isfinite(results.truth[i]) if amount else str(results.truth[i]) in items)]
    losses, metric = (absolute_errors, "mean absolute error") if amount else (log_losses(items), "log loss")
    targets = [ItemTarget(item) for item in items]
    ask = lambda raws: judged.task.scores(raws, targets)  # noqa: E731
    raws, truth = [results.raws[i] for i in known], results.truth[known]
    belongs = evaluation.clusters_at(judged.study, np.asarray(known, np.intp))
    for found in removals(ask, raws, truth, losses, columns(judged), metric, clusters=belongs):
        if len(found.columns) == found.total:
            judged.study.found.update({ID: drawn(judged, found), ASKED: "yes"})
        yield found


def doing(judged: Judged) -> Iterator[Doing]:
    """The same for a report that wants it. Raises InputError where there are no columns to scramble."""
    if not shown(judged):
        raise InputError("Columns can be scrambled where a model reads several and the file holds the truth.")
    for found in gathered(judged):
        yield Doing(DOING, len(found.columns), found.total, "columns")


def printed(judged: Judged) -> str:
    """What was found, or that it was not asked."""
    if ASKED in judged.study.found:
        return judged.study.found[ID]
    return card(TITLE, "", "Not asked: the columns were not scrambled for this report.") if shown(judged) else ""


def drawn(judged: Judged, found: Removals, under: str = "") -> str:
    """A bar a column, the most needed first."""
    top = max((each.interval[1] for each in found.columns), default=0) or 1.0
    rows = "".join(bar(each, top) for each in found.columns)
    told = (
        f"How much the {escape(found.metric)} ({number(found.loss)}) rises with its 95 % interval, on {found.rows:,} "
        f"rows, each column scrambled {found.repeats} times. The model is not trained again: of two columns that say "
        "the same, either may look needless though the pair is not."
    )
    hint = f'<p class="hint">{told}</p>{together(judged)}'
    return card(TITLE, f'<ul class="effects removals">{rows}</ul>{under}{hint}', "" if under else sentence(found), ID)


def sentence(found: Removals) -> str:
    """The columns that cost nothing."""
    names = [f"“{escape(each.label)}”" for each in found.free]
    if not names:
        return "There is no column of which these rows show that its removal costs nothing."
    return f"Removing {listed(names)} costs nothing: the {escape(found.metric)} rises by less than {percent(0.01)}."


def bar(each: Removal, top: float) -> str:
    """A column's row."""
    width, (low, high) = max(0.0, each.rise) / top, (max(0.0, end) / top for end in each.interval)
    mark = {
        "free": '<span class="settled">costs nothing</span>',
        "unclear": '<span class="unclear">unclear</span>',
        "needed": "",
    }
    return (
        f'<li><span class="name">{escape(each.label)} {mark[each.verdict]}</span><span class="track">'
        f'<span class="for" style="left:0;width:{100 * width:.1f}%"></span>'
        f'<i style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></i></span>'
        f'<span class="number">{"+" if each.rise >= 0 else "−"}{number(float(f"{abs(each.rise):.3g}"))}</span></li>'
    )


SECTION = Section(ID, shown, asked, printed, READING)

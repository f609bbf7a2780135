"""Groups side by side at the rule's threshold, and thresholds of their own that bring them together."""

from collections.abc import Iterator
from html import escape
from typing import Any

from inference.errors import InputError
from inference.study import evaluation
from inference.study.costs import Costs
from inference.study.evaluation import Case
from inference.study.fairness import RATES, Fairness, Group, Spread, fairness
from inference.study.parity import GOALS, MEANS, GroupRule, Parity, parity
from inference.units import number, percent

from .by_group import called, drawn_by
from .section import Judged, Section, asks, card, table, together
from .threshold import rule_of

SHORT = {
    "demographic_parity": "Flag equally many",
    "true_positive_rate_parity": "Find equally many",
    "false_positive_rate_parity": "Equal false alarms",
    "equalized_odds": "Equal in both",
}
"""Each goal on a button."""


def shown(judged: Judged) -> str:
    """The largest differences between groups, and what can be tried about them."""
    case = evaluation.case_of(judged.task, judged.study) if judged.study.results.groups else None
    if case is None:
        return ""
    threshold, belongs = starting(judged, case), drawn_by(judged, case)
    flagged = case.scores >= threshold
    body = "".join(
        part(fairness(column, case.truth, flagged, groups[case.places], belongs=belongs), called(judged, column))
        for column, groups in judged.study.results.groups.items()
    )
    said = f"Flagged as “{escape(case.name)}” at the threshold {number(threshold)}:"
    return card("Is it fair to groups?", body + together(judged), said, "groups")


def starting(judged: Judged, case: Case) -> float:
    """The first threshold of the rule, or an even one."""
    rule = rule_of(judged, case)
    own = [each.at_least for each in rule.rules if each.at_least is not None] if rule else []
    return own[0] if own else 0.5 if case.probability else float(sorted(case.scores)[len(case.scores) // 2])


def part(found: Fairness, name: str) -> str:
    """One column: its largest differences, and the goals to try."""
    lines = "".join(f"<li>{difference(each)}</li>" for each in found.spreads)
    if not lines:
        return f"<h3>{escape(name)}</h3><p>Fewer than two of its groups are large enough to compare.</p>"
    buttons = "".join(asks("groups", SHORT[goal], "", goal=goal, column=found.column) for goal in GOALS)
    return (
        f'<h3>{escape(name)}</h3><ul class="gaps">{lines}</ul>'
        '<p class="hint onscreen">Try a threshold for each group:</p>'
        f'<div class="tests" role="group" aria-label="Goals for {escape(name)}">{buttons}</div>'
    )


def difference(found: Spread) -> str:
    """The largest difference of a rate, in words."""
    told = (
        f"{RATES[found.rate].capitalize()}: most often “{escape(found.highest)}”, least often “{escape(found.lowest)}”"
    )
    if found.interval is None:
        return f"{told}, {points(found.value)} points apart."
    low, high = found.interval
    sure = "" if low > 0 else "; it may be chance"
    return f"{told}, <b>{points(found.value)} points</b> apart ({points(low)} to {points(high)}){sure}."


def points(value: float) -> str:
    """A difference of shares."""
    return f"{100 * value:.1f}".replace("-", "−")


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """What a goal leads to, under what was there: {goal, column, threshold, fees}."""
    case, column = evaluation.case_of(judged.task, judged.study), str(asked.get("column"))
    groups = judged.study.results.groups.get(column)
    if case is None or groups is None:
        raise InputError.among("column of groups", column, judged.study.results.groups)
    given = asked.get("threshold")
    threshold = float(given) if isinstance(given, int | float) else starting(judged, case)
    yield shown(judged) + card("", '<p aria-busy="true">Looking for thresholds…</p>')
    goal: Any = asked.get("goal")  # checked there
    belongs = drawn_by(judged, case)
    found = parity(goal, column, case.truth, case.scores, groups[case.places], threshold, fees(asked), belongs=belongs)
    yield shown(judged) + outcome(found, called(judged, column))


def fees(asked: dict[str, Any]) -> Costs:
    """The costs as the page has them: of true and false positives, false and true negatives. Raises InputError."""
    given = asked.get("fees")
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    return Costs.from_json(dict(zip(names, given, strict=False))) if isinstance(given, list) else Costs()


def outcome(found: Parity, name: str) -> str:
    """Thresholds per group, the rates before and after, the price, and what it takes."""
    rules = table(
        ("Group", "Threshold"), [(escape(rule.name), told(rule)) for rule in found.rules], "listing", "Thresholds"
    )
    before, after = ({group.name: group for group in each.groups} for each in (found.before, found.after))
    rates = [
        (escape(group), *(f"{share(before[group], rate)} → {share(after[group], rate)}" for rate in RATES))
        for group in after
    ]
    head = ("Group", *(words.capitalize() for words in RATES.values()))
    left = f'<p class="hint">Left out, too few rows: {escape(", ".join(found.left_out))}.</p>' if found.left_out else ""
    price = (
        f"Right decisions: {percent(found.accuracy[0])} as it was, {percent(found.accuracy[1])} with the most accurate "
        f"threshold for all, <b>{percent(found.accuracy[2])}</b> with one for each group. Cost of a row: "
        f"{number(found.cost[0])}, {number(found.cost[1])}, <b>{number(found.cost[2])}</b>."
    )
    said = f"The goal: {GOALS[found.goal]}."
    honest = (
        '<p class="hint">Thresholds are found on one half of the rows and judged on the other, both ways round.</p>'
    )
    warned = f'<p class="mark caution"><b aria-hidden="true">!</b>{MEANS}</p>'
    body = f"{rules}{table(head, rates, 'listing', 'Rates before and after')}<p>{price}</p>{warned}"
    return card(f"A threshold for each group: {name}", body + honest + left, said)


def told(rule: GroupRule) -> str:
    """A group's rule in words."""
    text = "nobody" if rule.threshold is None else f"from {number(rule.threshold)}"
    if rule.other is not None:
        text += f"; by lot, {percent(rule.lots)} of them from {number(rule.other)}"
    if rule.always > 1e-9:
        fate = "flagged" if rule.constant > 0.5 else "passed"
        text += f"; {percent(rule.always)} are {fate} by lot, whatever their score"
    return text


def share(group: Group, rate: str) -> str:
    """A rate of a group, or that there are no such rows."""
    value = getattr(group, rate).value
    return "–" if value is None else percent(value)


SECTION = Section("groups", shown, asked)

"""What the rule's threshold does, for a report: the same as the slider of threshold.py at the place where it starts."""

from html import escape

from inference.study import evaluation
from inference.study.thresholds import Outcome, outcomes, sweep
from inference.units import number, percent

from .by_group import drawn_by
from .groups import starting
from .section import Judged, card, table
from .threshold import pictures

RATES = {
    "recall": "Found of what is there (recall)",
    "precision": "Right of what is flagged (precision)",
    "false_alarms": "False alarms, of all others",
    "selected": "Flagged, of all rows",
    "accuracy": "Decided rightly (accuracy)",
}


def printed(judged: Judged) -> str:
    """Counts, rates and curves of the label that the decision is about; empty where there is no threshold to set."""
    case = evaluation.case_of(judged.task, judged.study)
    if case is None or case.truth.all() or not case.truth.any():
        return ""
    at = starting(judged, case)
    (found,) = outcomes(sweep(case.truth, case.scores).at([at]))
    drawn = pictures(case, drawn_by(judged, case))
    said = f"Flagged where the score of “{escape(case.name)}” is at least {number(at)}."
    return card("What the threshold does", counts(found, case.name) + rates(found) + drawn, said, "threshold")


def counts(found: Outcome, name: str) -> str:
    """The confusion matrix."""
    rows = [
        (escape(name), f"{found.true_positive:,}", f"{found.false_negative:,}"),
        ("other", f"{found.false_positive:,}", f"{found.true_negative:,}"),
    ]
    return table(("Truth", "Flagged", "Not flagged"), rows, "rows", "Confusion matrix")


def rates(found: Outcome) -> str:
    """The rates that follow."""
    told = {words: getattr(found, name) for name, words in RATES.items()}
    rows = [(words, "–" if rate is None else percent(rate)) for words, rate in told.items()]
    return table(("Rate", "Value"), rows, "rows", "Rates")

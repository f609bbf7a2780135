"""How right the model is: every measure beside a naive rival, and training rows beside held-out ones."""

from html import escape

import numpy as np

from inference.study import evaluation
from inference.study.generalisation import Gap, gaps
from inference.study.metrics import Measure, Metrics
from inference.units import decimals, quantity

from .section import Judged, Section, card, table

TOLD = {
    "Accuracy": "share of rows whose first label is the true one",
    "Balanced accuracy": "mean over labels of the share of their rows that was found",
    "Log loss": "penalises confident mistakes; 0 is perfect",
    "Brier score": "mean squared error of the probabilities",
    "Calibration error": "how far probabilities are from what happens (ECE, 15 bins)",
    "ROC AUC": "chance that a row of the label scores above another",
    "PR AUC": "precision, averaged over recall",
    "F1": "harmonic mean of precision and recall",
    "Mean absolute error": "how far off an estimate is on average",
    "Root mean squared error": "the same, large misses counting more",
    "R²": "share of the variation that is explained",
    "NDCG@10": "what was chosen stands high among ten suggestions",
    "Recall@10": "share of what was chosen that is among ten suggestions",
    "Popularity": "share of rows that chose what is suggested; high means only the well known",
    "Coverage": "share of the catalogue that is suggested to anybody",
    "F1 over words": "words in common with the true text, beside all words of both",
    "Exact match": "share of texts that are the true one, but for case and punctuation",
    "Silhouette": "how much nearer rows are to their own group than to the next",
    "Average precision": "precision of the alarms, averaged over recall",
}
"""What each measure is, in a few words."""

SIGNS = {
    "better": ("✓", "good", "better than the naive answer"),
    "unclear": ("≈", "", "no better than the naive answer, as far as these rows tell"),
    "worse": ("!", "caution", "worse than the naive answer"),
}


def shown(judged: Judged) -> str:
    """The table, with what a reader should know above and below it."""
    found = evaluation.metrics(judged.task, judged.study)
    overall = [each for each in found.measures if each.name != "F1"]
    labels = [each for each in found.measures if each.name == "F1"]
    body = table(
        ("Measure", "Model", "Naive answer", "95 % interval"), [row(each) for each in overall], "measures", "Measures"
    )
    if labels:
        rows = [(escape(str(each.label)), *row(each)[1:]) for each in labels]
        each_label = table(("Label", "F1", "Naive answer", "95 % interval"), rows, "measures", "F1 of each label")
        body += f"<details><summary>F1 of each label</summary>{each_label}</details>"
    notes = "".join(f'<p class="hint">{escape(note)}</p>' for note in found.notes)
    rival = f'<p class="hint">The naive answer: {escape(found.baseline)}. {drawn(found)}</p>'
    return card("How right is it?", body + rival + notes + trained(judged, found), sentence(found), "measures")


def drawn(found: Metrics) -> str:
    """How the intervals were made."""
    if found.cluster is None:
        return "Intervals by bootstrap over rows."
    many = f"{found.clusters:,} of them"
    return f"Intervals by bootstrap, drawn by {escape(found.cluster)}, {many}: rows that belong together stay together."


def sentence(found: Metrics) -> str:
    """How many measures beat the naive answer, and the first of them."""
    first = found.measures[0]
    rivalled = [each for each in found.measures if each.gain is not None and each.name not in ("F1", "Popularity")]
    if first.value is None or not rivalled:
        return f"Measured on {found.rows:,} rows."
    better = sum(each.verdict == "better" for each in rivalled)
    many = f"by <b>{better if better < len(rivalled) else 'all'} of {len(rivalled)}</b> measures".replace(
        "all of", "all"
    )
    if len(rivalled) == 1:
        many = "" if better else "<b>not</b> by more than chance explains"
    name = first.name if first.name[1:2].isupper() else first.name.lower()
    beside = "" if first.baseline is None else f", beside {amount(first, first.baseline)}"
    return (
        f"On {found.rows:,} rows, it beats the naive answer {many}".rstrip() + "; "
        f"{name} is {amount(first, first.value)}{beside}."
    )


def row(each: Measure) -> tuple[str, ...]:
    """A measure's cells."""
    sign, tone, words = SIGNS[each.verdict]
    mark = f'<span class="sign {tone}" title="{words}" aria-label="{words}">{sign}</span>' if each.gain else ""
    told = f"<small>{escape(TOLD.get(each.name, ''))}{'' if each.better == 'higher' else '; lower is better'}</small>"
    label = f" of “{escape(each.label)}”" if each.label else ""
    value = "–" if each.value is None else f"<b>{amount(each, each.value)}</b>"
    interval = "–" if each.interval is None else " to ".join(amount(each, end) for end in each.interval)
    rival = "–" if each.baseline is None else f"{amount(each, each.baseline)} {mark}"
    return f"{escape(each.name)}{label}{told}", value, rival, interval


def amount(each: Measure, value: float) -> str:
    """A number of a measure: three decimals of shares, else with its unit."""
    if each.unit is None and abs(value) < 10:
        return f"{value:.3f}".replace("-", "−")
    largest = max(abs(number) for number in (value, each.value or 0, *(each.interval or ())))
    return escape(quantity(value, each.unit, decimals(largest)).replace("-", "−"))


def trained(judged: Judged, held_out: Metrics) -> str:
    """Training rows beside held-out ones, where the file tells them apart."""
    train = evaluation.trained_on(judged.study)
    if train is None:
        return ""
    found = gaps(evaluation.metrics(judged.task, judged.study, np.flatnonzero(train)), held_out)
    items = "".join(f'<li class="{each.verdict}">{escape(each.words)}</li>' for each in found if each.name != "F1")
    return f'<h3>Does it generalise?</h3><p>{verdict(found)}</p><ul class="gaps">{items}</ul>'


def verdict(found: tuple[Gap, ...]) -> str:
    """All gaps in one sentence."""
    found = tuple(each for each in found if each.name != "F1")
    worse = [each.name for each in found if each.verdict == "worse"]
    if not worse:
        return "It does as well on rows it has not seen as on those it was trained on, as far as these rows tell."
    return (
        f"On rows it has not seen it is worse, by more than chance explains, in {len(worse)} of {len(found)} measures."
    )


SECTION = Section("measures", shown)

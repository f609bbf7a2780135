"""Which labels are taken for which: the confusion matrix of three labels and more; of two, see threshold.py."""

from html import escape

from inference.study import evaluation
from inference.study.curves import REST, Confusion
from inference.units import percent

from .section import Judged, Section, asks, card


def shown(judged: Judged) -> str:
    """The matrix, whose cells open their rows."""
    found = evaluation.confusion(judged.task, judged.study)
    if found is None or len(found.labels) < 3:
        return ""
    hint = (
        '<p class="hint">Rows are true labels, columns predicted ones. '
        '<span class="onscreen">Click a number to see its rows.</span></p>'
    )
    return card("What is taken for what?", matrix(found) + hint, mistake(found), "confusion")


def mistake(found: Confusion) -> str:
    """The commonest mistake in words."""
    cells = [
        (count, true, said)
        for true, row in zip(found.labels, found.counts, strict=True)
        for said, count in zip(found.labels, row, strict=True)
        if true != said
    ]
    count, true, said = max(cells)
    if not count:
        return "No row is mistaken."
    share = percent(count / sum(found.counts[found.labels.index(true)]))
    told = f"“{escape(true)}” taken for “{escape(said)}”, {count:,} times ({share} of its rows)"
    return f"The commonest mistake: {told}."


def matrix(found: Confusion) -> str:
    """The counts, shaded by their share of the true label's rows."""
    head = "".join(f'<th scope="col"><span>{escape(label)}</span></th>' for label in found.labels)
    body = "".join(
        f'<tr><th scope="row">{escape(true)}</th>{line(found, true, row)}</tr>'
        for true, row in zip(found.labels, found.counts, strict=True)
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="grid matrix">'
        f'<thead><tr><th scope="col">true \\ predicted</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def line(found: Confusion, true: str, counts: tuple[int, ...]) -> str:
    """The cells of one true label."""
    return "".join(cell(true, said, count, sum(counts)) for said, count in zip(found.labels, counts, strict=True))


def cell(true: str, said: str, count: int, rows: int) -> str:
    """A count; where it is of single labels, it opens its rows."""
    tint = "for" if true == said else "against"
    shade = f' class="{tint}" style="--strength:{count / rows:.2f}"' if count else ""
    inner = f"{count:,}"
    if count and REST not in (true, said):
        inner = asks("rows", inner, "ask", truth=true, predicted=said)
    return f"<td{shade}>{inner}</td>"


SECTION = Section("confusion", shown)

"""What is wrong with the data of a file, and how it differs from what the model knows, as HTML."""

from collections.abc import Callable, Sequence
from html import escape

from ..study.drift import Bar, Drift, Drifts, sentence
from ..study.faults import Fault, told
from ..study.faults import sentence as said
from ..units import listed, percent

LISTED = 12
"""Problems, and columns, that are listed; the others stand behind a fold."""
SIGNS = {"bad": "!", "caution": "!", "note": "i"}
SAID = {"bad": "grave", "caution": "to look into", "note": "to know of"}


def faults(found: Sequence[Fault], link: Callable[[int], str] = lambda number: f"{number:,}") -> str:
    """A line a problem. link: how the number of a row is shown."""
    before = [None, *(fault.advice for fault in found)]
    lines = [line(fault, link, fault.advice == said) for fault, said in zip(found, before, strict=False)]
    first, more = "".join(lines[:LISTED]), "".join(lines[LISTED:])
    folded = (
        f'<details><summary>{len(lines) - LISTED} more</summary><ul class="faults">{more}</ul></details>'
        if more
        else ""
    )
    return f'<ul class="faults">{first}</ul>{folded}' if lines else ""


def line(fault: Fault, link: Callable[[int], str], again: bool = False) -> str:
    """One problem: how grave, what, in how many rows, and what to do, unless that was said of the one before."""
    rows = listed([link(number) for number in fault.examples]) if fault.examples else ""
    which = f", such as row{'s' if len(fault.examples) > 1 else ''} {rows}" if rows else ""
    word = SAID[fault.severity]
    sign = f'<b class="sign {fault.severity}" role="img" aria-label="{word}" title="{word}">{SIGNS[fault.severity]}</b>'
    return (
        f"<li>{sign}<div><p>{escape(fault.message)} <span>{told(fault)}{which}</span></p>"
        f'{"" if again else f"""<p class="hint">{escape(fault.advice)}</p>"""}</div></li>'
    )


def drifts(found: Drifts, now: str = "this file") -> str:
    """The columns that changed, with what they were and are; every test behind a fold. now: what is compared."""
    changed = [each for each in found.columns if each.size != "none"]
    rows = "".join(map(column, changed[:LISTED]))
    more = f'<p class="hint">And {len(changed) - LISTED} more, in the table.</p>' if len(changed) > LISTED else ""
    legend = (
        f'<p class="sides"><i class="before"></i>{escape(found.reference)} ({found.known:,}) '
        f'<i class="now"></i>{now} ({found.rows:,})</p>'
    )
    shown = f'{legend}<ul class="drifts">{rows}</ul>{more}' if changed else ""
    return shown + tests(found)


def column(each: Drift) -> str:
    """One column: how much it changed, what changed, and both distributions."""
    tone = "caution" if each.size in ("moderate", "large") else ""
    return (
        f'<li><div><b>{escape(each.label)}</b> <span class="few {tone}">{each.size}</span>'
        f"<span>{escape(each.words)}</span></div>{pairs(each.bars)}</li>"
    )


def beside(found: Sequence[Fault], compared: Drifts, rows: int) -> str:
    """Both, small, beside the answers of a file of which the first `rows` rows were looked at."""
    problems = f'<p class="sentence">{escape(said(found))}</p>{faults(found)}'
    moved = f'<p class="sentence">{escape(sentence(compared))}</p>{drifts(compared)}' if compared.known else ""
    return (
        f'<div class="card data" role="region" aria-label="The data"><h2 class="eyebrow">The data</h2>'
        f'<p class="hint">Of the first {rows:,} rows.</p>{problems}{moved}</div>'
    )


def pairs(bars: Sequence[Bar]) -> str:
    """Both distributions side by side, bin by bin."""
    top = max((max(bar.reference, bar.now) for bar in bars), default=0.0) or 1.0
    drawn = "".join(
        f'<i style="--before:{bar.reference / top:.3f};--now:{bar.now / top:.3f}" '
        f'title="{escape(bar.name)}: {percent(bar.reference)}, now {percent(bar.now)}"></i>'
        for bar in bars
    )
    said = "; ".join(f"{bar.name}: {percent(bar.reference)}, now {percent(bar.now)}" for bar in bars)
    return f'<div class="pairs" role="img" aria-label="{escape(said)}">{drawn}</div>' if bars else ""


def tests(found: Drifts) -> str:
    """Every column's test, behind a fold."""
    rows = "".join(
        f"<tr><td>{escape(each.label)}</td><td>{each.test}</td><td>{each.statistic:.3g}</td>"
        f"<td>{small(each.p)}</td><td>{each.effect:.3f}</td><td>{each.size}</td></tr>"
        for each in found.columns
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Column", "Test", "Statistic", "p", "PSI", "Drift"))
    return (
        f'<details><summary>Every test</summary><p class="hint">p-values after Benjamini and Hochberg. The population '
        "stability index (PSI) says how much: from 0.1 moderate, from 0.25 large. Of what the model sees, it is the "
        'distance of the means in spreads.</p><div class="wide" tabindex="0" role="region" aria-label="Every test">'
        f'<table class="words-2"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
        if found.columns
        else ""
    )


def small(p: float) -> str:
    """A p-value."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

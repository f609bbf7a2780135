"""Where the model is at its worst: the worst slices found by themselves, and slices by any column or query."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from inference.errors import InputError
from inference.study import evaluation, inspection
from inference.study.losses import Losses
from inference.study.search import Search
from inference.study.slices import SMALL, Slice, Slices, by, of_queries, queries_of, sentence
from inference.study.traits import Trait
from inference.units import decimals, percent, quantity

from .section import Judged, Section, asks, attribute, card, table, together

TITLE = "Where is it at its worst?"
MOST_FOUND = 6
"""Slices found by themselves that are listed."""
MOST_QUERIES, LONGEST_NAME = 12, 60
"""Queries that stand side by side, as many as queries.js keeps, and characters of a name that somebody gave to one."""
TOGETHER = "Intervals and tests take rows together by"
Named = tuple[str, str]
"""A name, which is the query itself where nobody gave one, and a query."""
SIGNS = {
    "worse": ("!", "caution", "worse than the other rows, by more than chance explains"),
    "better": ("✓", "good", "better than the other rows, by more than chance explains"),
    "usual": ("≈", "", "no different from the other rows, as far as these tell"),
    "small": ("", "", "too few rows to tell"),
}


def shown(judged: Judged) -> str:
    """The worst slices, and what can be asked for."""
    return whole(judged, "")


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """Slices by a column, {column}, or by queries, {queries: [[name, query], …]}, with {query} a further one."""
    if "query" in asked or "queries" in asked:
        yield whole(judged, *by_queries(judged, named(asked.get("queries"), asked.get("query"))))
    else:
        name = str(asked.get("column"))
        traits, losses = held(judged)
        chosen = next((trait for trait in offered(traits) if trait.name == name), None)
        if chosen is None:
            raise InputError.among("column", name, [trait.name for trait in offered(traits)])
        found = by(chosen, losses, traits)
        body = f"<h3>By {escape(chosen.label)}</h3><p>{escape(sentence(found))}</p>{rows(found, found.slices)}"
        yield whole(judged, body, name)


def named(before: Any, last: Any) -> list[Named]:
    """Queries by their names, a new one last; what the page never sends is left out."""
    pairs = [each for each in before if isinstance(each, list) and len(each) == 2] if isinstance(before, list) else []
    found = {str(query): str(name)[:LONGEST_NAME] for name, query in pairs}
    if last is not None:
        found[str(last)] = found.pop(str(last), "")
    return [(name or query, query) for query, name in found.items()][-MOST_QUERIES:]


def held(judged: Judged) -> tuple[list[Trait], Losses]:
    """Traits and losses of the rows that the model was not trained on. Raises InputError where there are no losses."""
    places = evaluation.held(judged.study)
    losses = inspection.losses_of(judged.task, judged.study).at(places)
    return [trait.at(places) for trait in inspection.traits_of(judged.task, judged.study)], losses


def by_queries(judged: Judged, queries: Sequence[Named]) -> tuple[str, str, Sequence[Named]]:
    """The slices of some queries; of a query that is none, why."""
    if not queries:
        return "", "", ()
    traits, losses = held(judged)
    try:
        found = of_queries(queries, losses, traits)
    except InputError as error:
        told = f'<p class="mark caution" role="alert"><b aria-hidden="true">!</b>{escape(str(error))}</p>'
        return told, "", queries[:-1]
    return f"<h3>By query</h3><p>{escape(sentence(found))}</p>{rows(found, found.slices)}", "", queries


def whole(judged: Judged, body: str, column: str = "", queries: Sequence[Named] = ()) -> str:
    """The section: what was found by itself, the columns to slice by, a query, and what was asked for."""
    traits, _ = held(judged)
    said, worst = searched(judged)
    chips = "".join(
        asks("slices", trait.label, pressed=trait.name == column, column=trait.name) for trait in offered(traits)
    )
    asked = f"<h3>Slice by</h3>{chosen(chips)}{query(traits, queries)}{body}"
    return card(TITLE, f"{worst}{together(judged, TOGETHER)}{asked}", said, "slices")


def chosen(chips: str) -> str:
    """The columns to slice by."""
    return f'<div class="chips" role="group" aria-label="Slice by">{chips}</div>'


def offered(traits: Sequence[Trait]) -> list[Trait]:
    """What the rows can be sliced by."""
    return [trait for trait in traits if trait.kind != "text" and len(set(trait.values[trait.known].tolist())) > 1]


def query(traits: Sequence[Trait], before: Sequence[Named]) -> str:
    """Where a query is written, with the names that it may use, and a place where queries.js puts those it has kept."""
    names = ", ".join(f"<code>{escape(trait.name)}</code>" for trait in traits)
    last = escape(before[-1][1]) if before else ""
    pairs = [["" if name == query else name, query] for name, query in before]
    return (
        f'<form class="query" data-section="slices" data-asks="{attribute(queries=pairs)}"><label>Or by a query '
        f'<input name="query" value="{last}" maxlength="500" autocomplete="off" spellcheck="false" '
        f'placeholder="{escape(example(traits))}"></label><button>Slice</button></form>'
        '<div class="kept-queries onscreen"></div>'
        f"<details><summary>Names that a query may use</summary><p>{names}</p></details>"
    )


def example(traits: Sequence[Trait]) -> str:
    """A query that these rows could be asked."""
    parts = [queries[-1][1] for trait in offered(traits)[:2] if (queries := queries_of(trait))]
    return " and ".join(parts)


def searched(judged: Judged) -> tuple[str, str]:
    """What the search found in words, and its slices."""
    try:
        found = inspection.worst(judged.task, judged.study)
    except InputError as error:
        return escape(str(error)), ""
    if not found.found:
        return f"Searched by a tree over all columns: {NONE}", ""
    first = found.found[0]
    said = (
        f"<b>{escape(first.name)}</b>: {found.metric} {amount(first.value, found)} on {first.rows:,} rows, "
        f"beside {amount(found.whole.value, found)} on all."
    )
    hint = (
        f'<p class="hint">Found on one half of the rows by a tree over all columns, measured here on the other half '
        f"({found.whole.rows:,} rows). Of all findings made like this, at most 5 % are expected to be false.</p>"
    )
    return said, rows(found, found.found[:MOST_FOUND]) + hint


NONE = "no part of these rows is worse than the others by more than chance explains."


def rows(found: Slices | Search, slices: Sequence[Slice]) -> str:
    """Slices as rows with bars, all rows last; a click lists a slice's rows."""
    ends = [each.interval[1] if each.interval else each.value or 0.0 for each in (*slices, found.whole)]
    top = max(ends) or 1.0
    head = ("Slice", "Rows", found.metric[0].upper() + found.metric[1:])
    cells = [cells_of(each, found, top) for each in (*slices, found.whole)]
    return table(head, cells, "fair slices", f"Slices by {found.metric}")


def cells_of(each: Slice, found: Slices | Search, top: float) -> tuple[str, str, str]:
    """A slice's row."""
    sign, tone, words = SIGNS[each.verdict]
    mark = (
        f'<span class="sign {tone}" title="{words}" aria-label="{words}">{sign}</span>' if sign and each.query else ""
    )
    few = f'<span class="few" title="fewer than {SMALL} rows">few</span>' if each.rows < SMALL else ""
    name = asks("rows", each.name, "ask", query=each.query) if each.query and each.rows else escape(each.name)
    if each.value is None:
        return name, f"0 {few}", "–"
    low, high = each.interval or (each.value, each.value)
    told = f"{amount(low, found)} to {amount(high, found)}"
    style = f"--low: {low / top:.4f}; --high: {high / top:.4f}; --value: {each.value / top:.4f}"
    told = f"<b>{amount(each.value, found)}</b> {mark}<small>{told}</small><i></i>"
    return name, f"{each.rows:,} {few}", f'<div class="rate" style="{style}">{told}</div>'


def amount(value: float | None, found: Slices | Search) -> str:
    """A loss: a share in percent, else with its unit."""
    if value is None:
        return "–"
    return percent(value) if found.metric == "error rate" else escape(quantity(value, found.unit, decimals(value)))


SECTION = Section("slices", shown, asked)

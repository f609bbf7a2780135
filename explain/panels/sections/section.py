"""What a section of Evaluate is, and what all of them share. It knows none of them."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from inference.panels.waiting import how_far
from inference.serving.admission import CHECKING, Kind
from inference.study import evaluation
from inference.study.clusters import count
from inference.study.reading import Study
from inference.task import Task


@dataclass(frozen=True)
class Judged:
    """A file that a model has read; token: the study's name in addresses."""

    task: Task
    study: Study
    token: str

    @property
    def address(self) -> str:
        """Where its sections are shown, as page.js takes it."""
        return f"{self.study.model}#evaluate-{self.token}"

    def row(self, number: int) -> str:
        """Where a row is opened as a case."""
        return f"{self.study.model}#row-{self.token}-{number}"


@dataclass(frozen=True)
class Section:
    """`shown` gives the HTML of a section, empty where it has nothing to say, and may raise InputError, which is told.

    `asked` answers what its buttons ask, `data-section` with `data-asks` as JSON: HTML that takes the section's place,
    again and again. `printed` is what a report says instead of what is shown. What is asked waits for a place of its
    `kind`. `stopped` ends the answer to an older question, and gives what there is of it.
    """

    id: str
    shown: Callable[[Judged], str]
    asked: Callable[[Judged, dict[str, Any]], Iterator[str]] | None = None
    printed: Callable[[Judged], str] | None = None
    kind: Kind = CHECKING
    stopped: Callable[[Judged], str] | None = None


def nothing(judged: Judged) -> str:
    """What a report says of a section that only answers questions."""
    return ""


def card(title: str, body: str, said: str = "", id: str = "") -> str:
    """A section's card: its title, a sentence that says what was found, and the rest."""
    sentence = f'<p class="sentence">{said}</p>' if said else ""
    mark = f' id="{id}"' if id else ""
    return f'<section class="card evaluated"{mark}><h2 class="part">{escape(title)}</h2>{sentence}{body}</section>'


def asks(section: str, said: str, kind: str = "", pressed: bool | None = None, **asked: Any) -> str:
    """A button that asks something of a section. pressed: of several, whether it is the one that was asked."""
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    sent = f'data-section="{section}" data-asks="{attribute(**asked)}"'
    return f'<button type="button" class="{kind}" {sent}{state}>{escape(said)}</button>'


def attribute(**asked: Any) -> str:
    """What is asked, as JSON in an attribute."""
    return escape(json.dumps(asked))


def together(judged: Judged, words: str = "Intervals are drawn by") -> str:
    """By what rows were drawn for the intervals of a section, where rows belong together. words: what is said of it."""
    study = judged.study
    if study.results.clusters is None:
        return ""
    drawn = count(evaluation.clusters_at(study, evaluation.held(study)))
    return f'<p class="hint">{words} {escape(study.columns.cluster or "")}, {drawn:,} of them.</p>'


def busy(doing: str, done: int, total: int, of: str) -> str:
    """How far the work of a section has come."""
    drawn = how_far(doing, f"{done:,} of {total:,} {of}", done / max(total, 1))
    return f'<div aria-busy="true"><p>{escape(doing)}</p>{drawn}</div>'


def link(address: str, said: str, label: str = "") -> str:
    """A link within the page, by its address `NAME#view`."""
    name, _, mark = address.partition("#")
    told = f' aria-label="{escape(label)}"' if label else ""
    return f'<a href="?model={quote(name)}#{quote(mark)}" data-model="{escape(address)}"{told}>{said}</a>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]], kind: str, label: str) -> str:
    """A table of cells that are HTML already; label: what it is, for who listens."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}"><table class="{kind}">'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )

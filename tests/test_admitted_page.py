"""Every way from the page to a model's work: which kind of place lets it in, and that it does.

An event that is added and not named here fails, and so does one that asks a model without a place.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from doors import LOANS, SHUTTLE, TOKEN, full, loans, opened, visited
from gradio.block_function import BlockFunction

from explain.panels import against, evaluate, history, page, taking
from explain.panels.batch import Batch
from explain.panels.case import Case
from explain.panels.comparing import Comparing
from explain.panels.sections.every import SECTIONS
from explain.panels.sections.section import Judged
from explain.panels.what_if import WhatIf
from inference.panels import guests
from inference.panels.opening import Opening, Upload
from inference.panels.playing import Player
from inference.serving.admission import CHECKING, EXPLAINING, PLAYING, PREDICTING, QUICK, READING, Kind
from inference.serving.endpoints import Endpoints
from inference.study.mapping import guess
from inference.study.reading import Study, read

PAGE: dict[str, Kind | None] = {
    # a case
    "wire.<locals>.answered": PREDICTING,  # then EXPLAINING
    "wire.<locals>.begun": PREDICTING,
    "wire.<locals>.followed": PREDICTING,
    "follow.<locals>.typed": PREDICTING,
    "follow.<locals>.rested": EXPLAINING,
    "wire.<locals>.other": EXPLAINING,
    "wire.<locals>.checked": CHECKING,
    "wire.<locals>.explored": CHECKING,
    "Player.played": PLAYING,
    "wire.<locals>.<lambda>": None,  # the values of an example; a link; words of speech: PREDICTING, see below
    "wire.<locals>.edited": None,
    "Player.loaded": None,
    "Turn.take": None,
    # files
    "Opening.wire.<locals>.opened": None,
    "Opening.wire.<locals>.own": None,
    "Opening.changed": None,
    "Batch.answered": READING,
    "view.<locals>.<lambda>": None,
    "choose.<locals>.measure": READING,
    "found.<locals>.answer": READING,  # or CHECKING, PREDICTING: as the section says
    "against.<locals>.compared": READING,
    "taking.<locals>.made": READING,
    "taking.<locals>.<lambda>": None,
    # comparing
    "Comparing.case": CHECKING,
    "Comparing.file": READING,
    "Comparing.table": READING,
    "Comparing.linked": None,
    "one_case.<locals>.<lambda>": None,
    # the presenter's history
    "Asks.found": READING,
    "Asks.judged": READING,
    "Asks.listed": None,
    # the first page
    "heard": None,  # that an open page is there
    "box.<locals>.fetch": None,  # has a queue of its own
    "apply": None,  # draws the screen; what is not measured of a file takes a place of READING
}
"""What the page's events run, by its name, and the kind of place that it takes first; None where no model is asked."""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Endpoints:
    return opened(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def study(doors: Endpoints) -> Study:
    source = loans(doors)
    *_, found = read(doors.catalogue.task(LOANS), source, guess(doors.catalogue.about(LOANS), source.columns), "Loans")
    assert isinstance(found, Study)
    return found


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    yield from visited(monkeypatch)


def placed(place: Callable[[], Any]) -> set[str]:
    """The names of what the events of a screen run."""
    with gr.Blocks() as blocks:
        place()
    return {str(each.fn.__qualname__) for each in blocks.fns.values() if each.fn}


def test_every_event_of_the_page_is_named_here(doors: Endpoints, study: Study) -> None:
    token = doors.studies.put(study)
    doors.catalogue.demos.get(LOANS)
    found = {str(each.name) for each in page.page(doors).fns.values() if each.fn and each.api_visibility != "public"}
    found |= placed(lambda: page.model(doors, LOANS, None)) | placed(lambda: page.model(doors, SHUTTLE, None))
    for view in page.VIEWS.values():
        found |= placed(lambda view=view: view(doors, LOANS, ""))  # type: ignore[misc]
    found |= placed(lambda: evaluate.view(doors, LOANS, token))
    found |= placed(lambda: history.view(doors, LOANS, TOKEN)) | placed(lambda: guests.box(doors.catalogue))
    assert found == set(PAGE)


def functions_of(doors: Endpoints, study: Study) -> list[BlockFunction]:
    """All that the page and its screens run, and what programs call."""
    token = doors.studies.put(study)
    screens: list[Callable[[], Any]] = [lambda view=view: view(doors, LOANS, "") for view in page.VIEWS.values()]  # type: ignore[misc]
    screens += [lambda name=name: page.model(doors, name, None) for name in (LOANS, SHUTTLE)]  # type: ignore[misc]
    screens += [lambda: evaluate.view(doors, LOANS, token), lambda: history.view(doors, LOANS, TOKEN)]
    found = [page.page(doors)]
    with gr.Blocks() as blocks:
        guests.box(doors.catalogue)
        for place in screens:
            place()
    return [each for some in (*found, blocks) for each in some.fns.values() if each.fn and each.queue]


LIMITED = {"Opening.wire.<locals>.opened", "Opening.wire.<locals>.own"}
"""What looks into a file asks no model, and Gradio lets in so many at once."""


def test_none_waits_in_gradios_queue_that_can_wait_in_ours(doors: Endpoints, study: Study) -> None:
    limits: dict[str, set[Any]] = {}
    for each in functions_of(doors, study):
        limits.setdefault(str(each.fn.__qualname__), set()).add(each.concurrency_limit)
    limited = {name: limit for name, limit in limits.items() if limit != {None}}
    assert limited == {name: {16} for name in LIMITED}
    assert all(PAGE[name] is None for name in limited)
    assert sum(map(max, limited.values())) <= QUICK  # and has threads beside all who are at work or wait


def screens(doors: Endpoints, study: Study, folder: Path) -> dict[str, tuple[Kind, Callable[[], Any]]]:
    """What each event of the page does that asks a model, with the kind of place that it takes."""
    about = doors.catalogue.about(LOANS)
    values = [about.examples[0].inputs[field.name] for field in about.inputs]
    case, what_if = Case(doors, LOANS), WhatIf(Case(doors, LOANS))
    opening, comparing = Opening(doors, LOANS, truth=True, groups=True), Comparing(doors, LOANS)
    upload, asks = Upload(loans(doors), "Loans"), history.Asks(doors, LOANS)
    judged, kept = Judged(doors.catalogue.task(LOANS), study, "token"), taking.Kept()
    kept.folder = folder
    batch = Batch(doors, LOANS, Opening(doors, LOANS))
    (text,) = [field for field in about.inputs if field.name == "payments"]

    def section(id: str, **asked: Any) -> Callable[[], Any]:
        sent = json.dumps([1, id, asked])
        return lambda: evaluate.answers(doors.admission, judged, sent)

    return {
        "answered": (PREDICTING, lambda: case.answered(values)),
        "reasons": (EXPLAINING, lambda: case.answered(values)),
        "what if": (PREDICTING, lambda: what_if.answered(values, anew=True)),
        "typed": (PREDICTING, lambda: case.typed(values)),
        "rested": (EXPLAINING, lambda: case.rested(values)),
        "other": (EXPLAINING, lambda: case.other(values, '[1, {"item": "denied"}]')),
        "checked": (CHECKING, lambda: case.checked(values, '[1, {"item": "denied"}, "faithfulness"]')),
        "flip": (CHECKING, lambda: what_if.explored(values, '[1, {"flip": true}]')),
        "over its range": (CHECKING, lambda: what_if.explored(values, '[1, {"sweep": "payments"}]')),
        "heard": (PREDICTING, lambda: [str(case.heard(text, "x"))]),  # type: ignore[arg-type]  # any field
        "played": (PLAYING, lambda: Player(doors, SHUTTLE).played("1")),
        "batch": (READING, lambda: batch.answered(upload, "", False, False, ".csv")),
        "measure": (READING, lambda: evaluate.measured(doors, LOANS, opening, upload, "")),
        "goes by": (READING, section("goes-by", rows=2)),
        "removal": (READING, section("removal")),
        "slices": (CHECKING, section("slices", column="payments")),
        "groups": (CHECKING, section("groups", column="black", goal="parity")),
        "threshold": (PREDICTING, section("threshold", label="denied")),
        "rows": (PREDICTING, section("rows", query="payments > 1")),
        "against": (
            READING,
            lambda: against.compare(doors.admission, judged, str(loans(doors).path)),
        ),
        "report": (READING, lambda: taking.written(doors.admission, judged, kept)),
        "compare a case": (CHECKING, lambda: comparing.case("variant:bfloat16", *values, *values)),
        "compare a file": (READING, lambda: comparing.file("variant:bfloat16", upload, "")),
        "variants": (READING, lambda: comparing.table(["bfloat16"])),
        "history": (READING, asks.found),
        "evaluate the history": (READING, asks.judged),
    }


NAMES = (
    *("answered", "reasons", "what if", "typed", "rested", "other", "checked", "flip", "over its range", "heard"),
    *("played", "batch", "measure", "goes by", "removal", "slices", "groups", "threshold", "rows", "against"),
    *("report", "compare a case", "compare a file", "variants", "history", "evaluate the history"),
)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_asks_takes_a_place(
    doors: Endpoints, study: Study, passes: list[str], name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = screens(doors, study, tmp_path)
    assert set(known) == set(NAMES)
    kind, ask = known[name]
    full(doors, kind, monkeypatch)
    try:
        told = str(list(ask()))
    except gr.Error as error:
        told = str(error)
    assert "waiting already" in told
    assert name == "reasons" or not passes


@pytest.mark.parametrize("name", [each for each in NAMES if each not in ("heard", "variants")])
def test_with_a_place_no_pass_is_refused(
    doors: Endpoints, study: Study, passes: list[str], name: str, tmp_path: Path
) -> None:
    _, ask = screens(doors, study, tmp_path)[name]
    told = str(list(ask()))
    assert "Something went wrong" not in told and "without a place" not in told


def test_every_section_that_is_asked_says_what_place_it_takes() -> None:
    asked = {section.id: section.kind for section in SECTIONS if section.asked}
    whole = {"goes-by", "removal", "identity"}
    assert {id for id, kind in asked.items() if kind is READING} == whole
    assert {id for id, kind in asked.items() if kind is PREDICTING} == {"threshold", "rows"}


def test_to_stop_needs_no_place(doors: Endpoints, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    full(doors, READING, monkeypatch)
    judged = Judged(doors.catalogue.task(LOANS), study, "token")
    ((id, html),) = evaluate.answers(doors.admission, judged, '[1, "goes-by", {"stop": true}]')
    assert id == "goes-by" and "Explain rows" in html


def test_a_file_that_was_read_elsewhere_is_measured_in_a_place(
    doors: Endpoints, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(doors, READING, monkeypatch)
    fresh = replace(study, found={})
    with gr.Blocks() as blocks:
        evaluate.view(doors, LOANS, doors.studies.put(fresh))
    shown = " ".join(str(each.value) for each in blocks.blocks.values() if isinstance(each, gr.HTML))
    assert "waiting already" in shown and not fresh.found

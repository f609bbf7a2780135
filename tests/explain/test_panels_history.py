"""The History view: for the presenter alone, and nothing that a visitor wrote runs in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kept import labels

from explain.panels import kept
from explain.panels.case import Case
from explain.panels.history import Asks
from explain.panels.page import page
from explain.panels.sections.section import attribute
from explain.streams import STREAMS
from inference import models
from inference.history.entry import Mark
from inference.history.history import History
from inference.panels import look, marks
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.types import Answer, Item, Prediction

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
NAME = "sentiment"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue({name: models.find()[name] for name in (NAME, "home-loans", "cat-or-dog")})


@pytest.fixture
def endpoints(catalogue: Catalogue, tmp_path: Path) -> Iterator[Endpoints]:
    history = History(str(tmp_path / "history.db"), "inputs")
    yield Endpoints(catalogue, STREAMS, history=history, token="token")
    history.close()


def ask(endpoints: Endpoints, text: str, verdict: str = "", truth: str | None = None) -> str:
    id = endpoints.predict(NAME, {"text": text})["kept"]
    if verdict:
        endpoints.feedback(id, verdict, truth)
    return str(id)


def test_what_visitors_write_is_shown_as_text(endpoints: Endpoints) -> None:
    ask(endpoints, f"{EVIL} good")
    history = endpoints.history
    assert history is not None
    odd = history.keep(NAME, EVIL, {"text": EVIL}, json.dumps({"text": EVIL}), labels(**{EVIL: 1.0}), EVIL, 1.0)
    history.mark(odd, Mark("should be", EVIL))
    asks = Asks(endpoints, NAME)
    for html in (
        asks.summary(),
        asks.listing({}),
        asks.listing({"only": EVIL}),
        asks.listing({"query": EVIL}),
        *asks.found(),
    ):
        assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in asks.listing({})
    assert "<script" not in kept.door(EVIL, refused=True)


def test_what_is_asked_is_listed_by_what_people_say_of_it(endpoints: Endpoints) -> None:
    ask(endpoints, "A plain one.")
    ask(endpoints, "A right one.", "right")
    ask(endpoints, "A wrong one.", "wrong")
    asks = Asks(endpoints, NAME)
    shown = {only: asks.listed(json.dumps([1, "rows", {"only": only}])) for only in ("all", "marked", "against")}
    found = {
        only: [word for word in ("plain one", "right one", "wrong one") if word in html] for only, html in shown.items()
    }
    assert found == {
        "all": ["plain one", "right one", "wrong one"],
        "marked": ["right one", "wrong one"],
        "against": ["wrong one"],
    }
    assert "<b>3</b> answers are kept" in asks.summary() and "<b>1</b> of them against" in asks.summary()


def test_older_ones_are_a_step_away(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LISTED", 2)
    for number in range(3):
        ask(endpoints, f"Number {number}.")
    asks = Asks(endpoints, NAME)
    first = asks.listing({})
    assert "Number 2" in first and "Number 0" not in first and "Older ones" in first
    assert endpoints.history is not None
    before = endpoints.history.entries(NAME, 2)[-1].place
    assert attribute(before=before)[1:-1] in first
    older = asks.listing({"only": "all", "before": list(before)})
    assert "Number 0" in older and "Number 2" not in older and "The newest" in older


@pytest.mark.parametrize("before", [7, "x", [], [float("nan"), "a"], [1e300, "a"], [1.0, "\0"], [1.0, 2]])
def test_what_is_no_place_in_the_list_begins_it_anew(endpoints: Endpoints, before: object) -> None:
    ask(endpoints, "Number 0.")
    assert "Number 0" in Asks(endpoints, NAME).listing({"before": before})


@pytest.mark.parametrize("sent", ["", "[]", "{", "[1, 2]", '[1, "rows", 7]', "[" * 9_000])
def test_what_no_button_asks_changes_nothing(endpoints: Endpoints, sent: str) -> None:
    assert not isinstance(Asks(endpoints, NAME).listed(sent), str)


def test_slices_and_their_answers(endpoints: Endpoints) -> None:
    for number in range(24):
        long = number % 2 == 0
        ask(
            endpoints,
            f"It is good, number {number}. {'And so it goes on and on. ' * 8 * long}",
            "wrong" if long else "right",
        )
    asks = Asks(endpoints, NAME)
    *_, html = asks.found()
    assert "Where do people disagree?" in html and "Text, length" in html and "100 %" in html
    rows = asks.listing({"query": "text_length > 100"})
    assert "12 marked answers" in rows and rows.count("data-forget=") == 12
    assert "Has what is asked changed over time?" in html


def test_evaluate_takes_what_people_said(endpoints: Endpoints) -> None:
    for number in range(4):
        ask(endpoints, f"A fine film, number {number}.", "right" if number else "wrong")
    *_, last = Asks(endpoints, NAME).judged()
    address = last.partition('data-model="')[2].partition('"')[0]
    study = endpoints.studies.get(address.removeprefix(f"{NAME}#evaluate-"))
    assert len(study.results.raws) == 4 and study.results.truth is not None
    assert sorted(study.results.truth) == ["negative", "positive", "positive", "positive"]


def test_without_marks_it_says_what_is_missing(endpoints: Endpoints) -> None:
    *_, last = Asks(endpoints, NAME).judged()
    assert "No marked answer has both" in last
    *_, html = Asks(endpoints, NAME).found()
    assert "fewer than two" in html and "It takes 20 inputs" in html


def test_a_database_that_is_gone_is_told(endpoints: Endpoints, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        path.unlink()
    asks = Asks(endpoints, NAME)
    for html in (asks.summary(), asks.listing({}), *asks.judged()):
        assert "The history cannot be reached" in html


# What a visitor sees


def test_the_page_says_what_is_kept_before_anybody_asks(catalogue: Catalogue, endpoints: Endpoints) -> None:
    assert marks.notice(None) == ""
    assert "what you send and what the model answers are kept for 30 days" in marks.notice(endpoints.history)
    assert marks.footer(None) == look.FOOTER
    assert "What you send is deleted" not in marks.footer(endpoints.history)
    assert all('href="api/v1/docs"' in marks.footer(each) for each in (None, endpoints.history))
    assert "What you send is deleted" in json.dumps(page(Endpoints(catalogue)).get_config_file())
    assert "What you send is deleted" not in json.dumps(page(endpoints).get_config_file())


def test_an_answer_that_is_asked_for_can_be_marked_and_one_while_typing_cannot(endpoints: Endpoints) -> None:
    case = Case(endpoints, NAME)
    list(case.answered(["good"]))
    assert endpoints.history is not None
    (entry,) = endpoints.history.entries(NAME, 9)
    *_, (typed, *_) = case.typed(["good film"])
    assert "data-kept" not in typed
    shown = [parts[0] for parts in case.answered(["good film"]) if isinstance(parts[0], str)]
    assert 'data-verdict="should be"' in shown[-1] and entry.id not in shown[-1]
    assert len(endpoints.history.entries(NAME, 9)) == 2


def answer(prediction: Prediction) -> Answer:
    return Answer("m", "t", prediction, None, (), (), kept='i"d')


def test_what_it_should_have_been_is_asked_as_the_answer_is(catalogue: Catalogue) -> None:
    about = catalogue.about("home-loans")
    few = marks.marks(answer(labels(a=0.6, **{EVIL: 0.4})), about)
    assert "<select" in few and "<script" not in few and 'data-kept="i&quot;d"' in few
    many = marks.marks(answer(labels(**{f"l{i}": 1 / 30 for i in range(20)})), about)
    assert "<datalist" in many and "<select" not in many
    value = marks.marks(answer(Prediction("value", "value", (Item("value", "price", 1.0),))), replace(about, unit="$"))
    assert 'placeholder="a number ($)"' in value
    boxes = marks.marks(answer(Prediction("boxes", "probability", ())), about)
    assert 'data-verdict="wrong"' in boxes and "should be" not in boxes
    assert marks.marks(replace(answer(labels(a=1.0)), kept=None), about) == ""

"""What the page shows of a case: which part comes when, what a mistake becomes, and what follows typing."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from explain import checks
from explain.panels import why
from explain.panels.case import KEEP, Case
from explain.panels.page import STARTS, model, page
from explain.streams import STREAMS
from inference import models
from inference.errors import ModelError
from inference.panels import answer
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

HOUSES, MOVIES, CHAT = "ames-house-prices", "movies", "tiny-chat"
CHAT_VALUES = ["The sea in winter"]


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    found = models.find()
    return Endpoints(Catalogue({HOUSES: found[HOUSES], MOVIES: found[MOVIES], CHAT: tiny_chat}), STREAMS)


def values(case: Case, **changes: Any) -> list[Any]:
    """The first example's values in the order of the fields, with some changed."""
    inputs = {**case.about.examples[0].inputs, **changes}
    assert set(inputs) == {field.name for field in case.about.inputs}
    return [inputs[field.name] for field in case.about.inputs]


def alerts(shown: Any) -> int:
    """How many messages stand in what is shown."""
    return sum(str(part).count('role="alert"') for parts in shown for part in parts)


def test_an_answer_comes_in_parts_prediction_first(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    waiting, predicted, *reasons = case.answered(values(case))
    assert waiting == (answer.WAITING, "", "", "")
    assert 'aria-label="Prediction"' in predicted[0] and "$" in predicted[0]
    assert predicted[1] == why.WAITING
    assert 'aria-label="Path of the input"' in predicted[2]
    assert 'aria-label="Take it along"' in predicted[3]
    assert reasons
    for kept, reason, *rest in reasons:
        assert [kept, *rest] == [KEEP, KEEP, KEEP]
        assert 'aria-label="Explanation"' in reason
    assert "<table" in reasons[-1][1] and "<progress" not in reasons[-1][1]
    assert alerts([waiting, predicted, *reasons]) == 0


def test_what_can_be_taken_along_is_what_was_asked(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    _, (*_, take), *_ = case.answered(values(case, Gr_Liv_Area=2_345))
    assert "&quot;Gr_Liv_Area&quot;: 2345" in take


def test_a_text_is_shown_as_it_is_written_and_then_explained(endpoints: Endpoints) -> None:
    shown = list(Case(endpoints, CHAT).answered(CHAT_VALUES))
    growing = [parts for parts in shown if "caret" in str(parts[0])]
    assert len(growing) > 1
    assert all(parts[1:] == ("", "", "") for parts in growing)  # nothing to explain or to take along yet
    assert "Why the reply?" in shown[-1][1]
    asked = re.findall(r'data-target="(.*?)"', shown[len(growing) + 1][0])
    assert asked


MISTAKES = [
    (HOUSES, {"Gr_Liv_Area": 9_000}, "Living area must lie between 200 and 6,000 ft², got 9000"),
    (CHAT, None, "Prompt is missing: write a few words."),
]


@pytest.mark.parametrize(("name", "changes", "message"), MISTAKES, ids=[name for name, _, _ in MISTAKES])
def test_a_mistake_becomes_one_message_and_nothing_else(
    endpoints: Endpoints, name: str, changes: dict[str, Any] | None, message: str
) -> None:
    case = Case(endpoints, name)
    given = [""] if changes is None else values(case, **changes)
    waiting, (failure, *rest) = case.answered(given)
    assert waiting == (answer.WAITING, "", "", "")
    assert message in failure
    assert alerts([(failure, *rest)]) == 1
    assert rest == ["", "", ""]


def test_an_unforeseen_error_is_told_by_its_number_alone(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(endpoints, HOUSES)

    def fails(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(endpoints, "answers", fails)
    for ask in (case.answered, case.typed):
        *_, (failure, *rest) = ask(values(case))
        assert "quote error" in failure and "secret" not in failure
        assert rest == ["", "", ""]
    monkeypatch.undo()
    monkeypatch.setattr(endpoints, "explanations", fails)
    *_, last = case.answered(values(case))
    assert last[0] is KEEP  # the prediction stays
    assert "quote error" in last[1] and "secret" not in last[1]


def test_typing_shows_the_prediction_and_leaves_the_explanation(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    [(predicted, reason, path, take)] = case.typed(values(case, Gr_Liv_Area=2_345))
    assert 'aria-label="Prediction"' in predicted
    assert reason is KEEP
    assert path and "2345" in take


def test_a_mistake_while_typing_is_told(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    [(failure, *rest)] = case.typed(values(case, Gr_Liv_Area=9_000))
    assert alerts([(failure, *rest)]) == 1
    assert rest == ["", "", ""]  # what was shown belongs to other inputs


def test_the_explanation_follows_alone(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    shown = list(case.rested(values(case, Gr_Liv_Area=2_345)))
    assert all((first, path, take) == (KEEP, KEEP, KEEP) for first, _, path, take in shown)
    assert "Living area = 2,345 ft²" in shown[-1][1]


def test_a_mistake_is_not_told_twice(endpoints: Endpoints) -> None:
    case = Case(endpoints, HOUSES)
    assert list(case.rested(values(case, Gr_Liv_Area=9_000))) == []  # typing has told it


def test_a_text_that_is_written_does_not_follow_typing(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(endpoints, CHAT)
    for name in (CHAT, HOUSES, MOVIES):
        endpoints.catalogue.task(name)
    assert not case.follows()
    assert Case(endpoints, HOUSES).follows() and Case(endpoints, MOVIES).follows()
    monkeypatch.setattr(endpoints.catalogue, "task", lambda *_: (_ for _ in ()).throw(ModelError("Broken.")))
    [(failure, *_)] = case.typed(CHAT_VALUES)
    assert "Broken." in failure


def test_another_item_is_explained_on_request(endpoints: Endpoints) -> None:
    case = Case(endpoints, MOVIES)
    *_, last = case.answered(values(case))
    shown = endpoints.predict(MOVIES, case.inputs(values(case)))["prediction"]["items"]
    waiting, *reasons = case.other(values(case), json.dumps([1, shown[2]["id"]]))
    assert waiting == (KEEP, why.WAITING, KEEP, KEEP)
    assert f"Why “{shown[2]['name']}”?" in unescape(reasons[-1][1])
    assert reasons[-1][1] != last[1]
    assert all((first, path, take) == (KEEP, KEEP, KEEP) for first, _, path, take in reasons)


def test_a_token_of_a_text_is_explained_on_request(endpoints: Endpoints) -> None:
    case = Case(endpoints, CHAT)
    text = endpoints.predict(CHAT, case.inputs(CHAT_VALUES))["prediction"]["text"]
    *_, last = case.other(CHAT_VALUES, json.dumps([1, {"text": text, "token": 0}]))
    assert "Why token 1 of the reply?" in last[1]


def test_a_target_that_there_is_not_is_told_in_the_explanations_place(endpoints: Endpoints) -> None:
    case = Case(endpoints, MOVIES)
    *_, last = case.other(values(case), '[1, "no such movie"]')
    assert last[0] is last[2] is last[3] is KEEP
    assert alerts([last]) == 1


@pytest.mark.parametrize("sent", ["", "null", "3", "[]", "[1]", "[1, 2, 3]", "{", "[1, "])
def test_what_page_js_never_sends_is_ignored(endpoints: Endpoints, sent: str) -> None:
    assert list(Case(endpoints, MOVIES).other([], sent)) == []


# Checks


def test_a_check_is_told_as_it_goes_and_explains_what_was_explained_no_second_time(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(endpoints, HOUSES)
    list(case.rested(values(case)))
    monkeypatch.setattr(checks, "explain_all", None)  # it is not needed again
    busy, *_, last = case.checked(values(case), '[1, {"item": "value"}, "faithfulness"]')
    assert 'aria-busy="true"' in busy and "<progress" in busy
    assert 'aria-label="Check"' in last and "<svg" in last and "<table" in last
    assert "aria-busy" not in last


def test_of_other_values_or_another_target_the_explanation_is_made_first(endpoints: Endpoints) -> None:
    case = Case(endpoints, MOVIES)
    list(case.rested(values(case)))
    shown = endpoints.predict(MOVIES, case.inputs(values(case)))["prediction"]["items"]
    *_, last = case.checked(values(case), json.dumps([1, {"item": shown[2]["id"]}, "faithfulness"]))
    assert f"“{shown[2]['name']}”" in unescape(last)
    fewer = [values(case)[0][:3]]
    *_, last = case.checked(fewer, json.dumps([2, {"item": shown[2]["id"]}, "faithfulness"]))
    assert last.count("<tr>") == 1 + 4  # a head, nothing hidden, and three movies


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("baseline", "There is no second way to hide a part of this input"),
        ("honesty", "Unknown check &#x27;honesty&#x27;"),
    ],
)
def test_what_cannot_be_checked_is_told_in_the_place_of_checks(endpoints: Endpoints, check: str, said: str) -> None:
    case = Case(endpoints, MOVIES)
    *_, last = case.checked(values(case), json.dumps([1, None, check]))
    assert 'role="alert"' in last and said in last


@pytest.mark.parametrize("sent", ["", "null", "3", "[]", "[1, 2]", "[1, 2, 3, 4]", "{", "[1, "])
def test_a_check_that_page_js_never_sends_is_ignored(endpoints: Endpoints, sent: str) -> None:
    assert list(Case(endpoints, MOVIES).checked([], sent)) == []


# The page itself


def test_the_first_page_has_a_tile_a_model_and_a_story_only_with_its_model(endpoints: Endpoints) -> None:
    landing = landing_of(endpoints)
    tiles = re.findall(r'class="tile" href=".*?" data-model="(.*?)"', landing)
    assert sorted(tiles) == sorted(endpoints.catalogue.demos)
    assert "hero" not in landing
    told = Endpoints(Catalogue({"sms-spam": models.find()["sms-spam"]}), STREAMS)
    assert 'class="hero"' in landing_of(told)


def test_a_link_that_fails_unforeseen_leaves_the_form(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setitem(STARTS, "row", fails)
    with gr.Blocks() as blocks:
        model(endpoints, HOUSES, None, "row", "study-1")
    shown = "".join(str(part.value) for part in blocks.blocks.values() if isinstance(part, gr.HTML))
    assert "quote error" in shown and "secret" not in shown
    assert any(isinstance(part, gr.Button) for part in blocks.blocks.values())


def landing_of(endpoints: Endpoints) -> str:
    """The HTML of the first page."""
    (column,) = [part for part in page(endpoints).blocks.values() if "landing" in (part.elem_classes or [])]
    assert isinstance(column, gr.Column)
    return "".join(part.value for part in column.children if isinstance(part, gr.HTML))


def test_opening_the_page_loads_no_model(endpoints: Endpoints) -> None:
    fresh = Catalogue(endpoints.catalogue.folders)
    page(Endpoints(fresh, STREAMS))
    assert not [name for name in fresh.demos if name in fresh._loaded]


def test_nothing_is_loaded_by_typing(endpoints: Endpoints) -> None:
    fresh = Catalogue(endpoints.catalogue.folders)
    assert not Case(Endpoints(fresh, STREAMS), HOUSES).follows()
    assert not fresh.ready(HOUSES)


def test_a_visitors_model_that_had_to_leave_is_told(endpoints: Endpoints) -> None:
    fresh = Catalogue(endpoints.catalogue.folders)
    case = Case(Endpoints(fresh, STREAMS), MOVIES)
    fresh._drop(MOVIES)
    *_, (failure, *_) = case.answered(values(case))
    assert "Unknown model" in failure and MOVIES in failure

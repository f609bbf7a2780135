"""The explanation on the page: it sharpens with its progress said, and ends with the table instead."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from conftest import load
from doors import visited

from explain import Explanation, explain, explain_stream
from explain.explainer import budget
from explain.figures import Figure
from explain.memory import Memory
from explain.panels import why
from explain.streams import STREAMS
from explain.types import LabelMap
from inference.errors import InputError, NotFound
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.streams import Streams
from inference.types import TextTarget

EVIL = "<img src=x onerror=alert(1)>"
INPUTS = {"prompt": "The sea in winter is grey and loud, and leaves turn red."}


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    return Endpoints(Catalogue({"tiny-chat": tiny_chat}), STREAMS)


@pytest.fixture(scope="module")
def cards(endpoints: Endpoints) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(why, "PAUSE", 0.0)
        return list(why.stream(endpoints, "tiny-chat", INPUTS, None))


def test_a_word_that_a_visitor_asks_about_takes_a_place_for_what_might_have_stood_there(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    (*_, answer) = endpoints.predict_stream("tiny-chat", INPUTS)
    visitor = visited(monkeypatch)  # from here on a pass without a place is refused, as where the app serves
    next(visitor)
    (*_, last) = why.stream(endpoints, "tiny-chat", INPUTS, TextTarget(answer["prediction"]["text"], 1))
    assert "rather than" in last
    next(visitor, None)


def test_no_more_figures_are_drawn_than_an_eye_follows(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "PAUSE", 3600.0)
    first, last = why.stream(endpoints, "tiny-chat", INPUTS, None)
    assert "<progress" in first and "<progress" not in last


@pytest.fixture(scope="module")
def explanation(tiny_chat: Path) -> Explanation:
    return explain(load(tiny_chat), INPUTS, evaluations=30)


def test_while_it_sharpens_the_figure_has_progress_and_no_table(cards: list[str]) -> None:
    assert len(cards) > 2
    for card in cards[:-1]:
        assert card.count("<progress ") == 1
        assert "<table" not in card
        assert "How far can you trust this?" not in card


def test_progress_grows_to_the_whole_budget(cards: list[str]) -> None:
    shares = [float(re.findall(r'<progress value="([\d.]+)"', card)[0]) for card in cards[:-1]]
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] <= 1


def test_the_last_card_has_the_table_and_no_progress(cards: list[str]) -> None:
    assert "<progress" not in cards[-1]
    assert cards[-1].count("<table") == 1
    assert "How far can you trust this?" in cards[-1]
    (evaluations,) = re.findall(r"(\d+) evaluations in", cards[-1])
    assert 4 * 12 <= int(evaluations) <= budget(12)  # a player a word; fewer where all is settled before


def test_the_last_card_holds_the_whole_explanation(cards: list[str]) -> None:
    data = re.findall(r'data-case="explanation" data-json="(.*?)"', cards[-1])
    (found,) = [Explanation.from_json(json.loads(unescape(each))) for each in data]
    assert found.evaluations <= found.allowed == budget(12)
    assert not any("data-case" in card for card in cards[:-1])


def test_the_strength_of_colours_can_be_set_where_a_picture_has_some(explanation: Explanation) -> None:
    figure = Figure("", "", "", [])
    slider = 'type="range" min="0" max="100" value="85" data-property="--veil"'
    assert slider not in why.settled(explanation, figure)
    assert slider in why.settled(replace(explanation, label_map=LabelMap("photo", 2, 1, "data:,")), figure)


def test_every_card_says_what_an_explanation_is_not(cards: list[str]) -> None:
    for card in cards:
        assert card.startswith('<div class="card why" role="region" aria-label="Explanation">')
        assert "This is what the model uses, not what causes it." in card
        assert "aria-busy" not in card


def test_what_is_asked_for_is_what_is_explained(tiny_chat: Path) -> None:
    targets: list[object] = []

    def explaining(task: object, inputs: object, target: object, *_: object, **__: object) -> object:
        targets.append(target)
        return explain_stream(load(tiny_chat), inputs, target, 10)

    endpoints = Endpoints(Catalogue({"tiny-chat": tiny_chat}), Streams(explain=explaining))  # type: ignore[arg-type]
    asked = TextTarget(" the sea", 0)
    *_, last = why.stream(endpoints, "tiny-chat", INPUTS, asked)
    assert "Why token 1 of the reply?" in last
    list(why.stream(endpoints, "tiny-chat", INPUTS, None))
    assert targets == [asked, None]


def test_errors_come_through_before_any_card(endpoints: Endpoints) -> None:
    with pytest.raises(NotFound):
        next(why.stream(endpoints, "nothing", INPUTS, None))
    with pytest.raises(InputError, match="Prompt is missing"):
        next(why.stream(endpoints, "tiny-chat", {}, None))


def test_a_visitors_words_are_no_markup(endpoints: Endpoints) -> None:
    for card in why.stream(endpoints, "tiny-chat", {"prompt": f"sea {EVIL} winter"}, None):
        assert "<img" not in card
        assert "onerror=alert(1)" in unescape(card)  # it is shown as it was written


@pytest.mark.parametrize(
    ("evaluations", "share", "of"),
    [(0, "0.000", "192"), (2, "0.010", "192"), (96, "0.500", "192"), (192, "1.000", "192"), (500, "1.000", "500")],
)
def test_progress_is_the_share_of_what_is_allowed_and_never_more_than_all(
    explanation: Explanation, evaluations: int, share: str, of: str
) -> None:
    html = why.progress(replace(explanation, evaluations=evaluations, allowed=192))
    assert f'value="{share}"' in html
    assert html.count(f"{evaluations:,} of at most {of} evaluations: the figure is sharpening") == 2


def test_a_first_guess_is_called_one_until_there_are_error_bars(explanation: Explanation) -> None:
    guess = "First guess, no error bars yet"
    assert guess in why.progress(replace(explanation, stderr=None))
    assert guess not in why.progress(replace(explanation, stderr=(0.1,) * len(explanation.features)))


def test_a_whole_text_comes_with_its_heat_map_and_a_token_with_what_might_have_stood_there(tiny_chat: Path) -> None:
    endpoints, memory = Endpoints(Catalogue({"tiny-chat": tiny_chat}), STREAMS), Memory()
    task, inputs = load(tiny_chat), {"prompt": "The sea in winter."}
    prediction = task.predict(inputs).prediction
    memory.likely = task.targets(prediction)
    *_, before, last = why.stream(endpoints, "tiny-chat", inputs, None, memory)
    assert last.startswith(before) and "Which part led to which word?" in last
    assert 'class="grid"' in last and 'class="rather"' not in last
    *_, token = why.stream(endpoints, "tiny-chat", inputs, memory.likely[2], memory)
    assert 'class="grid"' not in token
    options = re.findall(r'<option value="(.*?)"( selected)?>', token)
    others = [json.loads(unescape(value)) for value, _ in options]
    assert others and all(each["token"] == 1 and each["instead"] for each in others)
    asked = {"contrast": [memory.likely[2].to_json(), others[1]]}
    *_, contrast = why.stream(endpoints, "tiny-chat", inputs, asked, memory)
    assert "rather than" in contrast
    chosen = [bool(selected) for _, selected in re.findall(r'<option value="(.*?)"( selected)?>', contrast)]
    assert chosen == [i == 1 for i in range(len(options))]

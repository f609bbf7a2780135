"""Old beside new, the trail, and what is asked of an input on demand, as the page shows them."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from explain.panels import trail
from explain.panels.case import KEEP, Case
from explain.panels.what_if import LEFT, WhatIf
from explain.streams import STREAMS
from inference import models
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

HOUSES, REVIEWS, SERIES, CHAT = "ames-house-prices", "sentiment", "any-series", "tiny-chat"
GOOD = "A mix of gritty realism, crisp storytelling and radiant compassion that effortlessly draws you in."


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    found = models.find()
    folders = {HOUSES: found[HOUSES], REVIEWS: found[REVIEWS], SERIES: found[SERIES], CHAT: tiny_chat}
    return Endpoints(Catalogue(folders), STREAMS)


@pytest.fixture
def house(endpoints: Endpoints) -> WhatIf:
    return WhatIf(Case(endpoints, HOUSES))


@pytest.fixture
def review(endpoints: Endpoints) -> WhatIf:
    return WhatIf(Case(endpoints, REVIEWS))


def values(asked: WhatIf, **changes: Any) -> list[Any]:
    """The first example's values with some changed."""
    about = asked.case.about
    inputs = {**about.examples[0].inputs, **changes}
    return [inputs[field.name] for field in about.inputs]


def last(shown: Any) -> str:
    """The last card that was shown."""
    return [part[4] for part in shown if part[4] != KEEP][-1]


def asked(command: dict[str, Any]) -> str:
    return json.dumps([1, command])


def steps(asked: WhatIf) -> list[str]:
    return [step.told for step in asked.trail.steps]


def filled(given: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """What the form holds after a change."""
    return [old if value == KEEP else value for old, value in zip(given, new, strict=True)]


def test_the_first_answer_is_the_start_and_says_what_can_be_tried(house: WhatIf) -> None:
    card = last(house.answered(values(house)))
    assert "choose a row of the explanation below" in card
    assert "What would flip it?" in card and '<option value="Gr_Liv_Area">Living area</option>' in card
    assert "<nav" not in card


def test_a_change_stands_beside_the_start_with_the_reasons_that_moved(house: WhatIf) -> None:
    list(house.answered(values(house)))
    card = last(house.answered(values(house, Gr_Liv_Area=2_000)))
    assert '<th scope="row">Living area</th><td>1,040 ft²</td><td><ins>2,000 ft²</ins></td>' in card
    assert re.search(r"Sale price</th><td><b>\$[\d,]+</b></td><td><b>\$[\d,]+</b> <small>\+\$", card)
    assert "Reasons for Sale price that changed most" in card
    assert "Living area = 2,000 ft²" in card
    assert steps(house) == ["Start", "Living area 2,000 ft² instead of 1,040 ft²"]


def test_while_somebody_types_the_prediction_follows_and_a_step_is_made_at_rest(house: WhatIf) -> None:
    list(house.answered(values(house)))
    for area in (1_100, 1_200):
        card = last(house.typed(values(house, Gr_Liv_Area=area)))
        assert f"{area:,} ft²" in card and "Reasons" not in card
    assert len(house.trail.steps) == 1
    assert "Reasons" in last(house.rested(values(house, Gr_Liv_Area=1_200)))
    assert len(house.trail.steps) == 2


def test_a_mistake_leaves_the_trail_as_it_was(house: WhatIf) -> None:
    list(house.answered(values(house)))
    *_, (failure, _, _, _, card) = house.typed(values(house, Gr_Liv_Area=9_000))
    assert "must lie between" in failure and card == KEEP
    assert list(house.rested(values(house, Gr_Liv_Area=9_000))) == []
    assert len(house.trail.steps) == 1


def test_a_word_is_left_out_and_one_can_go_back_and_begin_anew(review: WhatIf) -> None:
    list(review.answered([GOOD]))
    known = review.case.explained()
    assert known is not None
    (word,) = [feature for feature in known.explanation.features if feature.label == "effortlessly"]
    given = review.edited([GOOD], asked({"hide": [word.id]}))
    assert given == [GOOD.replace("effortlessly ", "")]
    card = last(review.followed(given))
    assert "that <del>effortlessly</del> draws you in." in card
    assert re.search(r"effortlessly</span></th><td>[+−][\d.]+</td><td><span class=\"soft\">not there", card)
    assert steps(review) == ["Start", "“effortlessly” left out"]
    back = review.edited(given, asked({"step": 0}))
    assert back == [GOOD]
    assert 'aria-current="step"><span dir="auto">Start' in last(review.followed(back))
    assert steps(review) == ["Start", "“effortlessly” left out"]  # nothing is lost by going back
    list(review.followed(given))
    card = list(review.explored(given, asked({"anew": True})))[-1]
    assert steps(review) == ["Start"] and "<nav" not in card


def test_another_case_begins_a_trail_of_its_own(house: WhatIf) -> None:
    list(house.answered(values(house)))
    list(house.answered(values(house, Gr_Liv_Area=2_000)))
    shown = list(house.answered(values(house, Gr_Liv_Area=3_000), anew=True))
    assert shown[0][4] == ""
    assert steps(house) == ["Start"]


def test_the_trail_keeps_its_start_and_the_latest_steps(house: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST", 3)
    for area in (1_000, 1_100, 1_200, 1_300):
        list(house.typed(values(house, Gr_Liv_Area=area)))
        house._arrive(values(house, Gr_Liv_Area=area))
    told = [f"Living area {area:,} ft² instead of {area - 100:,} ft²" for area in (1_200, 1_300)]
    assert steps(house) == ["Start", *told]
    assert house.trail.at == 2


def test_a_case_that_was_shown_before_anybody_asked_is_the_start(endpoints: Endpoints) -> None:
    told = WhatIf(Case(endpoints, REVIEWS), [GOOD])
    assert "<del>effortlessly</del>" in last(told.typed([GOOD.replace(" effortlessly", "")]))


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ({"hide": ["text:900-904"]}, "“text:900-904” cannot be hidden here."),
        ({"hide": ["text:0-4"]}, "cannot be hidden"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_card_and_nothing_is_asked(
    review: WhatIf, command: dict[str, Any], note: str
) -> None:
    list(review.answered([GOOD]))
    assert review.edited([GOOD], asked(command)) == [KEEP]
    [shown] = review.followed([GOOD])
    assert shown[:4] == LEFT
    assert note in shown[4] and 'role="alert"' in shown[4]
    assert note not in last(review.answered([GOOD]))


@pytest.mark.parametrize("broken", ["", "[", "[1]", "[1, {}]", '[1, {"step": 9}]', '[1, {"try": 0}]', '[1, "hide"]'])
def test_a_command_that_makes_no_sense_changes_nothing(review: WhatIf, broken: str) -> None:
    list(review.answered([GOOD]))
    assert review.edited([GOOD], broken) == [KEEP]
    assert not review.note


def test_what_is_usual_already_is_said(house: WhatIf) -> None:
    given = values(house)
    list(house.answered(given))
    usual = filled(given, house.edited(given, asked({"hide": ["Gr_Liv_Area"]})))
    list(house.followed(usual))
    assert house.edited(usual, asked({"hide": ["Gr_Liv_Area"]})) == [KEEP] * len(usual)
    assert "It is as usual already" in last(house.followed(usual))


def test_what_would_flip_it_is_told_with_its_progress_and_can_be_tried(house: WhatIf) -> None:
    given = values(house)
    list(house.answered(given))
    assert house.case.latest is not None and house.case.latest[1].decision is not None
    first, *_, found = house.explored(given, asked({"flip": True}))
    assert "<progress" in first and 'aria-busy="true"' in first
    assert "<progress" not in found and "Try it" in found and "nearest real case" in found
    flipped = filled(given, house.edited(given, asked({"try": 0})))
    before = house.case.latest[1].decision.action
    card = last(house.followed(flipped))
    assert house.case.latest[1].decision.action != before  # type: ignore[union-attr]
    assert "Try it" not in card  # it was about the input before


def test_a_field_is_gone_over_with_what_would_be_decided(house: WhatIf) -> None:
    given = values(house)
    list(house.answered(given))
    *_, found = house.explored(given, asked({"sweep": "Gr_Liv_Area"}))
    assert 'aria-label="Sale price over Living area' in found
    *_, refused = house.explored(given, asked({"sweep": "no such"}))
    assert 'role="alert"' in refused and "no such" in refused


def test_what_is_stopped_leaves_nothing_that_claims_to_be_at_work(house: WhatIf) -> None:
    given = values(house)
    list(house.answered(given))
    looking = house.explored(given, asked({"flip": True}))
    assert 'aria-busy="true"' in next(looking)
    looking.close()  # type: ignore[attr-defined]  # a generator
    assert "aria-busy" not in house.card()


def test_a_number_without_a_rule_asks_what_to_get_past(endpoints: Endpoints) -> None:
    course = WhatIf(Case(endpoints, SERIES))
    given = values(course)
    card = last(course.answered(given))
    assert "What would flip it?" not in card
    found = re.search(r'What would bring it past <input type="number" step="any" value="([-\d.]+)">', card)
    assert found is not None and course.case.latest is not None
    assert float(found[1]) > course.case.latest[1].prediction.items[0].score
    *_, told = course.explored(given, asked({"flip": True, "past": float(found[1])}))
    assert 'aria-label="What would flip it?"' in told and "alert" not in told


def test_a_text_that_is_written_is_compared_word_by_word(endpoints: Endpoints) -> None:
    chat = WhatIf(Case(endpoints, CHAT))
    list(chat.answered(["The sea in winter"]))
    card = last(chat.answered(["The sea in summer"]))
    assert "<del>winter</del> <ins>summer</ins>" in card
    assert '<th scope="row">Text</th>' in card and "Which reasons for the reply changed?" in card
    assert not chat.follows()

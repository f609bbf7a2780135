"""The story of the first page: what the product says of its case now, told without a model, and no markup."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from story import story as computed

from explain import Explanation
from explain.panels import story
from explain.panels.story import Story
from inference import demo, models
from inference.demo import Demo
from inference.types import Answer

EVIL = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture(scope="module")
def told() -> Story:
    found = story.read(models.find())
    assert found is not None
    return found


@pytest.fixture
def about(told: Story) -> Demo:
    return demo.read(models.find()[told.model])


def test_the_story_is_what_the_product_says_now(told: Story) -> None:
    now = computed()
    assert (told.question, told.example) == (now.question, now.example)
    assert told.answer.prediction.names == now.answer.prediction.names
    assert told.answer.prediction.scores == pytest.approx(now.answer.prediction.scores, abs=1e-4)
    assert told.answer.decision == now.answer.decision
    assert told.answer.warnings == now.answer.warnings
    assert [step.step for step in told.answer.trace] == [step.step for step in now.answer.trace]
    then, fresh = told.explanation, now.explanation
    assert then.features == fresh.features
    assert then.values == pytest.approx(fresh.values, abs=0.02)  # half the width is not for every processor
    assert (then.base, then.score) == pytest.approx((fresh.base, fresh.score), abs=1e-4)
    assert (then.output, then.target, then.method, then.baseline) == (
        fresh.output,
        fresh.target,
        fresh.method,
        fresh.baseline,
    )


def test_the_explanation_is_of_the_prediction(told: Story) -> None:
    assert told.explanation.score == pytest.approx(told.answer.prediction.scores[0], abs=1e-4)
    assert told.explanation.output == told.answer.prediction.names[0]


def test_json_both_ways(told: Story) -> None:
    assert Story.from_json(told.to_json()) == told


def test_without_its_model_there_is_no_story(told: Story) -> None:
    others = {name: folder for name, folder in models.find().items() if name != told.model}
    assert others
    assert story.read(others) is None
    assert story.read({}) is None
    assert story.read({**others, told.model: others["sentiment"]}) is None  # another model of the same name


def test_the_hero_shows_question_and_input_and_leads_to_the_story(told: Story, about: Demo) -> None:
    html = story.hero(told, about)
    assert told.question in unescape(html)
    assert about.examples[told.example].inputs["text"] in unescape(html)
    assert f'href="?model={told.model}#story" data-model="{told.model}#story"' in html


def test_the_hero_is_no_markup(told: Story, about: Demo) -> None:
    nasty = replace(told, question=EVIL, answer=replace(told.answer, model=EVIL), example=0)
    html = story.hero(nasty, replace(about, examples=(demo.Example(EVIL, {"text": EVIL}),)))
    assert "<img" not in html
    assert 'onerror=alert(1)>"' not in html
    assert unescape(html).count(EVIL) == 3  # question, input, model


def test_the_story_is_told_without_a_model(told: Story, about: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.registry.load", lambda *_: pytest.fail("a model was loaded"))
    shown, why, path, take = story.told(told, about, models.find()[told.model])
    assert told.answer.prediction.names[0] in shown
    assert told.answer.decision is not None and told.answer.decision.action in shown
    assert "<table" in why and "<progress" not in why
    assert "The path your input took" in path
    assert json.dumps(told.inputs(about)["text"])[1:20] in unescape(take)


def test_what_is_saved_of_the_story_is_the_story(told: Story, about: Demo) -> None:
    shown, why, *_ = story.told(told, about, models.find()[told.model])
    answer, explanation = (json.loads(unescape(re.findall(r'data-json="(.*?)"', html)[0])) for html in (shown, why))
    assert Answer.from_json(answer) == told.answer
    assert Explanation.from_json(explanation) == told.explanation


def test_the_story_is_small_enough_for_a_first_page() -> None:
    assert Path(story.FILE).stat().st_size < 50_000

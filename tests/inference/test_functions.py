"""A task out of any Python function: predicted, decided and explained as any other, and its outputs checked."""

import math
from pathlib import Path
from typing import Any

import contract
import numpy as np
import pytest
from PIL import Image

import inference
from explain import explain, figures
from explain.players import segments
from explain.players.text import DIRECT
from inference.demo import Demo
from inference.errors import InputError, ModelError
from inference.fields import TextField
from inference.functions import HIDDEN
from inference.serving.catalogue import Catalogue
from inference.task import Task

GOOD, BAD = {"warm", "witty"}, {"slow"}
TEXT = {"text": "A warm, witty film with a slow start."}


def mood(records: list[dict[str, Any]]) -> list[list[float]]:
    """Praise by counted words."""
    rows = []
    for record in records:
        words = record["text"].lower().replace(",", " ").replace(".", " ").split()
        p = 1 / (1 + math.exp(-sum((word in GOOD) - (word in BAD) for word in words)))
        rows.append([1 - p, p])
    return rows


def price(records: list[dict[str, Any]]) -> np.ndarray:
    """Dollars for a home: so much a square foot, half as much again by the sea."""
    return np.array([100 * record["area"] * (1.5 if record["place"] == "sea" else 1.0) for record in records])


def brightness(records: list[dict[str, Any]]) -> np.ndarray:
    """How bright a picture is, and how reddish, from 0 to 1 each."""
    pixels = [np.asarray(record["image"], dtype=float) / 255 for record in records]
    return np.array([[each.mean(), each[..., 0].mean()] for each in pixels])


MOOD = {
    "task": "text-classification",
    "title": "Mood by words",
    "summary": "Counts words.",
    "fields": [{"kind": "text", "name": "text", "label": "Text"}],
    "examples": [
        {"title": f"Text {i}", "inputs": {"text": t}} for i, t in enumerate([TEXT["text"], "slow", "warm", "So."])
    ],
    "decision": {"of": "praise", "rules": [{"action": "Share it", "at_least": 0.6}, {"action": "Read it"}]},
}
PRICE = {
    "task": "tabular-regression",
    "title": "Homes",
    "summary": "Multiplies.",
    "output": "price",
    "unit": "$",
    "fields": [
        {"kind": "number", "name": "area", "label": "Area", "limits": [0, 10000]},
        {"kind": "category", "name": "place", "label": "Place", "choices": ["sea", "town"]},
    ],
    "examples": [{"title": f"Home {i}", "inputs": {"area": 1000 + i, "place": "sea"}} for i in range(4)],
}
ROWS = [{"area": 500, "place": "town"}, {"area": 1500, "place": "sea"}]
PICTURE = {
    "task": "image-classification",
    "title": "Light",
    "summary": "Averages pixels.",
    "fields": [{"kind": "image", "name": "image", "label": "Picture"}],
}


def words(**how: Any) -> Task:
    return inference.from_function(mood, MOOD, ["complaint", "praise"], **how)


def homes() -> Task:
    return inference.from_function(price, PRICE, background=ROWS)


# Everything that other models promise


@pytest.mark.parametrize(
    "check", [c for c in contract.CHECKS if "pipeline" not in c.__name__], ids=lambda c: c.__name__
)
@pytest.mark.parametrize("make", [words, homes])
def test_a_function_keeps_the_contract_of_every_model(make: Any, check: Any) -> None:
    check(make())


def test_labels_are_predicted_and_decided_about() -> None:
    answer = words().predict(TEXT)
    assert (answer.model, answer.task) == ("mood", "text-classification")
    assert answer.prediction.names == ["praise", "complaint"]
    assert answer.prediction.scores[0] == pytest.approx(1 / (1 + math.exp(-1)))
    assert answer.decision and answer.decision.action == "Share it"
    assert "in Python" in answer.trace[2].detail


def test_a_value_is_predicted_and_explained_exactly() -> None:
    explanation = explain(homes(), {"area": 1000, "place": "sea"})
    # v(none) = 137,500; area alone 125,000; place alone 150,000; both 150,000: Shapley by hand
    assert explanation.base == pytest.approx((50_000 + 225_000) / 2)
    assert explanation.values == pytest.approx([-6_250, 18_750])
    assert (explanation.score, explanation.unit, explanation.dtype) == (150_000, "$", "float64")


def test_words_are_explained_exactly_and_add_up() -> None:
    explanation = explain(words(), TEXT)
    labels = [feature.label.strip(",.") for feature in explanation.features]
    by_word = dict(zip(labels, explanation.values, strict=True))
    assert by_word["warm"] == pytest.approx(by_word["witty"])
    assert by_word["warm"] > 0 > by_word["slow"]
    assert by_word["film"] == 0
    assert explanation.residual < 1e-12
    assert f'"{HIDDEN}"' in explanation.baseline


def test_pictures_reach_the_function_as_rgb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "REGIONS", 4)
    monkeypatch.setattr(segments, "PATCHES", 1)
    task = inference.from_function(brightness, PICTURE, ["bright", "reddish"], multi_label=True)
    picture = Image.new("RGB", (32, 32), (255, 0, 0))
    picture.paste((0, 0, 0), (0, 0, 16, 32))
    assert dict(zip(*[(p := task.predict({"image": picture}).prediction).names, p.scores], strict=True)) == {
        "reddish": pytest.approx(0.5),
        "bright": pytest.approx(1 / 6),
    }
    explanation = explain(task, {"image": picture})
    assert figures.draw(explanation, task.parse({"image": picture})).html


@pytest.mark.parametrize(("hidden", "seen"), [(HIDDEN, "A … … film."), ("[gone]", "A [gone] [gone] film.")])
def test_each_hidden_word_is_replaced_by_one_stand_in(hidden: str, seen: str) -> None:
    texts: list[str] = []

    def listening(records: list[dict[str, Any]]) -> list[float]:
        texts.extend(record["text"] for record in records)
        return [0.0] * len(records)

    about = {**MOOD, "decision": None, "examples": []}
    task = inference.from_function(listening, about, hidden=hidden)
    explain(task, {"text": "A warm, witty film."})
    assert seen in texts
    assert "A warm, witty film." in texts


def test_a_long_text_hides_every_word_of_a_sentence() -> None:
    texts: list[str] = []

    def listening(records: list[dict[str, Any]]) -> list[float]:
        texts.extend(record["text"] for record in records)
        return [0.0] * len(records)

    task = inference.from_function(listening, {**MOOD, "decision": None, "examples": []})
    text = " ".join(f"word{i}" for i in range(2 * DIRECT))
    explain(task, {"text": text}, evaluations=16)
    assert {len(seen.split()) for seen in texts} == {len(text.split())}
    assert " ".join([HIDDEN] * len(text.split())) in texts


def test_records_are_the_functions_own_to_change() -> None:
    def careless(records: list[dict[str, Any]]) -> list[float]:
        return [float(len(record.pop("text"))) for record in records]

    task = inference.from_function(careless, {**MOOD, "decision": None})
    assert [task.predict({"text": "four"}).prediction.scores for _ in range(2)] == [[4.0], [4.0]]


# How it is described


def test_a_demo_or_what_a_demo_json_holds() -> None:
    about = Demo(task="x", title="T", summary="S", fields=(TextField(name="text", label="Text"),))
    task = inference.from_function(lambda records: [1.0] * len(records), about, name="mine")
    assert (task.name, task.id, task.demo) == ("mine", "x", about)
    assert inference.from_function(lambda records: [1.0], about).name == "lambda"


@pytest.mark.parametrize(
    ("change", "how", "said"),
    [
        ({"fields": []}, {}, "at least one with the role input"),
        ({"colour": "red"}, {}, "about: colour"),
        ({"fields": [{"kind": "smell", "name": "a", "label": "A"}]}, {}, "about: fields.0"),
        ({}, {"labels": ["one"]}, "at least two different names"),
        ({}, {"labels": ["one", "one"]}, "at least two different names"),
        ({}, {"labels": [], "multi_label": True}, "at least two different names"),
        ({}, {"labels": ["a", "b"]}, "Unknown item in decision.of 'praise'; available are a, b"),
        ({}, {"labels": None}, "available are value"),
        ({"examples": [{"title": "One", "inputs": {"text": ""}}]}, {}, "Text is missing"),
        ({}, {"background": [{"txt": "a"}]}, "Unknown field 'txt'"),
        ({"background": "rows.csv"}, {}, "rows.csv cannot be read"),
        ({"background": "../rows.csv"}, {}, "lies outside the model folder"),
    ],
)
def test_a_mistake_in_the_description_is_said_at_once(
    tmp_path: Path, change: dict[str, Any], how: dict[str, Any], said: str
) -> None:
    options = {"labels": ["complaint", "praise"], "folder": tmp_path, **how}
    with pytest.raises((ModelError, InputError), match=said):
        inference.from_function(mood, {**MOOD, **change}, **options)


def test_reference_rows_may_come_from_a_csv(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("area,place\n500,town\n1500,sea\n")
    task = inference.from_function(price, {**PRICE, "background": "rows.csv"}, folder=tmp_path)
    assert task.background == ROWS


def test_without_reference_rows_a_table_predicts_and_says_what_an_explanation_needs() -> None:
    task = inference.from_function(price, PRICE)
    assert task.predict({"area": 10, "place": "town"}).prediction.scores == [1000]
    with pytest.raises(ModelError, match="needs reference rows"):
        explain(task, {"area": 10, "place": "town"})


# What the function returns


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("many", "must return numbers"),
        (None, "must return float64[1, 2] for 1 records, got ()"),
        ([[0.5, 0.5], [0.5, 0.5]], "must return float64[1, 2] for 1 records, got (2, 2)"),
        ([0.5, 0.5], "must return float64[1, 2] for 1 records, got (2,)"),
        ([[1.0]], "got (1, 1)"),
        ([[0.5, math.nan]], "must return finite numbers, got nan"),
        ([[math.inf, 0]], "must return finite numbers, got inf"),
        ([[1.5, -0.5]], "Probabilities lie between 0 and 1, and the function returned 1.5"),
        ([[0.5, 0.6]], "must add up to 1, and the function's add up to 1.1. Where labels do not exclude"),
        ([[0.5], [0.1, 0.2]], "must return numbers"),
    ],
)
def test_what_cannot_be_used_is_said(returned: Any, said: str) -> None:
    task = inference.from_function(lambda records: returned, MOOD, ["complaint", "praise"])
    with pytest.raises(ModelError) as error:
        task.predict(TEXT)
    assert said in str(error.value)


def test_labels_that_do_not_exclude_one_another_need_not_add_up() -> None:
    task = inference.from_function(lambda records: [[0.9, 0.8]], MOOD, ["complaint", "praise"], multi_label=True)
    assert task.predict(TEXT).prediction.scores == [0.9, 0.8]


def test_an_input_error_of_the_function_reaches_the_visitor_and_others_stay_its_own() -> None:
    def choosy(records: list[dict[str, Any]]) -> list[float]:
        raise (InputError("Only in English.") if "film" in records[0]["text"] else TypeError("a fault"))

    task = inference.from_function(choosy, {**MOOD, "decision": None})
    with pytest.raises(InputError, match=r"^Only in English\.$"):
        task.predict(TEXT)
    with pytest.raises(TypeError, match="a fault"):
        task.predict({"text": "other"})


# Among other models


def test_it_stands_in_the_catalogue_beside_folders(tiny_chat: Path) -> None:
    task = words(name="rule")
    catalogue = Catalogue({"tiny-chat": tiny_chat}, made=[task])
    assert list(catalogue.demos) == ["rule", "tiny-chat"]
    assert catalogue.task("rule") is task
    assert catalogue.folders["rule"] == task.folder


def test_two_models_of_one_name_are_refused(tiny_chat: Path) -> None:
    for folders, made in (({"mood": tiny_chat}, [words()]), ({}, [words(), words()])):
        with pytest.raises(ModelError, match="Each model needs a name of its own; mood occurs twice"):
            Catalogue(folders, made=made)


def test_it_never_leaves_memory() -> None:
    task = words()
    catalogue = Catalogue({}, memory=0, made=[task])
    assert catalogue.task("mood") is catalogue.task("mood") is task


def test_a_function_of_a_conversation_gets_messages_with_hidden_words_as_dots() -> None:
    seen: list[Any] = []

    def politeness(records: list[dict[str, Any]]) -> list[float]:
        seen.extend(record["talk"] for record in records)
        return [sum(said["content"].count("please") for said in record["talk"]) / 1 for record in records]

    about = {"task": "politeness", "title": "T", "summary": "S"}
    about |= {"fields": [{"kind": "messages", "name": "talk", "label": "Talk"}]}
    task = inference.from_function(politeness, about)
    talk = [("user", "Come in please"), ("assistant", "Gladly"), ("user", "Sit please")]
    explanation = explain(task, {"talk": [{"role": role, "content": text} for role, text in talk]})
    found = dict(zip([each.label for each in explanation.features], explanation.values, strict=True))
    assert found["please"] == pytest.approx(1) and explanation.score == 2
    assert next(each[:2] for each in seen if each[2]["content"] == "… …") == [
        {"role": "user", "content": "… … …"},
        {"role": "assistant", "content": "…"},
    ]

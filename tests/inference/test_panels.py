"""The page's parts: answers as HTML in which nothing is markup but ours, the form, and files that callers name."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder

from inference import demo, models
from inference.demo import Demo
from inference.errors import Busy, InputError
from inference.fields import CategoryField, Field, HistoryField, ImageField, NumberField, TextField
from inference.panels import answer, form, remote
from inference.policy import Policy, Rule
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.types import Answer, Decision, Item, Kind, Prediction, Step

EVIL = "<img src=x onerror=alert(1)>&\"'</p>"


class Reader(HTMLParser):
    """Which tags a piece of HTML has, which attributes, and what a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def about(**more: Any) -> Demo:
    return Demo(task="text-classification", title="T", summary="S", fields=(TextField(name="a", label="A"),), **more)


def prediction(kind: Kind, name: str = "cat") -> Prediction:
    items = tuple(Item(f"{name}{i}", f"{name}{i}", 0.9 - i / 10) for i in range(1 if kind in ("value", "text") else 8))
    return Prediction(kind, "value", items, unit="ft²", text=name if kind == "text" else None)


def found(what: Prediction, decision: Decision | None = None, warnings: tuple[str, ...] = ()) -> Answer:
    return Answer("m", "t", what, decision, warnings, (Step("data input", 0.24, "Text: 3 words"),))


# Answers

DRAWN: list[tuple[Kind, list[str]]] = [
    ("labels", ["Prediction", "cat0", "90 %", "cat4", "50 %"]),
    ("value", ["Prediction", "0.9 ft²", "cat0"]),
    ("ranking", ["Prediction", "first of the suggestions", "cat0", "cat4", "0.5"]),
    ("text", ["Reply", "cat"]),
]


@pytest.mark.parametrize(("kind", "parts"), DRAWN, ids=[kind for kind, _ in DRAWN])
def test_each_kind_of_prediction_is_drawn(kind: Kind, parts: list[str]) -> None:
    text = Reader(answer.answer(found(prediction(kind)), about())).text
    for part in parts:
        assert part in text
    assert "cat5" not in text  # five are enough


def test_every_kind_of_answer_in_the_product_can_be_drawn() -> None:
    assert set(answer.FIGURES) == {kind for kind, _ in DRAWN}


@pytest.mark.parametrize("kind", answer.FIGURES)
def test_nothing_from_a_visitor_or_a_model_becomes_markup(kind: Kind) -> None:
    policy = Policy((Rule(EVIL, tone="good"),))
    plain = found(prediction(kind), Decision("Do", "so"), ("Careful.",))
    nasty = found(replace(prediction(kind, EVIL), unit=EVIL), Decision(EVIL, EVIL), (EVIL,))
    drawn = answer.answer(nasty, about(decision=policy))
    same = answer.answer(plain, about(decision=policy))
    assert Reader(drawn).tags == Reader(same).tags
    assert "onerror" not in Reader(drawn).attributes
    assert Reader(drawn).text.count(EVIL) >= 4  # name, action, reason, warning: a reader sees what was sent


@pytest.mark.parametrize(
    "html",
    [
        answer.writing(EVIL),
        answer.failure(EVIL),
        answer.headline(EVIL, EVIL),
        answer.path(replace(found(prediction("text")), trace=(Step(EVIL, 1.0, EVIL),))),
    ],
    ids=["writing", "failure", "headline", "path"],
)
def test_the_smaller_parts_escape_too(html: str) -> None:
    assert EVIL in Reader(html).text
    assert "img" not in Reader(html).tags
    assert "onerror" not in Reader(html).attributes


@pytest.mark.parametrize("tone", ["good", "caution", "bad", "neutral"])
def test_a_decision_shows_its_tone(tone: Any) -> None:
    html = answer.answer(
        found(prediction("labels"), Decision("Share", "why")), about(decision=Policy((Rule("Share", tone=tone),)))
    )
    assert f"decision {tone}" in Reader(html).attributes["class"]
    assert "Share" in Reader(html).text


def test_without_decision_and_warnings_neither_has_a_place() -> None:
    html = answer.answer(found(prediction("labels")), about())
    assert "decision" not in html
    assert "Warnings" not in html
    assert "Careful." in answer.answer(found(prediction("labels"), warnings=("Careful.",)), about())


def test_bars_are_as_long_as_their_probabilities() -> None:
    html = answer.labels(prediction("labels"))
    assert re.findall(r"width:([\d.]+)%", html) == ["90.0", "80.0", "70.0", "60.0", "50.0"]


def test_the_path_names_each_step_and_its_time() -> None:
    steps = (Step("data input", 0.24, "3 words"), Step("forward pass", 1_400.0, "on paper"))
    text = Reader(answer.path(replace(found(prediction("text")), trace=steps))).text
    for part in ("data input", "0.2 ms", "3 words", "forward pass", "1.4 s", "on paper"):
        assert part in text


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "100 %"),
        (0.974, "97 %"),
        (0.1, "10 %"),
        (0.0951, "9.5 %"),
        (0.004, "0.4 %"),
        (0.001, "0.1 %"),
        (0.0009, "< 0.1 %"),
        (1e-30, "< 0.1 %"),
        (0.0, "0 %"),
    ],
)
def test_probabilities_are_told_in_per_cent(probability: float, text: str) -> None:
    assert answer.percent(probability) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0.0, "0.0 ms"),
        (0.24, "0.2 ms"),
        (9.9, "9.9 ms"),
        (10, "10 ms"),
        (12.4, "12 ms"),
        (999, "999 ms"),
        (1_000, "1.0 s"),
        (1_449, "1.4 s"),
        (61_000, "61.0 s"),
    ],
)
def test_times_are_told_in_milliseconds_or_seconds(ms: float, text: str) -> None:
    assert answer.milliseconds(ms) == text


def test_a_text_is_shown_as_it_grows_and_then_whole(tiny_chat: Path) -> None:
    endpoints = Endpoints(Catalogue({"tiny-chat": tiny_chat}), lambda *_: iter(()))
    *growing, (last, path, said) = answer.stream(endpoints, "tiny-chat", {"prompt": "The sea"})
    texts = [Reader(html).text for html, _, _ in growing]
    assert len(texts) > 1 and all(after.startswith(before) for before, after in pairwise(texts))
    assert all(path == "" and nothing is None for _, path, nothing in growing)
    assert said is not None and texts[-1] == said.text
    assert texts[-1] in Reader(last).text
    assert "forward pass" in Reader(path).text


# Files that a caller names


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gradio's upload folder with one file in it, and a secret beside it."""
    folder = tmp_path / "gradio"
    (folder / "ab").mkdir(parents=True)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    assert Path(get_upload_folder()) == folder
    (folder / "ab" / "cat.png").write_bytes(b"picture")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "gradio-more").mkdir()
    (tmp_path / "gradio-more" / "secret.png").write_bytes(b"secret")
    return folder


def sent(path: Any) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("path", ["ab/cat.png", "ab/../ab/cat.png", "ab/./cat.png"])
def test_an_uploaded_file_becomes_a_path(uploads: Path, path: str) -> None:
    inputs = remote.received({"image": sent(f"{uploads}/{path}"), "text": "a"})
    assert inputs["text"] == "a"
    assert isinstance(inputs["image"], Path)
    assert inputs["image"].read_bytes() == b"picture"


@pytest.mark.parametrize(
    "path",
    ["../secret.png", "ab/../../secret.png", "../gradio-more/secret.png", "/etc/passwd", "link/secret.png", "file.png"],
)
def test_no_other_file_becomes_a_path(uploads: Path, path: str) -> None:
    (uploads / "link").symlink_to(uploads.parent)
    (uploads / "file.png").symlink_to(uploads.parent / "secret.png")
    named = sent(os.path.join(uploads, path))
    assert remote.received({"image": named}) == {"image": named}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "sentiment",
        3,
        ["/etc/passwd"],
        {},
        {"text": "/etc/passwd"},
        {"image": {"path": None}},
        {"image": {"path": 3}},
        {"image": {"url": "http://example.com"}},
        {"image": {"path": ""}},
        {"image": {"path": "relative.png"}},
    ],
)
def test_anything_else_stays_as_it_is(uploads: Path, value: Any) -> None:
    assert remote.received(value) == value


@pytest.mark.parametrize(
    ("error", "part"),
    [(InputError("Text is missing."), "Text is missing."), (Busy("Come back."), "Come back."), (OSError("x"), "quote")],
)
def test_a_program_is_told_what_a_visitor_is_told(error: Exception, part: str) -> None:
    def fails(model: str) -> Any:
        raise error

    def streams(model: str) -> Iterator[Any]:
        yield model
        raise error

    with pytest.raises(gr.Error) as told:
        remote.told(fails)("m")
    assert part in str(told.value.message)
    stream = remote.told_stream(streams)("m")
    assert next(stream) == "m"
    with pytest.raises(gr.Error) as told:
        next(stream)
    assert part in str(told.value.message)


def test_a_call_that_succeeds_gets_its_files_and_keeps_its_name(uploads: Path) -> None:
    def predict(model: str, inputs: dict[str, Any]) -> Any:
        return model, inputs

    def predict_stream(model: str, inputs: dict[str, Any]) -> Iterator[Any]:
        yield model, inputs

    values = ("m", {"image": sent(str(uploads / "ab" / "cat.png"))})
    expected = ("m", {"image": uploads / "ab" / "cat.png"})
    assert remote.told(predict)(*values) == expected
    assert list(remote.told_stream(predict_stream)(*values)) == [expected]
    assert remote.told(predict).__name__ == "predict"


# The form

FIELDS: list[tuple[Field, type[Any], Any]] = [
    (TextField(name="f", label="L"), gr.Textbox, ""),
    (TextField(name="f", label="L", default="hello"), gr.Textbox, "hello"),
    (ImageField(name="f", label="L"), gr.Image, None),
    (NumberField(name="f", label="L"), gr.Number, None),
    (NumberField(name="f", label="L", default=3.0), gr.Number, 3.0),
    (CategoryField(name="f", label="L", choices=("a", "b")), gr.Dropdown, None),
    (CategoryField(name="f", label="L", choices=("a", "b"), default="b"), gr.Dropdown, "b"),
    (HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}), gr.Dropdown, []),
    (HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}, default=("2",)), gr.Dropdown, ["2"]),
]
NAMES = [f"{field.kind}-{value!r}" for field, _, value in FIELDS]


def test_every_kind_of_field_has_a_widget() -> None:
    assert {field.kind for field, _, _ in FIELDS} == set(form.WIDGETS)


@pytest.mark.parametrize(("field", "kind", "value"), FIELDS, ids=NAMES)
def test_a_field_can_be_entered(field: Field, kind: type[Any], value: Any) -> None:
    widget = form.widget("model", field)
    assert type(widget) is kind
    assert (widget.label, widget.key, widget.interactive) == ("L", "model.f", True)
    assert widget.value == value
    assert form.widget("model", replace(field, unit="ft²")).label == "L (ft²)"
    assert form.widget("other", field).key == "other.f"


def test_a_history_is_chosen_by_name_and_sent_by_id() -> None:
    field = HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}, max_items=7)
    widget: Any = form.widget("model", field)
    assert widget.choices == [("One", "1"), ("Two", "2")]
    assert (widget.multiselect, widget.max_choices) == (True, 7)


@pytest.mark.parametrize("name", models.find())
def test_the_form_of_each_model_has_a_widget_per_input_and_all_examples(name: str) -> None:
    folder = models.find()[name]
    about = demo.read(folder)
    with gr.Blocks(analytics_enabled=False) as blocks:
        form.form(name, folder, about, lambda *_: iter(()), [gr.HTML("")])
    parts: list[Any] = list(blocks.blocks.values())
    keys = {part.key for part in parts if isinstance(getattr(part, "key", None), str)}
    assert keys == {f"{name}.{field.name}" for field in about.inputs} | {f"{name}.examples"}
    (dataset,) = [part for part in parts if isinstance(part, gr.Dataset)]
    assert len(dataset.samples) == len(about.examples)


def test_titles_and_summary_of_a_model_are_no_markup() -> None:
    nasty = replace(about(examples=(demo.Example(EVIL, {"a": "b"}),)), summary=EVIL)
    with gr.Blocks(analytics_enabled=False) as blocks:
        form.form("m", Path("."), nasty, lambda *_: iter(()), [])
    (html,) = [part.value for part in blocks.blocks.values() if isinstance(part, gr.HTML)]
    read = Reader(html)
    assert read.tags == ["p"]
    assert read.text == EVIL
    assert set(read.attributes) == {"class", "data-titles"}


def test_an_example_picture_is_handed_over_as_a_file_of_the_model() -> None:
    folder = models.find()["mobilenet-v2"]
    about = demo.read(folder)
    for example in about.examples:
        (path,) = form.example_values(folder, about, example)
        assert isinstance(path, str)
        assert Path(path).is_relative_to(folder) and Path(path).is_file()

"""The page's parts: answers as HTML in which nothing is markup but ours, the form, and files that callers name."""

import base64
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder
from PIL import Image

from inference import demo, models
from inference.demo import Demo
from inference.errors import Busy, InputError
from inference.fields import (
    AudioField,
    CategoryField,
    Field,
    HistoryField,
    ImageField,
    LabelsField,
    MessagesField,
    NumberField,
    SceneField,
    SeriesColumn,
    SeriesField,
    TextField,
)
from inference.panels import answer, form, remote
from inference.panels.predictions import FIGURES, Shown, parts
from inference.panels.take import FILES
from inference.policy import Policy, Rule
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.trace import Sight
from inference.types import Answer, Decision, Item, Kind, Prediction, Step, Table

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
    ("labels", ["Prediction", "cat0", "90 %", "cat4", "50 %", "3 more", "cat7"]),
    ("value", ["Prediction", "0.9 ft²", "cat0"]),
    ("ranking", ["Prediction", "first of the suggestions", "cat0", "cat4", "0.5", "cat7"]),
    ("text", ["Cat0", "cat"]),
    ("action", ["Prediction", "cat0", "90 %", "cat4", "50 %", "3 more", "cat7"]),
    ("boxes", ["Prediction", "cat0", "90 %", "cat4", "3 more", "cat7"]),
    ("spans", ["Prediction", "cat0", "0.9", "cat4", "3 more", "cat7"]),
]


@pytest.mark.parametrize(("kind", "parts"), DRAWN, ids=[kind for kind, _ in DRAWN])
def test_each_kind_of_prediction_is_drawn(kind: Kind, parts: list[str]) -> None:
    text = Reader(answer.answer(found(prediction(kind)), about())).text
    for part in parts:
        assert part in text
    assert kind == "ranking" or "cat5" not in text.partition("3 more")[0]  # of labels, five are enough at first


def test_every_kind_of_answer_in_the_product_can_be_drawn() -> None:
    assert set(FIGURES) == {kind for kind, _ in DRAWN}


@pytest.mark.parametrize("kind", FIGURES)
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
        parts.headline(EVIL, EVIL),
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


def test_what_is_known_of_items_stands_under_their_names() -> None:
    said = prediction("ranking")
    items = tuple(replace(item, facts={"popularity": f"of {i} viewers {EVIL}"}) for i, item in enumerate(said.items))
    read = Reader(answer.answer(found(replace(said, items=items)), about()))
    assert f"of 3 viewers {EVIL}" in read.text


def test_a_table_stands_beside_the_prediction_with_its_title_and_its_cells() -> None:
    beside = Table(f"Typical members {EVIL}", ("column", f"here {EVIL}"), (("age", f"31 {EVIL}"),))
    read = Reader(answer.answer(replace(found(prediction("labels")), tables=(beside,)), about()))
    assert all(f"{cell} {EVIL}" in read.text for cell in ("Typical members", "here", "31"))
    assert read.tags.count("table") == 1 and "img" not in read.tags


def test_without_decision_and_warnings_neither_has_a_place() -> None:
    html = answer.answer(found(prediction("labels")), about())
    assert "What would be done" not in html
    assert not [name for name in Reader(html).attributes["class"] if name.startswith(("decision", "warnings"))]
    assert "Careful." in answer.answer(found(prediction("labels"), warnings=("Careful.",)), about())


def test_bars_are_as_long_as_their_probabilities() -> None:
    html = FIGURES["labels"](Shown(prediction("labels")))
    assert re.findall(r"width:([\d.]+)%", html) == [f"{90 - 10 * i:.1f}" for i in range(8)]


def test_the_path_names_each_step_and_its_time() -> None:
    steps = (Step("data input", 0.24, "3 words"), Step("forward pass", 1_400.0, "on paper"))
    text = Reader(answer.path(replace(found(prediction("text")), trace=steps))).text
    for part in ("data input", "0.2 ms", "3 words", "forward pass", "1.4 s", "on paper"):
        assert part in text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0.0, "< 0.1 ms"),
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
    endpoints = Endpoints(Catalogue({"tiny-chat": tiny_chat}))
    *growing, (last, path, said) = answer.stream(endpoints, "tiny-chat", {"prompt": "The sea"})
    texts = [Reader(html).text for html, _, _ in growing]
    assert len(texts) > 1 and all(after.startswith(before) for before, after in pairwise(texts))
    assert all(path == "" and nothing is None for _, path, nothing in growing)
    assert said is not None and texts[-1] == said.prediction.text
    assert texts[-1] in Reader(last).text
    assert "forward pass" in Reader(path).text


# Asking about any output, and what page.js reads


def targets(html: str) -> list[Any]:
    """What the buttons of an answer ask about."""
    return [json.loads(target) for target in Reader(html).attributes.get("data-target", [])]


@pytest.mark.parametrize("kind", ["labels", "ranking", "action"])
def test_each_listed_item_is_a_button_that_asks_about_it(kind: Kind) -> None:
    html = answer.answer(found(prediction(kind, EVIL)), about())
    assert targets(html) == [f"{EVIL}{i}" for i in range(8)]
    assert Reader(html).tags.count("button") == 8
    assert set(Reader(html).attributes["type"]) == {"button"}


def test_each_piece_of_a_written_text_is_a_button_that_asks_about_its_token() -> None:
    said = replace(prediction("text"), text=f"a {EVIL}")
    html = FIGURES["text"](Shown(said, ["a", "", f" {EVIL}"]))
    # An empty one has none; last comes the whole.
    assert targets(html) == [{"text": said.text, "token": token} for token in (0, 2, None)]
    assert f"a {EVIL}" in Reader(html).text
    assert Reader(html).tags.count("button") == 3


@pytest.mark.parametrize("pieces", [(), ("a", "c")])
def test_a_text_whose_pieces_do_not_join_to_it_is_shown_whole(pieces: tuple[str, ...]) -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text=f"a {EVIL}"), pieces))
    assert f"a {EVIL}" in Reader(html).text
    assert "button" not in Reader(html).tags
    assert parts.ASK_HINT not in html


@pytest.mark.parametrize(("piece", "name"), [(" ", "token 2"), ("\n", "token 2"), ("\x07", "token 2"), ("b", None)])
def test_a_piece_with_nothing_to_read_has_a_name_for_screen_readers(piece: str, name: str | None) -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text=f"a{piece}"), ["a", piece]))
    assert Reader(html).attributes.get("aria-label") == ([name] if name else None)


def test_a_value_is_the_only_thing_to_ask_about() -> None:
    assert targets(answer.answer(found(prediction("value")), about())) == []


@pytest.mark.parametrize("nasty", ["</script><b>", "<!--<script>", "]]>", EVIL])
def test_embedded_json_cannot_end_its_element(nasty: str) -> None:
    read = Reader(answer.embedded("answer", {"text": nasty}) + "<i>after</i>")
    assert read.tags == ["div", "i"]
    assert read.text == "after"
    (data,) = read.attributes.pop("data-json")
    assert json.loads(data) == {"text": nasty}
    assert read.attributes == {"hidden": [""], "data-case": ["answer"]}


def test_the_embedded_answer_is_the_whole_answer() -> None:
    whole = found(prediction("labels", EVIL), warnings=(EVIL,))
    (data,) = Reader(answer.answer(whole, about())).attributes["data-json"]
    assert Answer.from_json(json.loads(data)) == whole


# What the model saw


def steps(**words: str) -> Answer:
    trace = (Step("preprocessing", 1.0, "in → out", words.get("words")), Step("forward pass", 2.0, "out"))
    return replace(found(prediction("text")), trace=trace)


def test_tokens_are_shown_as_they_are_and_no_more_than_sixty() -> None:
    shown = Reader(answer.path(steps(), Sight(tokens=(EVIL, *map(str, range(99))))))
    assert EVIL in shown.text
    assert shown.tags.count("code") == answer.TOKENS == 60
    assert "and 40 more" in shown.text
    assert "img" not in shown.tags
    assert "more" not in Reader(answer.path(steps(), Sight(tokens=("a",) * 60))).text


def test_the_picture_is_shown_in_the_size_that_the_model_gets() -> None:
    shown = Reader(answer.path(steps(), Sight(picture=Image.new("RGB", (32, 24), (10, 200, 30)))))
    assert (shown.attributes["width"], shown.attributes["height"]) == (["32"], ["24"])
    assert shown.attributes["alt"] == ["Your picture as the model sees it"]
    with Image.open(io.BytesIO(base64.b64decode(shown.attributes["src"][0].partition(",")[2]))) as picture:
        assert picture.size == (32, 24)
        pixel: Any = picture.convert("RGB").getpixel((16, 12))
        assert pixel == pytest.approx((10, 200, 30), abs=4)  # it is a JPEG


def test_without_sight_a_step_has_its_words_alone() -> None:
    assert Reader(answer.path(steps(words="cut into tokens"))).tags.count("code") == 0
    assert answer.seen(None) == ""


def test_words_stand_in_the_path_and_shapes_behind_a_fold() -> None:
    html = answer.path(steps(words=EVIL))
    steps_shown, _, fold = html.partition("<details>")
    assert EVIL in Reader(steps_shown).text and "in → out" not in steps_shown
    assert "in → out" in fold
    assert "out" in Reader(steps_shown).text  # a step without words shows its detail at once
    assert "<details>" not in answer.path(steps())


# Files that a caller names


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gradio's upload folder with one file in it, and a secret beside it."""
    folder = tmp_path / "gradio"
    (folder / "ab").mkdir(parents=True)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    assert Path(get_upload_folder()) == folder
    (folder / "ab" / "cat.png").write_bytes(b"GIF89a")
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
    assert inputs["image"].read_bytes() == b"GIF89a"


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
    (NumberField(name="f", label="L", limits=(0, 9)), gr.Number, None),
    (NumberField(name="f", label="L", limits=(0, 9), default=3.0), gr.Slider, 3.0),
    (CategoryField(name="f", label="L", choices=("a", "b")), gr.Dropdown, None),
    (CategoryField(name="f", label="L", choices=("a", "b"), default="b"), gr.Dropdown, "b"),
    (HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}), gr.HTML, []),
    (HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}, default=("2",)), gr.HTML, ["2"]),
    (SeriesField(name="f", label="L", columns=(SeriesColumn(name="c", label="C"),), length=3), gr.HTML, ""),
    (AudioField(name="f", label="L"), gr.Audio, None),
    (MessagesField(name="f", label="L"), gr.HTML, [{"role": "user", "content": ""}]),
    (LabelsField(name="f", label="L"), gr.Dropdown, []),
    (LabelsField(name="f", label="L", default=("a", "b")), gr.Dropdown, ["a", "b"]),
    (SceneField(name="f", label="L"), gr.HTML, None),
    (SceneField(name="f", label="L", default={"lane": 1, "speed": 90}), gr.HTML, {"lane": 1, "speed": 90}),
]
NAMES = [f"{field.kind}-{kind.__name__}-{value!r}" for field, kind, value in FIELDS]


def test_every_kind_of_field_has_a_widget() -> None:
    assert {field.kind for field, _, _ in FIELDS} == set(form.WIDGETS)


@pytest.mark.parametrize(("field", "kind", "value"), FIELDS, ids=NAMES)
def test_a_field_can_be_entered(field: Field, kind: type[Any], value: Any) -> None:
    widget = form.widget("model", field, field.default)
    assert type(widget) is kind
    assert (widget.label, widget.key) == ("L", "model.f")
    assert kind is gr.HTML or widget.interactive
    assert widget.value == value
    assert form.widget("model", replace(field, unit="ft²"), field.default).label == "L (ft²)"
    assert form.widget("other", field, field.default).key == "other.f"


def test_a_widget_starts_with_the_value_it_is_given() -> None:
    assert form.widget("model", TextField(name="f", label="L", default="hello"), "other").value == "other"


def test_labels_can_be_typed_and_those_of_an_example_stand_among_the_choices() -> None:
    widget: Any = form.widget("model", LabelsField(name="f", label="L", default=("a", "b"), most=7), ["b", "c"])
    assert [value for _, value in widget.choices] == ["a", "b", "c"]
    assert (widget.value, widget.multiselect, widget.allow_custom_value, widget.max_choices) == (
        ["b", "c"],
        True,
        True,
        7,
    )


def test_a_history_is_chosen_by_name_and_sent_by_id() -> None:
    facts = {"2": {"year": "1985", "popularity": "0.5", "genres": "Drama"}}
    field = HistoryField(name="f", label="L", items={"1": "One", "2": "Two"}, facts=facts, max_items=7)
    widget: Any = form.widget("model", field, ())
    assert widget.props["items"] == [("1", "One", ""), ("2", "Two", "1985 · Drama")]
    assert (widget.props["most"], widget.props["ratings"]) == (7, None)
    rated: Any = form.widget("model", replace(field, ratings=(0.5, 5.0)), {"2": 4.5, "1": None})
    assert rated.props["ratings"] == [0.5, 5.0, 0.5]
    assert rated.value == [{"item": "2", "rating": 4.5}, "1"]  # a list, for a browser puts the keys of objects in order
    assert rated.postprocess(None) == []
    assert replace(field, ratings=(0.5, 5.0)).parse(rated.preprocess(rated.value)) == {"2": 4.5, "1": None}


class Silent:
    """A model that says nothing."""

    def answered(self, values: Any, target: str = "") -> Iterator[Any]:
        return iter(())

    typed = rested = other = answered

    def follows(self) -> bool:
        return True

    def hearing(self, field: Any) -> str:
        return "Fetch a model that listens."


def formed(name: str, folder: Path, about: Demo, start: Sequence[Any] | None = None) -> list[Any]:
    """The parts of a model's form."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        form.form(name, folder, about, Silent(), [gr.HTML("", elem_id="shown") for _ in range(4)], start)
    return list(blocks.blocks.values())


@pytest.mark.parametrize("name", models.find())
def test_the_form_of_each_model_has_a_widget_per_input_and_all_examples(name: str) -> None:
    folder = models.find()[name]
    about = demo.read(folder)
    parts = formed(name, folder, about)
    keys = {part.key for part in parts if isinstance(getattr(part, "key", None), str)}
    assert keys == {f"{name}.{field.name}" for field in about.inputs} | {
        f"{name}.{part}" for part in ("examples", "target", "check", "edit", "explore", "link")
    }
    (dataset,) = [part for part in parts if isinstance(part, gr.Dataset)]
    assert len(dataset.samples) == len(about.examples)


@pytest.mark.parametrize("name", models.find())
def test_a_form_can_start_with_an_example(name: str) -> None:
    folder = models.find()[name]
    about = demo.read(folder)
    expected = form.example_values(folder, about, about.examples[1])
    parts = formed(name, folder, about, expected)
    values = {part.key: part.value for part in parts if isinstance(getattr(part, "key", None), str) and part.visible}
    given = [values[f"{name}.{field.name}"] for field in about.inputs]
    files = [field.kind in FILES for field in about.inputs]
    assert [bool(a) if is_file else a for a, is_file in zip(given, files, strict=True)] == [
        bool(b) if is_file else b for b, is_file in zip(expected, files, strict=True)
    ]


def test_a_slider_leaves_the_check_of_its_value_to_the_field() -> None:
    widget = form.widget("model", NumberField(name="f", label="L", limits=(0, 9), default=3.0), 3.0)
    assert widget.preprocess(9_000) == 9_000


def test_titles_and_summary_of_a_model_are_no_markup() -> None:
    nasty = replace(about(examples=(demo.Example(EVIL, {"a": "b"}),)), summary=EVIL)
    (html,) = [part.value for part in formed("m", Path("."), nasty) if isinstance(part, gr.HTML) and not part.elem_id]
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


def test_the_space_before_a_word_stays_outside_its_button() -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text="On time."), ("On", " time", ".")))
    assert "</button> <button" in html and ">time</button>" in html

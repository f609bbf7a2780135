"""The form: a widget per field, the examples, and what it starts with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from answered import EVIL, Reader, about

from inference import demo, models
from inference.demo import Demo
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
from inference.panels import form
from inference.panels.take import FILES

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

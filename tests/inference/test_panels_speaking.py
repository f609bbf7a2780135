"""A recorder under a text field that listens, or what has to be done before there can be one."""

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from inference.fields import AnyField, NumberField, TextField
from inference.panels.speaking import marked, speaking

LISTENS = TextField(name="text", label="Request", listens="ear")


def placed(field: AnyField, remedy: str = "") -> tuple[list[Any], list[Any]]:
    """What `speaking` gives, and the components that it places."""
    asks: Any = SimpleNamespace(hearing=lambda _: remedy, heard=lambda each, recording: f"{recording} in {each.name}")
    box = gr.Textbox(render=False)
    with gr.Blocks(analytics_enabled=False) as blocks:
        return speaking("model", field, box, asks), list(blocks.children)


def test_a_field_that_listens_has_a_recorder_whose_words_go_into_its_box() -> None:
    ((recorder, box, words),), components = placed(LISTENS)
    assert components == [recorder]
    assert recorder.sources == ["microphone", "upload"]
    assert isinstance(box, gr.Textbox)
    assert words("speech") == "speech in text"


def test_where_there_is_no_speech_model_it_says_what_to_do() -> None:
    found, (hint,) = placed(LISTENS, "Run `fetch ear`.")
    assert found == []
    assert "Run <code>fetch ear</code>." in hint.value


@pytest.mark.parametrize("field", [TextField(name="text", label="Text"), NumberField(name="n", label="Number")])
def test_under_other_fields_there_is_nothing(field: AnyField) -> None:
    assert placed(field) == ([], [])


def test_a_remedy_is_text_and_no_markup() -> None:
    assert marked('`pip "<b>"` && go') == '<code>pip "&lt;b&gt;"</code> &amp;&amp; go'

"""Damaged pictures: each is read, or refused in words; none ends the process, fills the memory, or writes anything."""

import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image
from security.pictures import KINDS, corpus
from security.watch import Watched, watched

from inference.errors import InputError
from inference.fields import AudioField, ImageField
from inference.panels.widgets.audio import audio
from inference.panels.widgets.image import image

REFUSALS = (
    "could not be read: send a whole JPEG, PNG, WebP or GIF file.",
    "may have 50,000,000 pixels; send a smaller picture.",
    "has; a side may be 100 times the other at most. Cut out the part that matters.",
)
LINE = re.compile(r" [\d,]+ × [\d,]+ pixels(?=; a side)")
GROWTH = 700
"""Megabytes: a picture of 50 million pixels, the largest that is decoded, may have four bytes each, and a copy."""


def harmless(found: Watched) -> None:
    assert (found.wrote, found.reached, found.started) == ([], [], [])
    assert found.peak - found.before < GROWTH


def test_a_sample_is_read_or_refused(tmp_path: Path) -> None:
    found = watched("security.pictures", "fields", tmp_path, count=600, seed=0)
    harmless(found)
    assert sum(found.found.values()) == 1_200
    refused = {LINE.sub("", told) for told in found.found if not told.startswith(KINDS)}
    assert refused == {f"Photo {said}" for said in REFUSALS}
    assert {told.split()[0] for told in found.found} > set(KINDS)  # some of each kind can still be read


def test_the_corpus_is_the_same_each_time_and_of_different_files() -> None:
    first = [data for _, data in corpus(400, 0)]
    assert first == [data for _, data in corpus(400, 0)]
    assert len(set(first)) > 390


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_ten_thousand_pictures_get_an_answer_or_a_refusal_over_rest(
    tiny_models: Callable[[str], Path], tmp_path: Path, seed: int
) -> None:
    folder = str(tiny_models("tiny-xray"))
    found = watched("security.pictures", "served", tmp_path, 3_000, folder=folder, count=2_500, seed=seed)
    harmless(found)
    assert sum(found.found.values()) == 2_500
    assert {told[:3] for told in found.found} == {"200", "422"}
    refused = {LINE.sub("", told[4:]) for told in found.found if told[:3] == "422"}
    assert refused == {f"X-ray {said}" for said in REFUSALS}


def saved(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def test_a_picture_of_too_many_pixels_is_refused_where_warnings_are_none() -> None:
    data = saved(Image.new("1", (7_800, 7_800)), "PNG")  # Pillow alone would warn of it, and go on
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InputError, match="may have 50,000,000 pixels"):
            ImageField(name="image", label="Photo").parse(data)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM", "EPS", "PDF", "JPEG2000"])
def test_a_sound_picture_of_another_format_is_not_opened(kind: str) -> None:
    data = saved(Image.new("RGB", (64, 64), "teal"), kind)
    with pytest.raises(InputError, match="send a whole JPEG, PNG, WebP or GIF"):
        ImageField(name="image", label="Photo").parse(data)


def test_no_widget_leaves_a_file_to_gradio() -> None:
    with gr.Blocks():
        for widget in (image(ImageField(name="a", label="A"), {}), audio(AudioField(name="b", label="B"), {})):
            assert widget.preprocess.__module__.startswith("inference.panels.widgets")

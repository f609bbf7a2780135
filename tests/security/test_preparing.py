"""What a folder asks to be prepared for its model: refused where a few bytes would fill the memory."""

import io
import json
import shutil
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import inference
from inference.errors import InputError, ModelError
from inference.fields import ImageField


def said(sound: Path, folder: Path, **entries: Any) -> Path:
    """A copy of a model folder whose preprocessor says something else."""
    shutil.copytree(sound, folder)
    file = folder / "preprocessor_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **entries}))
    return folder


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ({"height": 40_000, "width": 64}, "size height 40,000; at most 4,096"),
        ({"shortest_edge": 1_025}, "size shortest_edge 1,025; at most 1,024"),
        ({"height": 10**12, "width": 10**12}, "size height 1,000,000,000,000; at most 4,096"),
    ],
)
def test_no_picture_is_made_larger_than_models_read(
    size: dict[str, int], told: str, tiny_models: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = said(tiny_models("tiny-xray"), tmp_path / "mine", size=size)
    with pytest.raises(ModelError, match=f"mine: preprocessor_config.json brings pictures to {told}"):
        inference.load(folder)


@pytest.mark.parametrize("entries", [{"feature_size": -1}, {"chunk_length": 10**5}, {"hop_length": 1}])
def test_no_recording_is_filled_up_beyond_what_the_model_hears(
    entries: dict[str, int], tiny_models: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = said(tiny_models("tiny-speech"), tmp_path / "mine", **entries)
    with pytest.raises(ModelError, match=r"makes -?\d+ frequencies at \d+ moments of 16000 Hz, and the model hears"):
        inference.load(folder)


def test_a_picture_that_is_a_line_is_refused() -> None:
    field = ImageField(name="image", label="Picture")
    assert field.parse(Image.new("RGB", (30, 3_000))).height == 1_024
    with pytest.raises(InputError, match=r"Picture has 2 × 4,000 pixels; a side may be 100 times the other at most\."):
        field.parse(Image.new("RGB", (2, 4_000)))


def test_a_colour_profile_that_swells_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    plain = buffer.getvalue()
    packed = b"iCCP" + b"profile\0\0" + zlib.compress(bytes(300 * 1024**2), 9)
    chunk = (len(packed) - 4).to_bytes(4, "big") + packed + zlib.crc32(packed).to_bytes(4, "big")
    tracemalloc.start()
    with pytest.raises(InputError, match="could not be read"):
        ImageField(name="image", label="Picture").parse(plain[:33] + chunk + plain[33:])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 1024**2

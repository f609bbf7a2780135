"""A picture: where it may come from, what is read, and what only poses as one."""

from pathlib import Path
from typing import Any

import numpy as np
import PIL.EpsImagePlugin
import pytest
from entered import NOISE, PHOTO, parsed, refusal, saved, uri
from PIL import Image

from inference.errors import InputError
from inference.pictures import MAX_PIXELS


def test_a_data_uri_gives_the_very_pixels() -> None:
    result = parsed(NOISE)
    assert result.mode == "RGB"
    assert np.array_equal(np.asarray(result), np.asarray(NOISE))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "JPEG"])
def test_the_formats_that_the_message_names_are_read(kind: str) -> None:
    flat = Image.new("RGB", (16, 12), (200, 40, 40))
    result = parsed(flat, kind)
    assert result.size == (16, 12)
    assert np.abs(np.asarray(result, int) - [200, 40, 40]).max() <= 4


def test_a_path_that_code_passes_is_opened(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "noise.png")
    assert np.array_equal(np.asarray(PHOTO.parse(tmp_path / "noise.png")), np.asarray(NOISE))


def test_a_path_that_a_visitor_writes_is_never_opened(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "noise.png")
    value = str(tmp_path / "noise.png")
    message = refusal(PHOTO, value)
    assert message.startswith("Photo must be a picture file or a data URI (data:image/png;base64,…), got '")


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("examples/cat.jpg", "'examples/cat.jpg'"),
        ("https://example.org/cat.png", "'https://example.org/cat.png'"),
        ("data:image/png,notbase64", "'data:image/png,notbase64'"),
        (5, "5"),
        ({"path": "/etc/hosts"}, "{'path': '/etc/hosts'}"),
    ],
)
def test_what_is_no_picture_at_all_is_refused(value: Any, got: str) -> None:
    assert refusal(PHOTO, value) == (
        f"Photo must be a picture file or a data URI (data:image/png;base64,…), got {got}."
    )


UNREADABLE = "Photo could not be read: send a whole JPEG, PNG, WebP or GIF file."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just some words",
        b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        saved(NOISE)[:-60],
        saved(NOISE, "JPEG")[:300],
        saved(NOISE, "WEBP")[:200],
    ],
    ids=["empty", "text", "svg", "png-head", "gif-head", "png-cut", "jpeg-cut", "webp-cut"],
)
def test_what_only_poses_as_a_picture_is_refused(data: bytes) -> None:
    assert refusal(PHOTO, uri(data)) == UNREADABLE


def test_a_missing_file_is_refused_without_its_path(tmp_path: Path) -> None:
    assert refusal(PHOTO, tmp_path / "nothing.png") == UNREADABLE


@pytest.mark.parametrize("body", ["%%%", "AAA", "AA AA", "Zm9v\nYmFy"])
def test_damaged_base64_is_said_to_be_damaged(body: str) -> None:
    assert refusal(PHOTO, f"data:image/png;base64,{body}") == (
        "Photo is a data URI whose base64 is damaged; encode the file again."
    )


@pytest.mark.parametrize("body", ["A" * 20_000_000, "é" * 1_000_000], ids=["zeros", "not-ascii"])
def test_a_huge_base64_gets_a_short_message(body: str) -> None:
    assert refusal(PHOTO, f"data:image/png;base64,{body}") == UNREADABLE


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on the damage; what counts here is the error
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_damaged_file_never_raises_anything_but_an_input_error(kind: str) -> None:
    rng = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = saved(NOISE, kind, **({} if kind == "GIF" else {"exif": exif}))
    refused = 0
    for _ in range(250):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 5):
            damaged[place] = rng.integers(256)
        try:
            assert PHOTO.parse(uri(bytes(damaged))).mode == "RGB"
        except InputError as error:
            large, line = (
                f"Photo may have {MAX_PIXELS:,} pixels; send a smaller picture.",
                "100 times the other at most",
            )
            assert str(error) in (UNREADABLE, large) or line in str(error)
            refused += 1
    assert refused > 0


def test_a_file_never_starts_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []

    def ghostscript(*args: Any, **_: Any) -> Any:
        started.append(args)
        return Image.new("RGB", (8, 8)).im

    monkeypatch.setattr(PIL.EpsImagePlugin, "Ghostscript", ghostscript)
    assert refusal(PHOTO, uri(saved(NOISE, "EPS"))) == UNREADABLE
    assert started == []

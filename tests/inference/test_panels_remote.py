"""Files that a caller names, and what a program is told."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder

from inference.errors import Busy, InputError
from inference.panels import remote


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

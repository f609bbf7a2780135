"""Files of weights whose beginning is made to take time: refused before it is read, or before it is followed."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from inference import headers, runtime
from inference.errors import ModelError

NOTHING = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def begins(folder: Path, header: Any, length: int | None = None) -> Path:
    """A model folder whose weights are nothing but a header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes((length or len(text)).to_bytes(8, "little") + text)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    return folder


def test_a_million_tensors_of_nothing_are_refused_at_once(tmp_path: Path) -> None:
    folder = begins(tmp_path, {f"t{i}": NOTHING for i in range(10**6)})
    began = time.perf_counter()
    with pytest.raises(ModelError, match=r"model.safetensors begins with a header of 67 MB; at most 8 MB are read\."):
        runtime.sizes(folder)
    assert time.perf_counter() - began < 2


def test_many_tensors_in_a_short_header_are_counted(tmp_path: Path) -> None:
    folder = begins(tmp_path, {f"t{i}": NOTHING for i in range(60_000)})
    with pytest.raises(ModelError, match=r"holds 60,000 tensors; at most 50,000 are read from one file\."):
        runtime.load_pipeline("text-classification", folder)


@pytest.mark.parametrize(
    "header", [b"[" * 10**6, b"{", b"[]", b'{"x": 1}', b'{"x": {"shape": [-1]}}', b'{"x": {"shape": ["1"]}}', b"\xff"]
)
def test_a_header_that_is_none_is_told(header: bytes, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is cut off or damaged"):
        runtime.load_pipeline("text-classification", begins(tmp_path, header))


def test_a_header_longer_than_its_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is cut off or damaged"):
        runtime.load_pipeline("text-classification", begins(tmp_path, {"x": NOTHING}, 10_000))


def test_a_header_says_how_many_weights_each_tensor_has(tmp_path: Path) -> None:
    header = {"__metadata__": {"format": "pt"}, "a": {**NOTHING, "shape": [2, 3]}, "b": {**NOTHING, "shape": []}}
    assert headers.shapes("mine", begins(tmp_path, header) / "model.safetensors") == [6, 1]

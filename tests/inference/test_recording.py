"""A recorded stream: what its file may hold, and what it says of one that it cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest

from inference import demo, models, recording
from inference.demo import Demo
from inference.errors import ModelError
from inference.recording import Recording

SCENE = {"cars": [{"lane": 1, "distance": 12.5}, {"lane": 2, "distance": 40.0}], "speed": 25}
GOOD: dict[str, Any] = {"title": "Two", "seconds": 0.5, "ticks": [{"x": 1}, {"x": 2}], "source": "Made up."}


def written(folder: Path, data: Any) -> Path:
    (folder / "recording.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_ticks_are_inputs_of_any_kind_in_their_order(tmp_path: Path) -> None:
    found = recording.read(written(tmp_path, {**GOOD, "ticks": [SCENE, SCENE, {"x": "a word"}]}), "recording.json")
    assert found.ticks == (SCENE, SCENE, {"x": "a word"})
    assert Recording.from_json(found.to_json()) == found
    assert found.truth_of(1) is None


def test_truth_is_known_of_all_ticks_or_of_some_or_of_none(tmp_path: Path) -> None:
    found = recording.read(written(tmp_path, {**GOOD, "truth": ["odd", None]}), "recording.json")
    assert (found.truth_of(0), found.truth_of(1)) == ("odd", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"truth": ["odd"]}, "truth needs an entry for each of the 2 ticks, got 1"),
        ({"ticks": [{"x": 1}]}, "ticks"),
        ({"ticks": [1, 2]}, "ticks.0"),
        ({"ticks": [{"x": 1}] * (recording.MOST + 1)}, "ticks"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 1e9}, "seconds"),
        ({"source": None}, "source"),
        ({"pace": 2}, "pace"),
    ],
)
def test_a_mistake_is_named_by_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError) as error:
        recording.read(written(tmp_path, {**GOOD, **change}), "recording.json")
    assert f"{tmp_path.name}/recording.json: " in str(error.value)
    assert said in str(error.value)


def test_what_is_no_recording_gets_a_message(tmp_path: Path) -> None:
    for text, said in (("[1, 2", "is no valid JSON"), ("[]", "Recording")):
        (tmp_path / "recording.json").write_text(text)
        with pytest.raises(ModelError, match=said):
            recording.read(tmp_path, "recording.json")
    with pytest.raises(ModelError, match="cannot be read"):
        recording.read(tmp_path, "missing.json")
    with pytest.raises(ModelError, match="lies outside the model folder"):
        recording.read(tmp_path, "../recording.json")
    (tmp_path / "recording.json").write_text(" " * (recording.LARGEST + 1))
    with pytest.raises(ModelError, match="a recording may have 4,000,000"):
        recording.read(tmp_path, "recording.json")


def test_each_tick_is_checked_as_any_input_is(tmp_path: Path) -> None:
    field = {"name": "x", "kind": "number", "label": "X"}
    about = Demo.from_json(
        {"task": "t", "title": "T", "summary": "S", "fields": [field], "recording": "recording.json"}
    )
    assert demo.read_recording(written(tmp_path, GOOD), about) is not None
    written(tmp_path, {**GOOD, "ticks": [{"x": 1}, {"x": "many"}]})
    with pytest.raises(ModelError, match=r"recording\.json: tick 1: X must be a number, got 'many'"):
        demo.read_recording(tmp_path, about)


@pytest.mark.parametrize("name", [name for name, folder in models.find().items() if demo.read(folder).recording])
def test_the_recordings_that_come_with_the_product_are_whole(name: str) -> None:
    folder = models.find()[name]
    found = demo.read_recording(folder, demo.read(folder))
    assert found and len(found.ticks) >= 20 and len(found.source) > 40

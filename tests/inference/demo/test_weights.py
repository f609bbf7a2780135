"""Whose weights a folder shows, and which of its files can be reached."""

from pathlib import Path
from typing import Any

import pytest
from demos import LEAST, mistake, written

from inference import demo
from inference.demo import Demo

OUTSIDE = ["../x", "..", ".", "/etc", "a/b", "a\\b", "", " x", ".hidden", "x\n"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_weights_are_those_of_a_folder_beside_and_of_no_other(folder: Path, name: str) -> None:
    data = {**LEAST, "weights": name}
    assert demo.weights_of(written(folder, data)) == "mine"
    message = f"weights must be the name of a folder beside this one, got {name!r}"
    assert mistake(folder, data) == f"mine/demo.json: Value error, {message}."


@pytest.mark.parametrize("name", ["other", "mobilenet-v2", "v1.5", "a..b"])
def test_a_folder_can_show_anothers_weights(folder: Path, name: str) -> None:
    assert demo.weights_of(written(folder, {**LEAST, "weights": name})) == name
    assert demo.read(folder).weights == name


@pytest.mark.parametrize("data", [LEAST, {**LEAST, "weights": None}, {**LEAST, "weights": 3}, [], "{", "null"])
def test_without_another_name_the_weights_are_its_own(folder: Path, data: Any) -> None:
    assert demo.weights_of(written(folder, data)) == "mine"


def test_a_folder_without_a_demo_has_its_own_weights(folder: Path) -> None:
    assert demo.weights_of(folder) == "mine"


@pytest.mark.parametrize("weights", [None, "other"])
@pytest.mark.parametrize(
    "name", ["../private.png", "sub/../../private.png", "/etc/hostname", "link.png", "..", "../mine-too/private.png"]
)
def test_a_file_is_never_one_outside_the_folders(folder: Path, name: str, weights: str | None) -> None:
    for made in ("other", "mine-too", "mine/sub", "other/sub"):
        (folder.parent / made).mkdir(exist_ok=True)
    for private in ("private.png", "mine-too/private.png"):
        (folder.parent / private).write_bytes(b"private")
    (folder / "link.png").symlink_to(folder.parent / "private.png")
    found = demo.file(folder, Demo(**{**LEAST, "fields": (), "weights": weights}), name)
    homes = (folder, folder.parent / "other") if weights else (folder,)
    assert found is None or (not found.is_file() and any(found.is_relative_to(home) for home in homes))


def test_a_file_lies_in_the_folder_of_the_weights_or_in_its_own(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    about = Demo(**{**LEAST, "fields": (), "weights": "other"})
    (folder / "own.png").write_bytes(b"own")
    (folder / "both.png").write_bytes(b"own")
    (other / "both.png").write_bytes(b"other")
    (other / "theirs.png").write_bytes(b"other")
    assert demo.file(folder, about, "own.png") == folder / "own.png"
    assert demo.file(folder, about, "both.png") == other / "both.png"
    assert demo.file(folder, about, "theirs.png") == other / "theirs.png"
    assert demo.file(folder, Demo(**{**LEAST, "fields": ()}), "theirs.png") == folder / "theirs.png"  # and is not there

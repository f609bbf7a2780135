"""Which pictures an input can reach."""

from pathlib import Path
from typing import Any

import pytest
from demos import gallery, written
from PIL import Image

from inference import demo
from inference.errors import ModelError


def test_the_examples_own_pictures_become_paths(folder: Path) -> None:
    about = gallery("examples/cat.png")
    (folder / "examples").mkdir()
    Image.new("RGB", (4, 4), "red").save(folder / "examples" / "cat.png")
    resolved = demo.resolve(folder, about, {"photo": "examples/cat.png", "text": "a"})
    assert resolved == {"photo": folder / "examples" / "cat.png", "text": "a"}
    assert about.parse(resolved)["photo"].getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "value",
    [
        "demo.json",
        "examples/dog.png",
        "./examples/cat.png",
        "examples/../examples/cat.png",
        "../outside.png",
        "/etc/hostname",
        "EXAMPLES/CAT.PNG",
        "",
        None,
        5,
        ["examples/cat.png"],
        {"path": "examples/cat.png"},
    ],
)
def test_nothing_else_becomes_a_path(folder: Path, value: Any) -> None:
    resolved = demo.resolve(folder, gallery("examples/cat.png"), {"photo": value})
    assert resolved == {"photo": value}
    assert not isinstance(resolved["photo"], Path)


def test_the_name_of_a_picture_in_another_field_stays_a_text(folder: Path) -> None:
    inputs = {"text": "examples/cat.png", "unknown": "examples/cat.png"}
    assert demo.resolve(folder, gallery("examples/cat.png"), inputs) == inputs


def test_an_absolute_path_of_a_visitor_never_becomes_a_path(folder: Path) -> None:
    value = str(folder / "examples" / "cat.png")
    assert demo.resolve(folder, gallery("examples/cat.png"), {"photo": value}) == {"photo": value}


@pytest.mark.parametrize("absolute", [False, True])
def test_an_example_cannot_name_a_picture_outside_its_folder(folder: Path, absolute: bool) -> None:
    outside = folder.parent / "private.png"
    Image.new("RGB", (4, 4)).save(outside)
    name = str(outside) if absolute else "../private.png"
    about = gallery(name)
    try:
        resolved = demo.resolve(folder, demo.read(written(folder, about.to_json())), {"photo": name})
    except ModelError:
        return
    assert not isinstance(resolved["photo"], Path)


@pytest.mark.parametrize("inputs", [None, "examples/cat.png", ["examples/cat.png"], 5])
def test_inputs_that_are_no_object_are_left_to_parse(folder: Path, inputs: Any) -> None:
    assert demo.resolve(folder, gallery("examples/cat.png"), inputs) == inputs


def test_the_inputs_themselves_are_not_changed(folder: Path) -> None:
    inputs = {"photo": "examples/cat.png"}
    demo.resolve(folder, gallery("examples/cat.png"), inputs)
    assert inputs == {"photo": "examples/cat.png"}


def test_an_example_whose_picture_is_no_name_breaks_no_other_input(folder: Path) -> None:
    about = gallery("examples/cat.png", ["examples/cat.png"])
    assert demo.resolve(folder, about, {"photo": "examples/cat.png"}) == {"photo": folder / "examples" / "cat.png"}

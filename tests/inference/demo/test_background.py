"""The reference rows beside demo.json."""

from pathlib import Path

import pytest
from demos import HOUSES, ROLES

from inference import demo
from inference.errors import ModelError


def test_the_background_is_checked_like_any_input(folder: Path) -> None:
    (folder / "background.csv").write_text("style,area\nflat,50\nhouse,99.5\n", encoding="utf-8")
    assert demo.read_background(folder, HOUSES) == [
        {"area": 50.0, "style": "flat"},
        {"area": 99.5, "style": "house"},
    ]


def test_without_a_background_there_are_no_rows(folder: Path) -> None:
    assert demo.read_background(folder, ROLES) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("area,style\n101,flat\n", "Area must lie between 0 and 100, got '101'."),
        ("area,style\n5,tent\n", "Unknown Style 'tent'; available are flat, house."),
        ("area\n5\n", "Style is missing: choose one of flat, house."),
        ("area,style\n5\n", "Style is missing: choose one of flat, house."),
        ("area,style,rooms\n5,flat,2\n", "Unknown field 'rooms'; available are area, style."),
        ("area,style\n5,flat,2\n", "Unknown field 'None'; available are area, style."),
    ],
)
def test_a_row_that_does_not_fit_is_the_presenters_mistake(folder: Path, content: str, message: str) -> None:
    (folder / "background.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError) as error:
        demo.read_background(folder, HOUSES)
    assert str(error.value) == f"mine/background.csv: {message}"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read: No such file or directory"), (b"area,style\n5,fl\xffat\n", "is no CSV in UTF-8")],
    ids=["missing", "not-utf-8"],
)
def test_a_background_that_cannot_be_read_is_the_presenters_mistake(
    folder: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (folder / "background.csv").write_bytes(content)
    with pytest.raises(ModelError, match=rf"^mine/background\.csv {said}"):
        demo.read_background(folder, HOUSES)


def test_an_error_of_the_background_holds_no_path_of_the_machine(folder: Path) -> None:
    with pytest.raises(ModelError) as error:
        demo.read_background(folder, HOUSES)
    assert str(folder.parent) not in str(error.value)

"""Which column is which field, guessed and checked."""

import pytest

from inference.demo import Demo
from inference.errors import InputError
from inference.fields import AudioField, CategoryField, ImageField, NumberField, TextField
from inference.study.mapping import Columns, check, guess

TABLE = Demo(
    task="tabular-regression",
    title="T",
    summary="S",
    output="price",
    fields=(
        NumberField(name="living_area", label="Living area"),
        NumberField(name="year", label="Year built"),
        CategoryField(name="sex", label="Sex", choices=("f", "m"), role="group"),
        CategoryField(name="outcome", label="Outcome", choices=("a", "b"), role="truth"),
    ),
)
TEXT = Demo(task="text-classification", title="T", summary="S", fields=(TextField(name="text", label="Text"),))


def test_names_and_labels_are_found_however_they_are_spelt() -> None:
    found = guess(TABLE, ["Living Area", "YEAR BUILT", "Sex", "Price", "other"])
    assert found == Columns({"living_area": "Living Area", "year": "YEAR BUILT"}, "Price", ("Sex",))


def test_a_declared_truth_goes_before_a_likely_name() -> None:
    assert guess(TABLE, ["label", "outcome"]).truth == "outcome"


@pytest.mark.parametrize("header", [["review"], ["id", "Sentence", "label"], ["anything"]])
def test_the_one_text_of_a_model_is_found(header: list[str]) -> None:
    assert list(guess(TEXT, header).fields) == ["text"]


def test_of_several_unknown_columns_none_is_taken() -> None:
    assert guess(TEXT, ["a", "b"]).fields == {}


def test_lacking_columns_are_named_with_what_the_file_has() -> None:
    with pytest.raises(InputError, match=r"No column for Year built: the file has a, b\."):
        check(TABLE, ["a", "b"], Columns({"living_area": "a"}))


@pytest.mark.parametrize(
    "columns",
    [Columns({"living_area": "c", "year": "b"}), Columns({"year": "b", "colour": "a"}), Columns({}, truth="c")],
)
def test_an_unknown_column_or_field_is_named(columns: Columns) -> None:
    with pytest.raises(InputError, match=r"Unknown (column|field)"):
        check(TABLE, ["a", "b"], columns)


@pytest.mark.parametrize(
    ("kind", "column"), [(ImageField, "picture"), (AudioField, "recording"), (AudioField, "Audio")]
)
@pytest.mark.parametrize("also", [(), (TextField(name="question", label="Question"),)])
def test_the_one_picture_or_recording_is_found_beside_other_fields(
    kind: type[ImageField] | type[AudioField], column: str, also: tuple[TextField, ...]
) -> None:
    about = Demo(task="t", title="T", summary="S", fields=(kind(name="media", label="Media"), *also))
    assert guess(about, ["file", column, "question"]).fields["media"] == column
    assert "media" not in guess(about, ["question"] if also else ["file", "folder"]).fields


def test_a_value_for_every_row_takes_the_place_of_a_column() -> None:
    columns = Columns({"living_area": "a"}, constants={"year": "1950"})
    assert check(TABLE, ["a"], columns) is columns


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (Columns({"living_area": "a"}, constants={"year": "old"}), "Year built must be a number"),
        (Columns({"living_area": "a"}, constants={"year": ""}), "Year built is missing"),
        (Columns({"living_area": "a", "year": "b"}, constants={"year": "1950"}), "a column and a value for every row"),
        (Columns({"living_area": "a", "year": "b"}, constants={"colour": "red"}), "Unknown field"),
    ],
)
def test_a_value_that_no_row_can_have_is_refused_before_anything_runs(columns: Columns, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check(TABLE, ["a", "b"], columns)

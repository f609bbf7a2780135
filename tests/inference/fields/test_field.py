"""What fields of every kind have in common."""

import dataclasses
from typing import Any

import pytest
from entered import AREA, FIELDS, MOVIES, PHOTO, RATIO, STYLE, TEXT, refusal

from inference.errors import InputError
from inference.fields import (
    AnyField,
    Field,
    NumberField,
)
from inference.types import from_json

# What all have in common


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_json_both_ways(field: Field) -> None:
    assert from_json(AnyField, field.to_json(), "field") == field


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_an_unknown_key_is_refused_with_its_kind_named(field: Field) -> None:
    with pytest.raises(InputError) as error:
        from_json(AnyField, {**field.to_json(), "colour": "red"}, "field")
    assert str(error.value) == f"field: {field.kind}.colour: Unexpected keyword argument."


def test_an_unknown_kind_is_refused_with_the_kinds_that_exist() -> None:
    with pytest.raises(InputError) as error:
        from_json(AnyField, {"kind": "smell", "name": "a", "label": "A"}, "field")
    assert "'smell'" in str(error.value)
    assert all(f"'{field.kind}'" in str(error.value) for field in FIELDS)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (TEXT, None, "Review is missing: write a few words."),
        (TEXT, "", "Review is missing: write a few words."),
        (TEXT, " \n\t", "Review is missing: write a few words."),
        (AREA, None, "Living area is missing: enter a number between 20 and 1,000 m²."),
        (AREA, "", "Living area is missing: enter a number between 20 and 1,000 m²."),
        (RATIO, None, "Ratio is missing: enter a number."),
        (STYLE, None, "Style is missing: choose one of One storey, Two storeys."),
        (STYLE, "", "Style is missing: choose one of One storey, Two storeys."),
        (MOVIES, None, "Movies is missing: choose at least one."),
        (TEXT, "\u200b\x00 ", "Review is missing: write a few words."),
        (MOVIES, [], "Movies is missing: choose at least one."),
        (PHOTO, None, "Photo is missing: choose a picture."),
        (PHOTO, "", "Photo is missing: choose a picture."),
    ],
)
def test_an_empty_value_is_missing(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


# Numbers


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (AREA, 1440.0, "Living area = 1,440 m²"),
        (NumberField(name="y", label="Year", step=1), 1972.0, "Year = 1972"),
        (NumberField(name="y", label="Year", step=1), 3000.0, "Year = 3,000"),
        (NumberField(name="y", label="Plot", step=1, unit="m²"), 1972.0, "Plot = 1,972 m²"),
        (STYLE, "One storey", "Style = One storey"),
    ],
)
def test_a_value_is_described_in_a_few_words(field: Field, value: Any, text: str) -> None:
    assert field.describe(value) == text


# Pictures too large to hold


def test_every_kind_of_field_is_tested_here() -> None:
    declared = {
        next(f.default for f in dataclasses.fields(kind) if f.name == "kind") for kind in Field.__subclasses__()
    }
    assert declared == {field.kind for field in FIELDS}

"""A number: what is read as one, what is refused, and what lies outside the training data."""

import math
from typing import Any

import numpy as np
import pytest
from entered import AREA, RATIO, refusal

from inference.errors import InputError
from inference.fields import (
    Field,
    NumberField,
)

# Numbers


@pytest.mark.parametrize(
    ("value", "parsed"),
    [(20, 20.0), (1000, 1000.0), (55.5, 55.5), ("55.5", 55.5), (" 55 ", 55.0), ("1e2", 100.0), (np.float32(40), 40.0)],
)
def test_numbers_and_numeric_strings_are_read(value: Any, parsed: float) -> None:
    result = AREA.parse(value)
    assert result == parsed
    assert type(result) is float


@pytest.mark.parametrize(("value", "inside"), [(20, True), (1000, True), (math.nextafter(20, 0), False)])
def test_limits_are_inclusive(value: float, inside: bool) -> None:
    if inside:
        assert AREA.parse(value) == value
    else:
        assert refusal(AREA, value).startswith("Living area must lie between 20 and 1,000 m², got ")


def test_zero_is_a_number_and_not_missing() -> None:
    assert RATIO.parse(0) == 0
    assert NumberField(name="a", label="A", limits=(0, 0)).parse("0") == 0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (AREA, 9000, "Living area must lie between 20 and 1,000 m², got 9000."),
        (AREA, "19", "Living area must lie between 20 and 1,000 m², got '19'."),
        (AREA, True, "Living area must be a number between 20 and 1,000 m², got True."),
        (AREA, math.nan, "Living area must be a number between 20 and 1,000 m², got nan."),
        (AREA, "NaN", "Living area must be a number between 20 and 1,000 m², got 'NaN'."),
        (AREA, math.inf, "Living area must be a number between 20 and 1,000 m², got inf."),
        (AREA, "-inf", "Living area must be a number between 20 and 1,000 m², got '-inf'."),
        (AREA, [50], "Living area must be a number between 20 and 1,000 m², got [50]."),
        (AREA, {}, "Living area must be a number between 20 and 1,000 m², got {}."),
        (AREA, 1j, "Living area must be a number between 20 and 1,000 m², got 1j."),
        (RATIO, "1,000", "Ratio must be a number, got '1,000'."),
        (RATIO, "half", "Ratio must be a number, got 'half'."),
        (RATIO, False, "Ratio must be a number, got False."),
        (RATIO, "x" * 99, f"Ratio must be a number, got '{'x' * 36}…."),
        (RATIO, 10**400, f"Ratio must be a number, got 1{'0' * 36}…."),
    ],
)
def test_what_is_no_fit_number_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


def test_a_currency_stands_in_front_in_messages_too() -> None:
    price = NumberField(name="price", label="Price", unit="$", limits=(0, 5000))
    assert refusal(price, -1) == "Price must lie between 0 and $5,000, got -1."


@pytest.mark.parametrize("digits", [400, 5_000])
def test_a_whole_number_of_any_length_gets_a_message(digits: int) -> None:
    assert refusal(RATIO, 10**digits).startswith("Ratio must be a number, got ")


@pytest.mark.parametrize("value", [40, 300, 120.5])
def test_a_usual_number_warns_of_nothing(value: float) -> None:
    assert list(AREA.warnings(value)) == []


@pytest.mark.parametrize(("value", "got"), [(39, "39 m²"), (301.5, "302 m²")])
def test_a_number_outside_the_training_data_warns(value: float, got: str) -> None:
    assert list(AREA.warnings(AREA.parse(value))) == [
        f"Living area {got} lies outside the training data (40 m² to 300 m²): take the answer with care."
    ]


# Pictures too large to hold


def test_an_optional_number_may_be_left_empty_and_says_so() -> None:
    field = NumberField(name="a", label="Depth", limits=(0, 9), optional=True)
    for empty in (None, ""):
        assert math.isnan(field.parse(empty))
    assert list(field.warnings(math.nan)) == ["Depth is not known: the answer goes by the rest."]
    assert field.describe(math.nan) == "Depth not known"
    with pytest.raises(InputError, match="Depth must be a number"):
        field.parse("nan")

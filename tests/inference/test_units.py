"""Numbers as people write them."""

import pytest

from inference.units import clock, decimals, filesize, listed, number, percent, quantity


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (1, "1"),
        (12.0, "12"),
        (999, "999"),
        (1000, "1,000"),
        (181_000, "181,000"),
        (1234.4, "1,234"),
        (-1234.6, "-1,235"),
        (12.34, "12.3"),
        (0.97, "0.97"),
        (0.041_234, "0.0412"),
        (-0.5, "-0.5"),
        (0.000_123_4, "0.000123"),
        (0.000_012_34, "1.2e-05"),
        (1e9, "1,000,000,000"),
        (999.4, "999"),
    ],
)
def test_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("value", [999.5, 999.6, 999.99, -999.7])
def test_a_number_that_rounds_up_to_a_thousand_is_written_out(value: float) -> None:
    assert number(value) == f"{'-' if value < 0 else ''}1,000"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (688, "688 bytes"),
        (1_000, "1 kB"),
        (6_940, "6.9 kB"),
        (999_900, "1 MB"),
        (4_249_000, "4.2 MB"),
        (9_970_000, "10 MB"),
        (90_900_000, "91 MB"),
        (151_000_000, "151 MB"),
        (1_260_000_000, "1.3 GB"),
    ],
)
def test_bytes_read_as_people_write_them(size: int, text: str) -> None:
    assert filesize(size) == text


def test_zero_has_no_sign() -> None:
    assert number(-0.0) == "0"


@pytest.mark.parametrize(
    ("value", "unit", "places", "text"),
    [
        (1500, "ft²", None, "1,500 ft²"),
        (1500, None, None, "1,500"),
        (0.97, "", None, "0.97"),
        (181_000, "$", None, "$181,000"),
        (-1200, "$", None, "-$1,200"),
        (1200.4, "€", None, "€1,200"),
        (0.6, "£", None, "£1"),
        (-1200, "$", 2, "-$1,200.00"),
        (0.5, None, 3, "0.500"),
        (1234.567, "m", 1, "1,234.6 m"),
        (0, "$", None, "$0"),
    ],
)
def test_a_quantity_carries_its_unit(value: float, unit: str | None, places: int | None, text: str) -> None:
    assert quantity(value, unit, places) == text


def test_an_amount_that_rounds_to_nothing_has_no_sign() -> None:
    assert quantity(-0.2, "$") == "$0"


@pytest.mark.parametrize(
    ("largest", "places"),
    [(0, 0), (-3, 0), (0.147, 3), (0.0147, 4), (1, 2), (9.99, 2), (10, 1), (99.9, 1), (100, 0), (15_735, 0)],
)
def test_decimals_leave_three_significant_digits(largest: float, places: int) -> None:
    assert decimals(largest) == places


def test_decimals_stop_at_eight() -> None:
    assert decimals(1e-30) == 8


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "100 %"),
        (0.974, "97 %"),
        (0.1, "10 %"),
        (0.0951, "9.5 %"),
        (0.004, "0.4 %"),
        (0.001, "0.1 %"),
        (0.0009, "< 0.1 %"),
        (1e-30, "< 0.1 %"),
        (0.0, "0 %"),
    ],
)
def test_probabilities_are_told_in_per_cent(probability: float, text: str) -> None:
    assert percent(probability) == text


@pytest.mark.parametrize(("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_names_are_listed_as_people_write_them(names: list[str], text: str) -> None:
    assert listed(names) == text


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.42, "0.4 s"), (12.3, "12 s"), (180, "3 min"), (3600, "1 h 00 min"), (7_500, "2 h 05 min")]
)
def test_lengths_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert clock(seconds) == said

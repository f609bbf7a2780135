"""What arrives → what happens, of rows and series: refused with the place, or answered with a warning."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pictured import Asked

from inference import models
from inference.serving.endpoints import Endpoints

# Rows of a table


BAD_NUMBERS = {
    "missing": (None, "Living area is missing: enter a number between 200 and 6,000 ft²."),
    "empty": ("", "Living area is missing"),
    "a word": ("large", "Living area must be a number between 200 and 6,000 ft², got 'large'."),
    "NaN as a text": ("NaN", "must be a number between 200 and 6,000 ft², got 'NaN'."),
    "NaN": (float("nan"), "must be a number between 200 and 6,000 ft², got nan."),
    "infinite": (float("inf"), "must be a number between 200 and 6,000 ft², got inf."),
    "minus infinity as a text": ("-inf", "got '-inf'."),
    "too large a number to hold": ("1e400", "got '1e400'."),
    "above the limits": (6_001, "Living area must lie between 200 and 6,000 ft², got 6001"),
    "below the limits": (-1, "must lie between 200 and 6,000 ft², got -1"),
    "a truth value": (True, "must be a number between 200 and 6,000 ft², got True."),
    "a list": ([1_000], "must be a number between 200 and 6,000 ft², got [1000]."),
}


@pytest.fixture(scope="module")
def house(endpoints: Endpoints) -> dict[str, Any]:
    return dict(endpoints.catalogue.about("ames-house-prices").examples[0].inputs)


@pytest.mark.parametrize(("sent", "said"), BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_an_unfit_number_is_refused_with_its_field_its_range_and_what_arrived(
    ask: Callable[[str, Any], Asked], house: dict[str, Any], sent: Any, said: str
) -> None:
    status, found = ask("ames-house-prices", {**house, "Gr_Liv_Area": sent})
    assert (status, said in found["detail"]) == (422, True), found


def test_a_number_outside_the_training_data_is_answered_with_a_warning(
    ask: Callable[[str, Any], Asked], house: dict[str, Any]
) -> None:
    status, found = ask("ames-house-prices", {**house, "Gr_Liv_Area": 6_000})
    assert status == 200
    assert any("Living area 6,000 ft² lies outside the training data" in warning for warning in found["warnings"])


def test_an_unknown_category_is_refused_with_the_choices_or_warned_of(
    ask: Callable[[str, Any], Asked], house: dict[str, Any], endpoints: Endpoints
) -> None:
    field = next(f for f in endpoints.catalogue.about("ames-house-prices").fields if f.name == "Neighborhood")
    status, found = ask("ames-house-prices", {**house, "Neighborhood": "Atlantis"})
    if getattr(field, "unseen", False):
        assert (status, "'Atlantis' does not occur in the training data" in str(found["warnings"])) == (200, True)
    else:
        assert (status, "'Atlantis'; available are" in found["detail"]) == (422, True)


# Series


DAYS = models.ASSETS / "models" / "new-york-weather" / "demo.json"
BAD_SERIES = {
    "no text": (7, "got int"),
    "nothing but a header": ("date,temperature", "no row of numbers"),
    "a word for a number": (("10.9", "cold"), "enter a number, got 'cold'"),
    "no number": (("10.9", "NaN"), "enter a number, got 'NaN'"),
    "a missing day": (("2013-11-03", "2013-11-04"), "2013-11-03 is missing"),
    "a day twice": (("2013-11-03", "2013-11-02"), "comes twice"),
    "an impossible day": (("2013-11-03", "2013-11-31"), "must be written as 2013-01-31"),
    "another header": (("late_dew_point", "wetness"), "lacks the column late_dew_point"),
    "an impossible number": (("10.9", "400"), "must lie between -40 and 50 °C"),
    "a cut line": (("10.9,", ""), "cells where the first line has"),
}


@pytest.mark.parametrize(("bad", "said"), BAD_SERIES.values(), ids=BAD_SERIES)
def test_a_series_that_cannot_be_read_is_refused_with_the_place(
    ask: Callable[[str, Any], Asked], bad: Any, said: str
) -> None:
    good = json.loads(DAYS.read_text(encoding="utf-8"))["examples"][0]["inputs"]["days"].replace("11.0,", "10.9,", 1)
    status, found = ask("new-york-weather", {"days": good.replace(*bad, 1) if isinstance(bad, tuple) else bad})
    assert (status, said in found["detail"], "The last seven days" in found["detail"]) == (422, True, True), found


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e12, -5.0])
def test_a_series_that_never_moves_is_answered(ask: Callable[[str, Any], Asked], value: float) -> None:
    status, found = ask("any-series", {"series": [value] * 60})
    assert (status, found["prediction"]["items"][0]["score"]) == (200, pytest.approx(value, rel=1e-5))


def test_a_series_that_is_too_long_is_cut_and_that_is_said(ask: Callable[[str, Any], Asked]) -> None:
    status, found = ask("any-series", {"series": list(range(5_000))})
    assert status == 200
    assert "Your series has 5,000 steps: the model reads the last 90." in found["warnings"]

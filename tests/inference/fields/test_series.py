"""A series as it is entered: what is taken, what is said about it, and what each mistake gets."""

from typing import Any

import pytest

from inference.errors import InputError
from inference.fields import SeriesColumn, SeriesField

WEATHER = SeriesField(
    name="days",
    label="The last days",
    columns=(
        SeriesColumn(name="warm", label="Temperature", unit="°C", limits=(-40, 50), seen=(-10, 30)),
        SeriesColumn(name="wind", label="Wind", unit="m/s"),
    ),
    length=3,
    calendar=True,
)
PRICES = SeriesField(
    name="series", label="Your series", columns=(SeriesColumn(name="value", label="Value"),), length=5, least=3
)
GOOD = "date,warm,wind\n2013-01-01,1,0.5\n2013-01-02,2,0.5\n2013-01-03,3,0.5"


def refusal(field: SeriesField, value: Any) -> str:
    with pytest.raises(InputError) as error:
        field.parse(value)
    return str(error.value)


def test_cells_are_in_the_fields_order_whatever_that_of_the_columns() -> None:
    found = WEATHER.parse("wind,Temperature,DATE\n0.5,1,2013-01-01\n0.6,2,2013-01-02\n0.7,3,2013-01-03")
    assert found.columns == ("warm", "wind")
    assert found.titles == ("Temperature", "Wind")
    assert found.cells.tolist() == [[1, 0.5], [2, 0.6], [3, 0.7]]
    assert found.days == ("2013-01-01", "2013-01-02", "2013-01-03")
    assert found.notes == ()


def test_the_last_days_of_a_longer_series_are_taken_and_that_is_said() -> None:
    found = WEATHER.parse("date,warm,wind\n2012-12-31,abc,0\n" + GOOD.partition("\n")[2])
    assert found.days[0] == "2013-01-01"
    assert list(WEATHER.warnings(found)) == ["The last days has 4 days: the model reads the last 3."]


def test_the_newest_first_is_turned_round_and_that_is_said() -> None:
    head, *rows = GOOD.split("\n")
    found = WEATHER.parse("\n".join([head, *reversed(rows)]))
    assert found.days == ("2013-01-01", "2013-01-02", "2013-01-03")
    assert "from the oldest day to the newest" in found.notes[0]


def test_columns_that_are_not_asked_for_are_left_and_that_is_said() -> None:
    rows = [f"{row},{'rain' if i == 0 else i}" for i, row in enumerate(GOOD.split("\n"))]
    assert WEATHER.parse("\n".join(rows)).notes == ("The last days: left unread: rain.",)


def test_what_was_not_seen_in_training_is_warned_of() -> None:
    found = WEATHER.parse(GOOD.replace(",3,", ",40,"))
    (warning,) = WEATHER.warnings(found)
    assert warning.startswith(
        "Temperature 40 °C lies outside the training data (-10 to 30 °C)".replace("-10", "-10 °C")
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",2,", ",two,", "The last days, row 2 (2013-01-02), Temperature: enter a number, got 'two'."),
        (",2,", ",nan,", "row 2 (2013-01-02), Temperature: enter a number, got 'nan'"),
        (",2,", ",,", "row 2 (2013-01-02), Temperature: enter a number, got ''"),
        (",2,", ",99,", "row 2 (2013-01-02), Temperature must lie between -40 and 50 °C, got '99'."),
        ("2013-01-02", "2013-01-01", "row 2: 2013-01-01 comes twice."),
        ("2013-01-02", "2012-12-30", "row 2: 2012-12-30 stands after 2013-01-01: put the oldest first."),
        ("2013-01-03", "2013-01-05", "row 3: after 2013-01-02 comes 2013-01-05; 2013-01-03 is missing."),
        ("2013-01-02", "02/01/2013", "row 2: a date must be written as 2013-01-31, got '02/01/2013'."),
        ("2013-01-02", "2013-02-30", "row 2: a date must be written as 2013-01-31, got '2013-02-30'."),
        ("warm", "cold", "lacks the column warm (Temperature (°C)); it has date, cold, wind."),
        ("\n2013-01-03,3,0.5", "", "The last days needs at least 3 days, got 2."),
        ("date", "rain", ""),
    ],
)
def test_a_mistake_is_named_by_its_row_and_column(old: str, new: str, words: str) -> None:
    if words:
        assert words in refusal(WEATHER, GOOD.replace(old, new, 1))
    else:  # a first column of dates is one, whatever it is called
        assert WEATHER.parse(GOOD.replace(old, new, 1)).days[0] == "2013-01-01"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_told_what_is_wanted(value: Any) -> None:
    assert refusal(WEATHER, value) == "The last days is missing: enter at least 3 days of date, warm, wind."


def test_a_model_that_reads_the_calendar_needs_it() -> None:
    assert "needs a column date" in refusal(WEATHER, "warm,wind\n1,2\n1,2\n1,2")


@pytest.mark.parametrize(
    "value",
    [
        "1\n2\n4",
        [1, 2, 4],
        {"sales": [1, 2, 4]},
        "Day,Visits\nMonday,1\nTuesday,2\nFriday,4",
        "Date,Open,High,Low,Close,Volume\n2013-01-01,0,0,0,1,9\n2013-01-02,0,0,0,2,9\n2013-01-05,0,0,0,4,9",
        "2013-01-01,1\n2013-01-02,2\n2013-01-07,4",
        "time,value\n2013-01-01 06:00,1\n2013-01-01 07:00,2\n2013-01-01 08:00,4",
        "time,value\n2013-01-01T08:00:00Z,4\n2013-01-01T07:00:00Z,2\n2013-01-01T06:00:00Z,1",
    ],
    ids=["bare", "list", "one name", "days of the week", "prices", "no header", "hours", "hours, newest first"],
)
def test_one_column_is_found_whatever_it_is_called(value: Any) -> None:
    assert PRICES.parse(value).cells[:, 0].tolist() == [1, 2, 4]


def test_of_several_columns_without_a_known_name_one_has_to_be_named() -> None:
    assert "lacks the column value (Value); it has a, b" in refusal(PRICES, "a,b\n1,2\n1,2\n1,2")
    assert "must have 1 columns (value), got 2 and no line that names them" in refusal(PRICES, "1,2\n1,2\n1,2")


@pytest.mark.parametrize(("second", "words"), [("06:00", "comes twice"), ("05:00", "put the oldest first")])
def test_times_out_of_order_are_named(second: str, words: str) -> None:
    assert words in refusal(PRICES, f"t,v\n2013-01-01 06:00,1\n2013-01-01 {second},2\n2013-01-01 07:00,4")


def test_a_step_may_have_no_name_where_others_have() -> None:
    assert PRICES.parse("day,visits\nMon,1\n,2\nWed,4").days == ("Mon", "", "Wed")


def test_a_shorter_series_is_taken_down_to_the_least() -> None:
    assert len(PRICES.parse([1, 2, 3])) == 3
    assert refusal(PRICES, [1, 2]) == "Your series needs at least 3 days, got 2."


@pytest.mark.parametrize("given", [{"least": 1}, {"least": 9}, {"columns": ()}, {"columns": PRICES.columns * 2}])
def test_a_field_that_cannot_be_met_is_refused(given: Any) -> None:
    with pytest.raises(ValueError):
        SeriesField(**{"name": "s", "label": "S", "columns": PRICES.columns, "length": 5, **given})


def test_a_series_is_described_in_a_few_words() -> None:
    assert WEATHER.describe(WEATHER.parse(GOOD)) == "The last days: 3 days × 2 columns, to 2013-01-03"
    assert PRICES.describe(PRICES.parse([1, 2, 3])) == "Your series: 3 days"

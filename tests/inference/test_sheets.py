"""A table from a stranger: CSV text of any kind, rows, columns; and what is none."""

from typing import Any

import pytest

from inference import sheets
from inference.errors import InputError
from inference.sheets import Sheet, number, read


@pytest.mark.parametrize(
    "text",
    [
        "date,value\n2013-01-01,1.5\n2013-01-02,2",
        "date;value\n2013-01-01;1,5\n2013-01-02;2",
        "date\tvalue\r\n2013-01-01\t1.5\r\n2013-01-02\t2\r\n",
        '\ufeffdate,value\n"2013-01-01","1.5"\n\n2013-01-02,2\n\n',
        " date , value \n2013-01-01,1.5\n2013-01-02,2",
    ],
    ids=["commas", "semicolons", "tabs", "quotes and a mark", "spaces"],
)
def test_csv_is_read_however_it_is_written(text: str) -> None:
    found = read(text, "Days")
    assert found.header == ("date", "value")
    assert [number(cell) for cell in found.column(1)] == [1.5, 2.0]


@pytest.mark.parametrize(
    "value",
    [
        {"date": ["2013-01-01", "2013-01-02"], "value": [1.5, 2]},
        [{"date": "2013-01-01", "value": 1.5}, {"value": 2, "date": "2013-01-02"}],
        [["date", "value"], ["2013-01-01", 1.5], ["2013-01-02", 2]],
    ],
    ids=["columns", "objects", "lists"],
)
def test_json_is_read_by_rows_and_by_columns(value: Any) -> None:
    assert read(value, "Days") == Sheet(("date", "value"), [["2013-01-01", 1.5], ["2013-01-02", 2]])


@pytest.mark.parametrize("value", ["1\n2\n3", [1, 2, 3], [[1], [2], [3]], "2013-01-01,1\n2013-01-02,2"])
def test_a_first_row_of_numbers_and_dates_is_no_header(value: Any) -> None:
    assert read(value, "Days").header == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "Days has no row of numbers."),
        ("date,value", "Days has no row of numbers."),
        ("value\n1\n2,3", "Days, row 2: 2 cells where the first line has 1."),
        (7, "got int"),
        ([], "got list"),
        ({}, "each column must be a list"),
        ({"value": 3}, "'value' is none"),
        ({"a": [1], "b": [1, 2]}, "Days: the columns must be equally long, got a 1, b 2."),
        ([{"a": 1}, {"b": 2}], "Days, row 2: its columns are b, those of row 1 a."),
        ([{"a": 1}, 2], "all objects or all lists"),
        ("x" * (sheets.MAX_CHARACTERS + 1), "may have 2,000,000 characters"),
        ([1.0] * (sheets.MAX_ROWS + 1), "may have 50,000 rows, got 50,001"),
        ('a\n"' + "x" * 200_000 + '"', "Days is no CSV"),
    ],
)
def test_what_is_no_table_gets_a_message(value: Any, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(value, "Days")
    assert words in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    "cell", ["", "nan", "NaN", "inf", "-Infinity", "1e999", "abc", "1_000", True, None, [1], 10**400, "½"]
)
def test_what_is_no_finite_number_is_none(cell: Any) -> None:
    assert number(cell) is None


@pytest.mark.parametrize(("cell", "value"), [(" 1.5 ", 1.5), ("-2", -2.0), ("1e3", 1000.0), (0, 0.0), (2.5, 2.5)])
def test_a_number_is_read_from_text_or_json(cell: Any, value: float) -> None:
    assert number(cell) == value

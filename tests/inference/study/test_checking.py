"""Rows as inputs: what a field tells at a glance is what its parse says, and nothing is dropped silently."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.demo import Demo
from inference.errors import InputError
from inference.fields import AnyField, CategoryField, LabelsField, NumberField, TextField
from inference.study.cells import given as as_given
from inference.study.checking import check_chunk, parsed
from inference.study.mapping import Columns
from inference.study.source import Chunk

CELLS = st.one_of(
    st.text(max_size=8), st.floats(), st.integers(), st.none(), st.booleans(), st.sampled_from(["1", "1e3", " 2 ", "a"])
)
FIELDS: list[AnyField] = [
    NumberField(name="n", label="N", limits=(0, 1000)),
    NumberField(name="n", label="N", optional=True),
    CategoryField(name="c", label="C", choices=("a", "b")),
    CategoryField(name="c", label="C", choices=("a", "1"), unseen=True),
    TextField(name="t", label="T", max_length=5),
]


@pytest.mark.parametrize("field", FIELDS)
@settings(deadline=None)  # the first one imports pandas
@given(cells=st.lists(CELLS, max_size=6))
def test_a_column_reads_as_its_cells_do_one_by_one(field: AnyField, cells: list[Any]) -> None:
    values, faults = parsed(field, cells)
    for place, cell in enumerate(cells):
        try:
            expected = field.parse(as_given(field, cell))
        except InputError as error:
            assert faults[place] == str(error)
        else:
            assert place not in faults
            assert values[place] == expected or (math.isnan(values[place]) and math.isnan(expected))


ABOUT = Demo(
    task="tabular-classification",
    title="T",
    summary="S",
    fields=(
        NumberField(name="age", label="Age", limits=(0, 120)),
        CategoryField(name="sex", label="Sex", choices=("f", "m")),
        LabelsField(name="labels", label="Labels", role="setting", default=("a", "b")),
    ),
)


def test_each_wrong_cell_is_told_by_row_and_column() -> None:
    chunk = Chunk(0, [4, 6, 7], {"Age": ["30", "old", "200"], "s": ["f", "m", "x"]}, {5: "1 cells where …"})
    found = check_chunk(ABOUT, Columns({"age": "Age", "sex": "s"}), chunk)
    assert found.places == [0]
    assert found.raws == [{"age": 30.0, "sex": "f", "labels": ("a", "b")}]
    assert [(each.row, each.column) for each in found.problems] == [(5, ""), (6, "Age"), (7, "Age"), (7, "s")]
    assert "between 0 and 120" in found.problems[1].message


def test_what_is_the_same_in_all_rows_is_checked_once_and_refused() -> None:
    chunk = Chunk(0, [1], {"Age": ["30"]})
    with pytest.raises(InputError, match="Sex"):
        check_chunk(ABOUT, Columns({"age": "Age"}, constants={"sex": "x"}), chunk)


def test_what_is_the_same_in_all_rows_is_read_as_a_cell_is() -> None:
    columns = Columns({"age": "Age"}, constants={"sex": "m", "labels": '["x", "y, z"]'})
    found = check_chunk(ABOUT, columns, Chunk(0, [1, 2], {"Age": ["30", "40"]}))
    assert found.raws == [{"age": age, "sex": "m", "labels": ("x", "y, z")} for age in (30.0, 40.0)]


@pytest.mark.parametrize(
    ("cell", "expected"), [(3.0, "3"), (3.5, "3.5"), (7, "7"), (float("nan"), None), ("x", "x"), (None, None)]
)
def test_a_number_that_names_a_category_is_its_text(cell: Any, expected: str | None) -> None:
    assert as_given(FIELDS[2], cell) == expected

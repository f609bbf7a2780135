"""What sets a group apart, on rows whose groups are plain."""

import numpy as np

from inference.demo import Demo
from inference.fields import NumberField
from inference.groups import Groups

ABOUT = Demo(
    task="clustering",
    title="",
    summary="",
    fields=(NumberField(name="a", label="A"), NumberField(name="b", label="B", unit="$")),
)
ROWS = [{"a": float(a), "b": float(b)} for a, b in [(0, 5), (1, 5), (2, 5), (100, 5), (101, 5), (102, 4)]]
LOGITS = np.array([[-1, -9], [0, -9], [-1, -9], [-9, -1], [-9, 0], [-9, -3]], np.float64)
GROUPS = Groups(ABOUT, ROWS, {"low": 0.4, "high": 0.55, "none": 0.05}, np.column_stack([LOGITS, np.full(6, -99)]))


def test_members_nearest_the_centre_come_first() -> None:
    assert GROUPS.typical("high") == [ROWS[4], ROWS[3], ROWS[5]]


def test_the_column_that_differs_most_comes_first() -> None:
    apart, members = GROUPS.tables("low", {"a": 7.0, "b": float("nan")})
    assert apart.rows == (("A", "7", "0.5 to 1.5", "1.25 to 101"), ("B", "not known", "$5", "$5"))
    assert members.columns == ("", "yours", "member 1", "member 2", "member 3")


def test_of_a_group_without_reference_rows_only_its_share_is_said() -> None:
    assert GROUPS.facts("none") == {"share": "5.0 % of the data"}
    assert list(GROUPS.tables("none", ROWS[0])) == []


def test_without_reference_rows_there_are_no_tables() -> None:
    assert list(Groups(ABOUT, [], {"low": 1.0}, None).tables("low", ROWS[0])) == []

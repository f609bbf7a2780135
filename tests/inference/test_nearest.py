"""The smallest change of a row that passes: the fewest values, and no further than they must."""

from collections.abc import Sequence
from typing import Any

from inference import nearest
from inference.fields import CategoryField, NumberField
from inference.nearest import Freed, Verdict, smallest, tidy
from inference.types import Raw

FIELDS = [NumberField(name=name, label=name, step=1) for name in "abc"]
USUAL = {"a": 0.0, "b": 0.0, "c": 0.0}


class Asked:
    """A model that lets a row pass whose values add up to at most a limit; it counts what it is asked."""

    def __init__(self, raw: Raw, limit: float, fields: Sequence[Any] = FIELDS) -> None:
        self.raw, self.limit, self.fields = raw, limit, fields
        self.sizes: list[int] = []

    def usual(self, combinations: Sequence[Freed]) -> list[Raw]:
        self.sizes += [len(freed) for freed in combinations]
        return [self.raw | {name: USUAL.get(name, 0.0) for name in freed} for freed in combinations]

    def judge(self, rows: Sequence[Raw]) -> list[Verdict]:
        sums = [sum(row.values()) for row in rows]
        return [Verdict(total <= self.limit, total) for total in sums]

    def smallest(self) -> Raw | None:
        return smallest(self.raw, self.fields, self.usual, self.judge)


def test_one_value_changes_where_one_is_enough_and_only_as_far_as_it_must() -> None:
    asked = Asked({"a": 8.0, "b": 1.0, "c": 1.0}, 7)
    assert asked.smallest() == {"a": 5.0, "b": 1.0, "c": 1.0}  # three eighths of the way; two would leave 6
    assert set(asked.sizes) == {1}


def test_two_change_only_where_one_is_not_enough() -> None:
    asked = Asked({"a": 8.0, "b": 6.0, "c": 1.0}, 2)
    found = asked.smallest()
    assert found is not None and found["c"] == 1.0
    assert found["a"] + found["b"] <= 1
    assert set(asked.sizes) == {1, 2}


def test_none_is_found_where_nothing_passes() -> None:
    assert Asked({"a": 8.0, "b": 6.0, "c": 1.0}, -1).smallest() is None


def test_of_many_columns_the_best_combinations_grow() -> None:
    names = [f"n{i}" for i in range(30)]
    fields = [NumberField(name=name, label=name, step=1) for name in names]
    raw: Raw = {name: float(i) for i, name in enumerate(names)}
    total = sum(raw.values())
    asked = Asked(raw, total - 29 - 28 - 27, fields)
    found = asked.smallest()
    assert found is not None
    assert [name for name in names if found[name] != raw[name]] == ["n27", "n28", "n29"]
    assert asked.sizes.count(3) < 30 * nearest.KEPT


def test_a_word_changes_wholly_or_not_at_all() -> None:
    fields = [CategoryField(name="k", label="K", choices=("a", "b")), NumberField(name="x", label="X", step=1)]
    raw: Raw = {"k": "b", "x": 4.0}

    def judge(rows: Sequence[Raw]) -> list[Verdict]:
        return [Verdict(row["k"] == "a" and row["x"] <= 2, row["x"] + (row["k"] == "b")) for row in rows]

    def usual(combinations: Sequence[Freed]) -> list[Raw]:
        return [raw | {name: {"k": "a", "x": 0.0}[name] for name in freed} for freed in combinations]

    assert smallest(raw, fields, usual, judge) == {"k": "a", "x": 2.0}


def test_values_lie_on_their_steps_and_within_their_limits() -> None:
    tenths = NumberField(name="x", label="X", step=0.1, limits=(0, 1))
    assert tidy(tenths, 0.32000001) == 0.3
    assert tidy(tenths, 7.0) == 1.0
    assert tidy(NumberField(name="x", label="X", step=5), 13.0) == 15.0
    assert tidy(NumberField(name="x", label="X"), 0.123) == 0.123

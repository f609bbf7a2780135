"""How strongly columns go together, against scipy's own measures, and the groups of a wide table."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import spearmanr
from scipy.stats.contingency import association as contingency
from scipy.stats.contingency import crosstab

from explain.association import GROUPS, WIDE, association, block, clusters
from inference.fields import CategoryField, Field, NumberField
from inference.types import Raw


def pair(a: Sequence[object], b: Sequence[object], kinds: tuple[str, str]) -> float:
    return float(association([a, b], kinds)[0, 1])


def test_two_numbers_by_spearman() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 50))
    b = np.exp(b - a)
    expected = abs(spearmanr(a, b).statistic)
    assert pair(a.tolist(), b.tolist(), ("number", "number")) == pytest.approx(expected)
    assert pair(a.tolist(), np.exp(-a).tolist(), ("number", "number")) == pytest.approx(1)


def test_two_categories_by_cramér_less_what_chance_gives() -> None:
    rng = np.random.default_rng(1)
    a = rng.choice(["x", "y", "z"], 200)
    b = np.where(rng.random(200) < 0.5, a, rng.choice(["x", "y"], 200))
    found = pair(a.tolist(), b.tolist(), ("category", "category"))
    table = crosstab(a, b).count
    chance = ((table.shape[0] - 1) * (table.shape[1] - 1) - 1) / 199 / (min(table.shape) - 1)
    assert found**2 == pytest.approx(contingency(table, method="cramer") ** 2 - chance)


def test_a_category_and_a_number_by_the_share_of_variance_between_groups() -> None:
    groups, values = ["a"] * 3 + ["b"] * 3, [1.0, 2, 3, 4, 5, 6]
    between = 6 * 1.5**2 / (6 * np.var(range(6)))
    assert pair(groups, values, ("category", "number")) ** 2 == pytest.approx(between)


def test_a_category_as_fine_as_the_rows_goes_with_nothing() -> None:
    names = [f"name {i}" for i in range(60)]
    values = np.random.default_rng(2).normal(size=60).tolist()
    assert pair(names, values, ("category", "number")) < 0.2


def test_a_constant_goes_with_nothing() -> None:
    assert block([3.0] * 10, "number").shape == (10, 0)
    found = association([[3.0] * 10, list(range(10)), ["x"] * 10], ["number", "number", "category"])
    assert found.tolist() == np.eye(3).tolist()


# Groups of a wide table


def wide(columns: int, factors: int, rows: int = 200, noise: float = 0.3) -> tuple[list[Raw], list[Field]]:
    """Numbers, and every fifth a category, each after one of some hidden factors."""
    rng = np.random.default_rng(3)
    hidden = rng.normal(size=(rows, factors))
    values = hidden[:, np.arange(columns) % factors] + rng.normal(0, noise, (rows, columns))
    fields: list[Field] = []
    for i in range(columns):
        name = f"c{i}"
        category = CategoryField(name=name, label=name, choices=("low", "high"))
        fields.append(category if i % 5 == 4 else NumberField(name=name, label=name))
    return [
        {
            field.name: ("high" if value > 0 else "low") if field.kind == "category" else float(value)
            for field, value in zip(fields, row, strict=True)
        }
        for row in values
    ], fields


def test_columns_after_one_factor_make_one_group() -> None:
    rows, fields = wide(60, 12)
    found = clusters(rows, fields)
    assert sorted(itertools.chain(*found)) == sorted(field.name for field in fields)
    assert {frozenset(int(name[1:]) % 12 for name in group) for group in found} == {frozenset({i}) for i in range(12)}


@pytest.mark.parametrize(("columns", "factors"), [(WIDE + 1, 41), (300, 30), (300, 300)])
def test_a_wide_table_begins_with_a_dozen_or_so_groups_of_a_size(columns: int, factors: int) -> None:
    rows, fields = wide(columns, factors)
    found = clusters(rows, fields)
    assert GROUPS // 2 < len(found) <= GROUPS
    assert len(set(itertools.chain(*found))) == columns
    assert max(map(len, found)) <= columns / 4


def test_a_table_of_few_columns_has_no_groups() -> None:
    assert clusters(*wide(WIDE, 4)) == ()
    assert clusters([], wide(60, 4)[1]) == ()


@pytest.mark.parametrize("rows", [1, 2])
def test_too_few_rows_to_correlate_still_make_groups(rows: int) -> None:
    few, fields = wide(60, 4, rows)
    assert sorted(itertools.chain(*clusters(few, fields))) == sorted(field.name for field in fields)


def test_columns_that_never_vary_still_make_groups() -> None:
    _, fields = wide(60, 4)
    same = [{field.name: "low" if field.kind == "category" else 1.0 for field in fields}] * 30
    assert sorted(itertools.chain(*clusters(same, fields))) == sorted(field.name for field in fields)

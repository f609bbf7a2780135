"""Reference rows that represent the data, however few are used."""

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explain import background
from explain.background import FEWEST, MOST, Background, coordinates, herded, squares
from inference.fields import CategoryField, NumberField
from inference.types import Raw

AREA, HEIGHT = NumberField(name="area", label="Area"), NumberField(name="height", label="Height")
STYLE = CategoryField(name="style", label="Style", choices=("flat", "house", "boat"))


def people(count: int, seed: int = 0) -> list[Raw]:
    """Rows in two clusters of unlike size, with a category that follows them in part."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        large = rng.random() < 0.2
        style = "boat" if rng.random() < 0.1 else ("house" if large else "flat")
        rows.append({"area": 50 + 200 * large + rng.normal(0, 10), "height": rng.normal(2, 0.2), "style": style})
    return rows


def told(rows: list[Raw]) -> Background:
    return Background(rows, [AREA, HEIGHT, STYLE])


def energy(rows: list[Raw], chosen: list[int]) -> float:
    """The energy distance of some rows from all."""
    parts = [coordinates([row[field.name] for row in rows], field) for field in (AREA, HEIGHT, STYLE)]
    distances = np.sqrt(np.maximum(squares(np.concatenate(parts, 1)), 0))
    return float(2 * distances[chosen].mean() - distances[np.ix_(chosen, chosen)].mean() - distances.mean())


# The order


@pytest.mark.parametrize("count", [10, 25, 50])
def test_every_prefix_is_closer_to_all_rows_than_a_random_choice(count: int) -> None:
    rows = people(120)
    order = herded(rows, [AREA, HEIGHT, STYLE])
    assert sorted(order) == list(range(120))
    rng = np.random.default_rng(1)
    others = [energy(rows, rng.choice(120, count, replace=False).tolist()) for _ in range(50)]
    assert energy(rows, order[:count].tolist()) < 0.7 * min(others)


def test_the_order_follows_from_the_rows_alone() -> None:
    assert herded(people(60), [AREA, STYLE]).tolist() == herded(people(60), [AREA, STYLE]).tolist()


def test_the_unit_of_a_column_does_not_matter() -> None:
    rows = people(60)
    scaled = [{**row, "area": 1000 * row["area"]} for row in rows]
    assert herded(rows, [AREA, HEIGHT]).tolist() == herded(scaled, [AREA, HEIGHT]).tolist()


def test_columns_weigh_the_same_whatever_their_kind() -> None:
    rows = people(80)
    for field in (AREA, HEIGHT, STYLE):
        points = coordinates([row[field.name] for row in rows], field)
        assert squares(points).mean() == pytest.approx(2)


@pytest.mark.parametrize("rows", [[], [{"area": 1.0, "style": "flat"}], [{"area": 1.0, "style": "flat"}] * 40])
def test_no_rows_one_row_and_rows_all_the_same_have_an_order(rows: list[Raw]) -> None:
    assert sorted(herded(rows, [AREA, STYLE])) == list(range(len(rows)))
    reference = Background(rows, [AREA, STYLE]).rows(64)
    assert reference.rows == tuple(rows[: max(FEWEST, 32)])
    assert reference.weights.sum() == pytest.approx(float(bool(rows)))


def test_without_columns_there_are_no_points_to_tell_apart() -> None:
    assert herded([{}, {}], []).tolist() == [0, 1]


# How many


@pytest.mark.parametrize(
    ("evaluations", "count"),
    [(2, FEWEST), (50, FEWEST), (52, 26), (104, 52), (200, MOST), (16_384, MOST), (None, MOST)],
)
def test_the_number_of_rows_follows_the_budget_within_bounds(evaluations: int | None, count: int) -> None:
    reference = told(people(150)).rows(evaluations)
    assert len(reference.rows) == count
    assert reference.weights.tolist() == pytest.approx([1 / count] * count)
    assert reference.words == f"{count} of 150 reference rows"


def test_a_larger_budget_adds_rows_to_those_of_a_smaller_one() -> None:
    background_ = told(people(150))
    assert background_.rows(200).rows[:30] == background_.rows(60).rows


def test_few_rows_are_all_used() -> None:
    assert told(people(3)).rows().words == "3 reference rows"


def test_of_very_many_rows_a_sample_is_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CONSIDERED", 40)
    found = told(people(90))
    assert len(found.ordered) == 40
    assert found.rows().words == "40 of 90 reference rows"


# Another sample, for the sensitivity to it


def test_other_rows_are_none_of_the_first() -> None:
    found = told(people(120))
    first = found.rows(100)
    other = found.others(first)
    assert len(other.rows) == len(first.rows) == 50
    assert not {row["area"] for row in first.rows} & {row["area"] for row in other.rows}


@pytest.mark.parametrize(("count", "half"), [(120, 60), (3, 1), (1, 1)])
def test_where_too_few_are_left_half_of_all_is_taken(count: int, half: int) -> None:
    found = told(people(count))
    other = found.others(found.rows())
    assert len(other.rows) == half
    assert {row["area"] for row in other.rows} <= {row["area"] for row in found.all}
    assert other.rows == found.others(found.rows()).rows


# One for each task


class Table:
    """What is asked of a task here."""

    def __init__(self, rows: list[Raw]) -> None:
        self.background = rows
        self.demo = SimpleNamespace(inputs=(AREA, NumberField(name="x", label="X", role="setting"), STYLE))


def test_a_task_is_prepared_once_until_its_rows_change() -> None:
    task: Any = Table(people(30))
    first = background.of(task)
    assert background.of(task) is first
    assert [field.name for field in first.fields] == ["area", "style"]
    task.background = task.background[:3]
    assert background.of(task).rows().available == 3


def test_a_task_that_is_gone_is_forgotten() -> None:
    task: Any = Table(people(30))
    gone = weakref.ref(task)
    background.of(task).rows()
    del task
    gc.collect()
    assert gone() is None

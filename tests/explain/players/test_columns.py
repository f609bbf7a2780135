"""A table's players: its columns, and the reference rows that stand in for them."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hidden import AREA, BACKGROUND, STYLE, kept

from explain.players import (
    Players,
    Reference,
)
from explain.types import Feature
from inference.errors import ModelError
from inference.fields import NumberField
from inference.types import Raw


def table(raw: Raw | None = None) -> Players:
    return Players([AREA, STYLE], raw or {"area": 100.0, "style": "house"}, Reference.every(BACKGROUND), "")


@pytest.mark.parametrize("coalition", list(itertools.product([0, 1], repeat=2)))
def test_weights_add_up_to_one(coalition: tuple[int, ...]) -> None:
    assert sum(weight for weight, _ in table().inputs(kept(*coalition))) == pytest.approx(1)


@pytest.mark.parametrize(
    ("coalition", "expected"),
    [
        ((1, 1), {(100.0, "house"): 1.0}),
        ((0, 1), {(40.0, "house"): 0.5, (60.0, "house"): 0.25, (200.0, "house"): 0.25}),
        ((1, 0), {(100.0, "flat"): 0.75, (100.0, "house"): 0.25}),
        ((0, 0), {(40.0, "flat"): 0.5, (60.0, "flat"): 0.25, (200.0, "house"): 0.25}),
    ],
)
def test_hidden_columns_take_the_rows_of_the_background(
    coalition: tuple[int, int], expected: dict[tuple[float, str], float]
) -> None:
    found = {(raw["area"], raw["style"]): weight for weight, raw in table().inputs(kept(*coalition))}
    assert found == pytest.approx(expected)


def test_columns_hidden_together_come_from_one_row() -> None:
    rows = {(row["area"], row["style"]) for row in BACKGROUND}
    assert {(raw["area"], raw["style"]) for _, raw in table().inputs(kept(0, 0))} == rows
    assert (60.0, "house") not in rows


def test_all_hidden_averages_the_background() -> None:
    mean = sum(weight * raw["area"] for weight, raw in table().inputs(kept(0, 0)))
    assert mean == pytest.approx(np.mean([row["area"] for row in BACKGROUND]))


def test_a_table_needs_reference_rows() -> None:
    with pytest.raises(ModelError) as error:
        Players([AREA], {"area": 1.0}, Reference.every([]), "")
    assert str(error.value) == (
        "Explaining a table needs reference rows: name a CSV of them as background in demo.json."
    )


def test_a_column_says_its_value_and_unit() -> None:
    features = table().features
    assert [(feature.id, feature.label, feature.where) for feature in features] == [
        ("area", "Area = 100 m²", None),
        ("style", "Style = house", None),
    ]
    assert table().baseline == "hidden columns take their values from 4 reference rows, averaged (interventional)"


WIDE = [NumberField(name=f"c{i}", label=f"Column {i}") for i in range(6)]


def wide(*clusters: tuple[str, ...]) -> Players:
    row = {field.name: 1.0 for field in WIDE}
    reference = replace(Reference.every([{name: 0.0 for name in row}] * 3), available=200, clusters=clusters)
    return Players(WIDE, row, reference, "")


def test_columns_of_a_cluster_are_one_player_that_names_them() -> None:
    players = wide(("c4", "c0", "c2"), ("c5", "c1"))
    assert players.groups == ((3,), (4, 0, 2), (5, 1))
    alone, three, two = players.level(players.groups)
    assert alone == Feature("c3", "c3", "Column 3 = 1")
    assert three == Feature("c4+2", "c4", "Column 4, Column 0 and 1 more", {"fields": ["c4", "c0", "c2"]})
    assert two.label == "Column 5 and Column 1"
    assert [feature.parent for feature in players.features] == ["c4+2", "c5+1", "c4+2", None, "c4+2", "c5+1"]
    (part,) = players.level(((4, 0),))
    assert (part.id, part.parent) == ("c4+1", "c4+2")


def test_how_many_reference_rows_of_how_many_is_said() -> None:
    assert wide().baseline == "hidden columns take their values from 3 of 200 reference rows, averaged (interventional)"
    one = Players([AREA], {"area": 1.0}, Reference.every(BACKGROUND[:1]), "")
    assert one.baseline == "hidden columns take their values from 1 reference row, averaged (interventional)"


def test_weights_of_reference_rows_count() -> None:
    reference = Reference(tuple(BACKGROUND[1:]), np.array([0.5, 0.25, 0.25]), 4)
    players = Players([AREA, STYLE], {"area": 100.0, "style": "house"}, reference, "")
    found = {raw["area"]: weight for weight, raw in players.inputs(kept(0, 1))}
    assert found == {40.0: 0.5, 60.0: 0.25, 200.0: 0.25}
    assert (players.rows, players.weights.tolist()) == (reference.rows, [0.5, 0.25, 0.25])


def test_reference_rows_that_are_all_the_same_are_asked_once() -> None:
    players = Players([AREA], {"area": 1.0}, Reference.every([{"area": 5.0}] * 100), "")
    ((weight, raw),) = players.inputs(kept(0))
    assert (round(weight, 12), raw) == (1, {"area": 5.0})

"""The players of a whole input."""

from typing import Any

from hidden import AREA, BACKGROUND, MOVIES, TEXT, kept

from explain.players import (
    Players,
    Reference,
)
from inference.fields import NumberField
from inference.masks import MaskedText


def whole(**raw: Any) -> Players:
    fields = [
        TEXT,
        AREA,
        NumberField(name="heat", label="Heat", role="setting"),
        MOVIES,
    ]
    values = {"text": "warm film", "area": 100.0, "heat": 0.5, "history": ("7", "3"), **raw}
    return Players(fields, values, Reference.every(BACKGROUND), "[MASK]")


def test_the_players_of_a_whole_input_stand_one_after_the_other() -> None:
    players = whole()
    assert len(players) == 5
    assert [feature.field for feature in players.features] == ["text", "text", "area", "history", "history"]
    assert len({feature.id for feature in players.features}) == 5
    assert players.baseline.split("; ") == [
        "each hidden token of Review is replaced by [MASK]",
        "hidden columns take their values from 4 reference rows, averaged (interventional)",
        "hidden entries are absent from Movies",
    ]
    assert players.label_map(players.groups) is None


def test_each_field_is_shown_its_own_part_of_a_coalition() -> None:
    ((weight, raw),) = whole().inputs(kept(0, 1, 1, 0, 1))
    assert weight == 1
    assert raw == {"text": MaskedText("warm film", ((0, 4),)), "area": 100.0, "heat": 0.5, "history": ("3",)}


def test_a_setting_is_never_hidden() -> None:
    assert {raw["heat"] for _, raw in whole().inputs(kept(0, 0, 0, 0, 0))} == {0.5}


def test_the_input_itself_is_not_changed() -> None:
    players = whole()
    before = dict(players.raw)
    list(players.inputs(kept(0, 0, 0, 0, 0)))
    assert players.raw == before

"""Every kind of field has players of its own."""

import dataclasses

from explain.players import (
    CategoryPlayers,
    ColumnPlayers,
    FieldPlayers,
    HistoryPlayers,
    ImagePlayers,
    LabelsPlayers,
    ScenePlayers,
    TextPlayers,
)
from inference.fields import Field


def kinds_of(field: type[Field]) -> set[str]:
    """The kinds that a class of fields and its subclasses declare."""
    own = {each.default for each in dataclasses.fields(field) if each.name == "kind"} - {dataclasses.MISSING}
    return own.union(*(kinds_of(child) for child in field.__subclasses__()))


def test_every_kind_of_field_has_players() -> None:
    assert kinds_of(Field) == set(FieldPlayers.kinds)


def test_every_kind_of_field_has_a_widget() -> None:
    from inference.panels.widgets import WIDGETS

    assert kinds_of(Field) == set(WIDGETS)


def test_players_are_registered_under_their_own_kind() -> None:
    expected = {
        "text": TextPlayers,
        "image": ImagePlayers,
        "number": ColumnPlayers,
        "category": CategoryPlayers,
        "history": HistoryPlayers,
        "labels": LabelsPlayers,
        "scene": ScenePlayers,
    }
    assert expected.items() <= FieldPlayers.kinds.items()

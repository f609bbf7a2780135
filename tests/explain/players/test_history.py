"""A history's players: its items, and runs of them where it is long."""

import itertools

import pytest
from hidden import MOVIES, kept

from explain.players import (
    HistoryPlayers,
    Players,
    Reference,
)
from explain.players.field import several, singles
from inference.fields import HistoryField


def test_a_hidden_item_was_never_there() -> None:
    players = HistoryPlayers(MOVIES, ("7", "5", "3"), "")
    assert [feature.label for feature in players.features] == ["Alien", "Chinatown", "Brazil"]
    assert players.features[1].where == {"item": "5", "position": 1}
    assert players.show(kept(1, 1, 1)) == ("7", "5", "3")
    assert players.show(kept(1, 0, 1)) == ("7", "3")
    assert players.show(kept(0, 0, 0)) == ()
    assert players.baseline == "hidden entries are absent from Movies"


def test_a_rating_is_hidden_with_its_item_and_kept_beside_it() -> None:
    field = HistoryField(name="history", label="Movies", items=dict(MOVIES.catalogue), ratings=(1.0, 5.0))
    players = HistoryPlayers(field, {"7": 4.5, "5": None, "3": 1.0}, "")
    assert [feature.label for feature in players.features] == ["Alien", "Chinatown", "Brazil"]
    assert players.features[0].where == {"item": "7", "position": 0, "rating": 4.5}
    assert players.features[1].where == {"item": "5", "position": 1}
    assert players.show(kept(0, 1, 1)) == {"5": None, "3": 1.0}
    assert players.show(kept(0, 0, 0)) == {}


NAMES = {str(i): f"Film {i}" for i in range(60)}


def test_a_long_history_begins_with_runs_of_neighbours() -> None:
    field = HistoryField(name="history", label="Movies", items=NAMES, max_items=60)
    players = Players([field], {"history": tuple(NAMES)}, Reference.every([]), "")
    assert [len(group) for group in players.groups] == [4] * 12 + [3] * 4
    assert list(itertools.chain(*players.groups)) == list(range(60))
    run = players.level(players.groups)[0]
    assert run.label == "Film 0, Film 1 and 2 more"
    assert run.where == {"items": ["0", "1", "2", "3"], "position": 0}
    assert players.features[3].parent == run.id
    assert len({feature.id for feature in players.level(players.groups)}) == 16


@pytest.mark.parametrize("count", [0, 1, 48])
def test_the_items_of_a_short_history_are_players_at_once(count: int) -> None:
    field = HistoryField(name="history", label="Movies", items=NAMES, max_items=60)
    assert HistoryPlayers(field, tuple(NAMES)[:count], "").groups == singles(count)


@pytest.mark.parametrize(
    ("names", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c", "d", "e"], "a, b and 3 more")]
)
def test_several_names_are_said_briefly(names: list[str], said: str) -> None:
    assert several(names) == said

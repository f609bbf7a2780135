"""Labels' players: a hidden label is not offered."""

from hidden import kept

from explain.players import (
    LabelsPlayers,
)
from inference.fields import LabelsField


def test_a_hidden_label_is_not_offered() -> None:
    players = LabelsPlayers(LabelsField(name="labels", label="Labels"), ("sport", "tax law", "cooking"), "")
    assert [feature.label for feature in players.features] == ["sport", "tax law", "cooking"]
    assert players.features[1].where == {"item": "tax law", "position": 1}
    assert players.show(kept(1, 0, 1)) == ("sport", "cooking")
    assert players.baseline == "hidden entries of Labels are not offered"

"""The players of a recording: stretches that end where it is quiet, and what is left when some are hidden."""

import numpy as np
import pytest
from sounding import beeps, tone

from explain.players import AudioPlayers
from explain.players.audio import DIRECT, PIECE
from inference.fields import AudioField
from inference.sounds import RATE, Sound

FIELD = AudioField(name="speech", label="Recording")


def players(sound: Sound) -> AudioPlayers:
    return AudioPlayers(FIELD, sound, "")


@pytest.mark.parametrize("seconds", [0.1, 0.35, 2, 7.3, 60])
def test_pieces_and_stretches_cover_the_recording_once(seconds: float) -> None:
    made = players(Sound(tone(seconds)))
    ends = [end for _, end in made.spans]
    assert [start for start, _ in made.spans] == [0, *ends[:-1]] and ends[-1] == round(seconds * RATE)
    assert [atom for group in made.groups for atom in group] == list(range(len(made.features)))
    assert len(made.groups) == min(DIRECT, len(made.features))
    assert len({feature.id for feature in made.features}) == len(made.features)


def test_stretches_end_where_it_is_quiet() -> None:
    sound = beeps(*[0.3] * 20)  # 0.3 s of tone, 0.3 s of silence, and so on: 12 s
    made = players(sound)
    cuts = [made.spans[group[0]][0] for group in made.groups[1:]]
    around = [np.abs(sound.samples[cut - 800 : cut + 800]).min(initial=1) for cut in cuts]
    assert max(around) < 0.01


def test_a_hidden_stretch_is_silent_and_the_rest_as_it_was() -> None:
    sound, made = Sound(tone(1)), players(Sound(tone(1)))
    kept = np.arange(len(made.features)) != 3
    shown = made.show(kept).composed().samples
    start, end = made.spans[3]
    assert not shown[start:end].any()
    np.testing.assert_array_equal(np.delete(shown, range(start, end)), np.delete(sound.samples, range(start, end)))


def test_the_second_baseline_is_noise_as_loud_as_the_quiet_parts() -> None:
    made = players(Sound(np.concatenate([tone(1), tone(1, loud=0.01)])))
    made.otherwise()
    hidden = made.show(np.zeros(len(made.features), bool)).composed().samples
    assert 0.002 < hidden.std() < 0.02
    assert made.baseline == "hidden stretches of Recording are noise, as loud as its quietest tenth"


def test_a_feature_says_when_it_is() -> None:
    made = players(Sound(tone(1)))
    assert made.features[2].label == "0.2 to 0.3 s"
    assert made.features[2].where == {"seconds": [pytest.approx(0.2), pytest.approx(0.2 + PIECE)]}
    assert made.together([2, 3]).label == "0.2 to 0.4 s"

"""A recording as its waveform under the colours of its stretches."""

import numpy as np
from explained import explained, page
from sounding import tone

from explain.players import AudioPlayers
from explain.types import Explanation
from inference.fields import AudioField
from inference.sounds import Sound


def test_each_stretch_is_a_stripe_coloured_by_its_value_and_as_wide_as_it_lasts() -> None:
    sound = Sound(tone(1))
    players = AudioPlayers(AudioField(name="speech", label="Recording"), sound, "")
    values = np.linspace(-0.5, 1.0, len(players.features)).tolist()
    explanation = Explanation(**{**vars(explained(values)), "features": players.features})
    read = page(explanation, {"speech": sound})
    stripes = [rect for rect in read.of("rect") if "style" in rect]
    assert [stripe["class"] for stripe in stripes] == ["against" if value < 0 else "for" for value in values]
    assert sum(float(stripe["width"]) for stripe in stripes) == 600
    assert stripes[-1]["style"] == "--strength:1.00"


def test_a_silent_recording_is_a_line() -> None:
    sound = Sound(0 * tone(0.5))
    players = AudioPlayers(AudioField(name="speech", label="Recording"), sound, "")
    explanation = Explanation(**{**vars(explained([0.0] * len(players.features))), "features": players.features})
    (path,) = page(explanation, {"speech": sound}).of("path")
    assert "nan" not in (path["d"] or "")

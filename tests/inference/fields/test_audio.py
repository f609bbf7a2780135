"""The field of kind audio: what it takes, what it refuses and warns of, and in which words."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounding import tone, wav

from inference.errors import InputError
from inference.fields import AnyField, AudioField
from inference.sounds import RATE, Sound
from inference.types import from_json

SPOKEN = AudioField(name="speech", label="Recording", max_seconds=2)


def uri(data: bytes) -> str:
    return f"data:audio/wav;base64,{base64.b64encode(data).decode()}"


def test_json_both_ways() -> None:
    assert from_json(AnyField, SPOKEN.to_json(), "field") == SPOKEN


def test_a_path_a_data_uri_samples_and_a_sound_are_the_same(tmp_path: Path) -> None:
    data, path = wav(tone(0.5)), tmp_path / "a.wav"
    path.write_bytes(data)
    for value in (path, uri(data), (RATE, tone(0.5)), Sound(tone(0.5))):
        np.testing.assert_allclose(SPOKEN.parse(value).samples, tone(0.5), atol=1e-6)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Recording is missing: record something, or choose a sound file."),
        ("", "Recording is missing: record something, or choose a sound file."),
        (7, "Recording must be a sound file or a data URI (data:audio/wav;base64,…), got 7."),
        ("/etc/passwd", "Recording must be a sound file or a data URI (data:audio/wav;base64,…), got '/etc/passwd'."),
        ("data:audio/wav;base64,%%%", "Recording is a data URI whose base64 is damaged; encode the file again."),
        ("data:audio/wav;base64,AAAA", "Recording could not be read: send WAV, FLAC, OGG or MP3, whole."),
        (Sound(tone(0.01)), "Recording must last 0.1 s at least, got 0.0 s."),
        (Sound(tone(3)), "Recording may last 2.0 s, got 3.0 s; send a part of it."),
        (uri(wav(tone(3))), "Recording may last 2.0 s, got 3.0 s; send a part of it."),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(value: Any, said: str) -> None:
    with pytest.raises(InputError) as error:
        SPOKEN.parse(value)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (0 * tone(1), "Recording is silent: nothing can be heard in it."),
        (tone(1, loud=0.01), "Recording is very quiet (1.0 % of full scale): record closer, or louder."),
        (np.clip(tone(1, loud=3), -1, 1), "Recording is too loud: 78 % of it is cut off at full scale."),
    ],
)
def test_what_is_unusual_is_warned_of(samples: np.ndarray, said: str) -> None:
    assert list(SPOKEN.warnings(Sound(samples))) == [said]


def test_an_ordinary_recording_is_described_without_a_warning() -> None:
    assert list(SPOKEN.warnings(Sound(tone(1)))) == []
    assert SPOKEN.describe(Sound(tone(1.25))) == "Recording: 1.2 s, one channel at 16 kHz"

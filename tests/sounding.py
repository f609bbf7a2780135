"""Recordings for tests: tones and silence, as samples and as files."""

import io

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from inference.sounds import RATE, Sound


def tone(seconds: float, hertz: float = 440, rate: int = RATE, loud: float = 0.5) -> NDArray[np.float32]:
    """A sine, float32[samples]."""
    times = np.arange(round(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def beeps(*seconds: float) -> Sound:
    """Tones of these lengths, with as much silence after each."""
    return Sound(np.concatenate([part for each in seconds for part in (tone(each), 0 * tone(each))]))


def wav(samples: NDArray[np.generic], rate: int = RATE) -> bytes:
    """A WAV file's content."""
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()

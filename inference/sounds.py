"""Sound from strangers: opened, checked for length before it is decoded, brought to one rate and one channel, cut into
parts.

WAV is read by scipy; for FLAC, OGG and MP3, soundfile (libsndfile) is asked, which comes with the extra `speech`.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from .units import clock

RATE = 16_000
"""Samples a second, as speech models take them."""
RATES = (1_000, 384_000)
"""Samples a second that a file may have."""
SEARCH = 5.0
"""Seconds before the end of a part in which the quietest place is looked for, to cut there."""
HOP = 0.05
"""Seconds over which loudness is taken."""

Samples = NDArray[np.float32]

DAMAGED = (ValueError, EOFError, OSError, IndexError, TypeError, NameError, MemoryError, ArithmeticError, struct.error)
"""What scipy raises for damaged files."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel, float32[samples] from −1 to 1 at RATE."""

    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE


class Unreadable(Exception):
    """No sound file that can be read here; the message says what to send instead."""


class TooLong(Exception):
    """A sound that lasts longer than it may; the message says how long it may last."""


def read(data: bytes, max_seconds: float) -> Sound:
    """A sound file's content. Raises Unreadable, and TooLong where it lasts more than `max_seconds`."""
    rate, samples = wav(data) if data[:4] == b"RIFF" and data[8:12] == b"WAVE" else other(data, max_seconds)
    return brought(samples, rate, max_seconds)


def brought(samples: NDArray[np.generic], rate: int, max_seconds: float) -> Sound:
    """Samples [n] or [n, channels] of any numeric type as a Sound. Raises Unreadable, TooLong."""
    if not RATES[0] <= rate <= RATES[1] or samples.ndim not in (1, 2) or not len(samples):
        raise Unreadable("it holds no samples, or at no rate that sound is recorded at")
    limit(len(samples) / rate, max_seconds)
    mono = scaled(samples)
    if mono.ndim == 2:
        mono = mono.mean(1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise Unreadable("it holds samples that are no numbers")
    return Sound(resampled(np.clip(mono, -1, 1).astype(np.float32), rate))


def scaled(samples: NDArray[np.generic]) -> Samples:
    """Samples from −1 to 1: integers by their range, floating ones as they are."""
    found = samples.astype(np.float32)
    if samples.dtype == np.uint8:  # which WAV centres at 128
        return found / np.float32(128) - np.float32(1)
    return found / np.float32(2 ** (8 * samples.dtype.itemsize - 1)) if samples.dtype.kind == "i" else found


def resampled(samples: Samples, rate: int) -> Samples:
    """The same sound at RATE, by a polyphase filter."""
    if rate == RATE:
        return samples
    from scipy.signal import resample_poly

    shared = gcd(rate, RATE)
    found: Samples = resample_poly(samples, RATE // shared, rate // shared).astype(np.float32)
    return np.clip(found, -1, 1)


def limit(seconds: float, max_seconds: float) -> None:
    """Raises TooLong."""
    if seconds > max_seconds:
        raise TooLong(f"may last {clock(max_seconds)}, got {clock(seconds)}")


def wav(data: bytes) -> tuple[int, NDArray[np.generic]]:
    """Rate and samples of a WAV file. Raises Unreadable."""
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of chunks that say who made it
            return wavfile.read(io.BytesIO(data))
    except DAMAGED as error:
        raise Unreadable("the WAV file is damaged, or of a kind that is rarely used") from error


def other(data: bytes, max_seconds: float) -> tuple[int, NDArray[np.generic]]:
    """Rate and samples of another sound file, its length checked before it is decoded. Raises as `read`."""
    try:
        import soundfile
    except ImportError:
        raise Unreadable('WAV is read here; for FLAC, OGG and MP3 the extra "speech" has to be installed') from None
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            limit(file.frames / max(file.samplerate, 1), max_seconds)
            return file.samplerate, file.read(dtype="float32")
    except (soundfile.SoundFileError, ValueError, MemoryError) as error:
        raise Unreadable("send WAV, FLAC, OGG or MP3, whole") from error


def cuts(samples: NDArray[np.float32], longest: int) -> list[tuple[int, int]]:
    """A recording in parts of at most `longest` samples, (start, end) each, cut where it is quietest near their end."""
    spans, start, hop = [], 0, round(HOP * RATE)
    while len(samples) - start > longest:
        first = start + longest - min(round(SEARCH * RATE), longest // 3)
        last = samples[first : start + longest]
        loud = np.square(last[: len(last) // hop * hop].reshape(-1, hop)).mean(1)
        end = first + int(loud.argmin()) * hop + hop // 2
        spans.append((start, end))
        start = end
    return [*spans, (start, len(samples))]

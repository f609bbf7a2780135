"""Sound from strangers: what is read, how it is scaled and resampled, and what is refused before it is decoded."""

import builtins
import io
import tracemalloc
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import soundfile
from sounding import tone, wav

from inference.sounds import RATE, TooLong, Unreadable, brought, read


def peak(samples: np.ndarray) -> float:
    """The frequency that is loudest, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * RATE / len(samples))


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_becomes_ours_and_the_tone_stays(rate: int) -> None:
    found = read(wav(tone(1, 440, rate), rate), 10)
    assert found.samples.dtype == np.float32 and found.seconds == pytest.approx(1, abs=1e-3)
    assert peak(found.samples) == pytest.approx(440, abs=2)
    assert np.abs(found.samples[2_000:-2_000]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "float32", "float64"])
def test_every_width_of_samples_means_the_same_loudness(kind: str) -> None:
    exact = tone(0.5)
    if kind.startswith("float"):
        samples = exact.astype(kind)
    else:
        bits = np.dtype(kind).itemsize * 8
        samples = np.round(exact * (2 ** (bits - 1) - 1) + (128 if kind == "uint8" else 0)).astype(kind)
    np.testing.assert_allclose(read(wav(samples), 10).samples, exact, atol=0.01)


def test_channels_are_averaged() -> None:
    stereo = np.stack([tone(0.5), np.zeros_like(tone(0.5))], axis=1)
    np.testing.assert_allclose(read(wav(stereo), 10).samples, tone(0.5) / 2, atol=1e-6)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_compressed_files_are_read_too(kind: str) -> None:
    file = io.BytesIO()
    soundfile.write(file, tone(1), RATE, format=kind)
    assert peak(read(file.getvalue(), 10).samples) == pytest.approx(440, abs=2)


def test_a_long_compressed_file_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(60 * RATE, np.float32), RATE, format="FLAC")
    monkeypatch.delattr(soundfile.SoundFile, "read")
    with pytest.raises(TooLong, match=r"may last 10 s, got 1 min"):
        read(file.getvalue(), 10)


def test_three_hours_are_too_long() -> None:
    with pytest.raises(TooLong, match=r"may last 10 min, got 3 h 00 min"):
        brought(np.zeros(3 * 3600 * 1_000, np.int16), 1_000, 600)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00" + b"\xff" * 40,
        b"\x89PNG",
    ],
)
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, 10)


def test_half_a_file_is_read_as_far_as_it_goes_or_refused() -> None:
    whole = wav(tone(1))
    for end in range(0, len(whole), 997):
        with suppress(Unreadable):
            assert read(whole[:end], 10).seconds <= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_refused_and_takes_no_memory_that_it_only_claims(seed: int) -> None:
    whole, random = np.frombuffer(wav(tone(0.05)), np.uint8), np.random.default_rng(seed)
    tracemalloc.start()
    for _ in range(400):
        damaged = whole.copy()
        damaged[random.integers(12, 64, 3)] = random.integers(0, 256, 3)
        with suppress(Unreadable, TooLong):
            read(damaged.tobytes(), 10)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100e6


@pytest.mark.parametrize(("samples", "rate"), [(np.zeros(0), RATE), (np.zeros(9), 10), (np.full(9, np.nan), RATE)])
def test_samples_that_are_none_are_refused(samples: np.ndarray, rate: int) -> None:
    with pytest.raises(Unreadable):
        brought(samples, rate, 10)


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "soundfile":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unreadable, match=r"WAV is read here.*speech"):
        read(b"fLaC", 10)

"""The players of a recording: stretches that end where it is quiet, and the pieces they fall into. Knows no model."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inference.fields import Field
from inference.masks import Kept, MaskedSound, Stretches
from inference.sounds import RATE, Sound

from ..types import Feature
from .field import FieldPlayers, singles

PIECE = 0.1
"""Seconds of an atom: about a sound of speech."""
DIRECT = 20
"""Stretches that a recording is cut into; a short one into as many as it has atoms."""
REACH = 0.4
"""How far from its even place, in shares of a stretch, a cut may move to where it is quieter."""


class AudioPlayers(FieldPlayers):
    """Stretches of a recording; a hidden one is silent."""

    kind = "audio"
    words = "stretches of sound"
    masks: Stretches

    def __init__(self, field: Field, value: Sound, stand_in: str) -> None:
        self.name, self.label, self.sound = field.name, field.label, value
        count = max(1, min(round(value.seconds / PIECE), 255))
        edges = np.linspace(0, len(value.samples), count + 1).round().astype(int)
        self.spans = tuple(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        self.groups = stretches(loudness(value.samples, self.spans)) if count > DIRECT else singles(count)
        self.features = tuple(self.together([atom]) for atom in range(count))
        self.masks = Stretches(self.spans, np.zeros_like(value.samples))
        self.baseline = f"hidden stretches of {self.label} are silent"

    def otherwise(self) -> None:
        samples = self.sound.samples
        level = np.sqrt(np.quantile(loudness(samples, self.spans), 0.1))
        noise = np.random.default_rng(0).normal(0, max(float(level), 1e-4), len(samples))
        self.masks = Stretches(self.spans, noise.astype(np.float32))
        self.baseline = f"hidden stretches of {self.label} are noise, as loud as its quietest tenth"

    def show(self, kept: Kept) -> MaskedSound:
        return MaskedSound(self.sound, self.masks, kept)

    def together(self, atoms: Sequence[int]) -> Feature:
        start, end = self.spans[atoms[0]][0] / RATE, self.spans[atoms[-1]][1] / RATE
        label = f"{start:.1f} to {end:.1f} s"
        return Feature(f"{self.name}:{start:.2f}-{end:.2f}", self.name, label, {"seconds": [start, end]})


def loudness(samples: NDArray[np.float32], spans: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Mean square of each piece, float64[pieces]."""
    return np.array([np.square(samples[start:end], dtype=np.float64).mean() for start, end in spans])


def stretches(loud: NDArray[np.float64]) -> tuple[tuple[int, ...], ...]:
    """Pieces of float64[pieces] loudness in DIRECT runs, cut where it is quietest near even places."""
    even = np.linspace(0, len(loud), DIRECT + 1)
    reach = max(1, round(REACH * len(loud) / DIRECT))
    cuts = [0]
    for place in even[1:-1].round().astype(int).tolist():
        first = max(cuts[-1] + 1, place - reach)
        near = range(first, max(first + 1, min(place + reach, len(loud) - 1) + 1))
        cuts.append(min(near, key=lambda cut: loud[cut - 1] + loud[min(cut, len(loud) - 1)]))
    cuts.append(len(loud))
    return tuple(tuple(range(a, b)) for a, b in pairwise(cuts) if b > a)

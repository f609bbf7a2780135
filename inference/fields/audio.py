"""A recording from a stranger, brought to one channel at 16 kHz."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .. import sounds
from ..errors import InputError
from ..sounds import Sound
from ..units import clock
from .field import Field, shown

SILENT, QUIET, CLIPPED = 1e-3, 0.02, 0.01
"""Peak under which a recording is silent, and quiet; share of samples at full scale from which it is clipped."""
FULL = 0.999


@dataclass(frozen=True, kw_only=True)
class AudioField(Field):
    """A recording of `min_seconds` to `max_seconds`; both prediction and explanation start from one channel, 16 kHz."""

    kind: Literal["audio"] = "audio"
    min_seconds: float = 0.1
    max_seconds: float = 600
    default: None = None

    def parse(self, value: Any) -> Sound:
        """A Sound from itself, a data URI, (rate, samples), or what only code can pass: a `Path`, bytes."""
        if value is None or value == "":
            raise self.missing("record something, or choose a sound file")
        try:
            found = value if isinstance(value, Sound) else self._read(value)
            sounds.limit(found.seconds, self.max_seconds)
        except sounds.Unreadable as error:
            raise InputError(f"{self.label} could not be read: {error}.") from None
        except sounds.TooLong as error:
            raise InputError(f"{self.label} {error}; send a part of it.") from None
        if found.seconds < self.min_seconds:
            raise InputError(f"{self.label} must last {clock(self.min_seconds)} at least, got {clock(found.seconds)}.")
        return found

    def _read(self, value: Any) -> Sound:
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], np.ndarray):
            return sounds.brought(value[1], int(value[0]), self.max_seconds)
        return sounds.read(self._bytes(value), self.max_seconds)

    def _bytes(self, value: Any) -> bytes:
        if isinstance(value, bytes):
            return value
        if isinstance(value, Path):
            return value.read_bytes()
        head, _, body = value.partition(",") if isinstance(value, str) else ("", "", "")
        if not (head.startswith("data:") and head.endswith(";base64")):
            raise InputError(
                f"{self.label} must be a sound file or a data URI (data:audio/wav;base64,…), got {shown(value)}."
            )
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error:
            raise InputError(f"{self.label} is a data URI whose base64 is damaged; encode the file again.") from None

    def warnings(self, value: Sound) -> Iterator[str]:
        size = np.abs(value.samples)
        peak = float(size.max())
        if peak < SILENT:
            yield f"{self.label} is silent: nothing can be heard in it."
        elif peak < QUIET:
            yield f"{self.label} is very quiet ({100 * peak:.1f} % of full scale): record closer, or louder."
        elif (share := float((size > FULL).mean())) > CLIPPED:
            yield f"{self.label} is too loud: {100 * share:.0f} % of it is cut off at full scale."

    def describe(self, value: Sound) -> str:
        return f"{self.label}: {clock(value.seconds)}, one channel at 16 kHz"

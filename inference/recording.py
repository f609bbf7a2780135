"""A recorded stream: inputs that arrived one after the other, a tick each, to be decided about in turn.

Its ticks are inputs as a visitor or a program would send them, of whatever kind the fields are; this module does not
look into them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from .errors import InputError, ModelError
from .folders import located, name_of
from .types import Decision, Prediction, Record, absent

MOST = 2_000
"""Ticks of a recording: 16 minutes at two a second."""
LARGEST = 4_000_000
"""Bytes of its file."""


@dataclass(frozen=True, kw_only=True)
class Recording(Record):
    """Inputs in their order.

    `seconds` lie between two ticks when it is played at its own pace. `truth` says of each tick, in a word, what turned
    out to be so, where that is known. `source` says where the ticks come from, and whether their order and pace do too.
    """

    title: str
    seconds: Annotated[float, Field(gt=0, le=3600)]
    ticks: Annotated[tuple[dict[str, Any], ...], Field(min_length=2, max_length=MOST)]
    source: str
    truth: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        if self.truth and len(self.truth) != len(self.ticks):
            raise ValueError(f"truth needs an entry for each of the {len(self.ticks)} ticks, got {len(self.truth)}")

    def truth_of(self, tick: int) -> str | None:
        """What turned out to be so at a tick, from 0, where that is known."""
        return self.truth[tick] if self.truth else None


@dataclass(frozen=True)
class Tick(Record):
    """What was predicted and decided at one tick, from 0, and how many milliseconds that took by itself."""

    tick: int
    prediction: Prediction
    decision: Decision | None
    ms: float
    truth: Annotated[str | None, absent] = None


def read(folder: Path, name: str, parse: Callable[[Any], object] = lambda inputs: None) -> Recording:
    """The recording that a demo.json names. Raises ModelError that names each mistake by its place.

    parse: checks the inputs of a tick, and raises InputError.
    """
    what, path = f"{name_of(folder)}/{name[:80]}", folder / name
    if located(folder, name) is None:
        raise ModelError(f"{what} lies outside the model folder; put it inside.")
    try:
        if path.stat().st_size > LARGEST:
            raise ModelError(f"{what} has {path.stat().st_size:,} bytes; a recording may have {LARGEST:,}.")
        found = Recording.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"{what} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{what} is no valid JSON: {error}.") from None
    except InputError as error:
        raise ModelError(f"{what}: {error}") from None
    for number, inputs in enumerate(found.ticks):
        try:
            parse(inputs)
        except InputError as error:
            raise ModelError(f"{what}: tick {number}: {error}") from None
    return found

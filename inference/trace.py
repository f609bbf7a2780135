"""The path of one input as it runs: its steps, timed, and what the model gets to see of it. It knows no task."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .types import Raw, Step

if TYPE_CHECKING:
    from PIL.Image import Image

Batch = dict[str, Any]
"""Model inputs by name, tensors with a leading batch dimension."""


@dataclass(frozen=True)
class Sight:
    """What the model gets to see, for people to look at: a text's tokens, a picture (RGB), or both."""

    tokens: tuple[str, ...] = ()
    picture: "Image | None" = None


@dataclass
class Note:
    """What a step will say of itself."""

    detail: str = ""
    words: str | None = None


@dataclass
class Trace:
    """The steps taken so far, timed as they run, the checked input and the batch that preprocessing made of it."""

    steps: list[Step] = field(default_factory=list)
    raw: Raw | None = None
    batch: Batch | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[Note]:
        """Time the block; its note's detail says what went in and what came out."""
        note, start = Note(), time.perf_counter()
        yield note
        self.steps.append(Step(name, round((time.perf_counter() - start) * 1000, 3), note.detail, note.words))


def shapes(batch: Batch) -> str:
    """`input_ids int64[1, 27], attention_mask int64[1, 27]`, for the tensors in a batch."""
    tensors = ((name, value) for name, value in batch.items() if hasattr(value, "shape"))
    return ", ".join(f"{name} {str(value.dtype).removeprefix('torch.')}{list(value.shape)}" for name, value in tensors)

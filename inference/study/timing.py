"""How long things take beside one another: in turns, so that what slows the machine slows them all. Knows no model."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..types import Record

ROUNDS, LEAST, SECONDS = 15, 3, 3.0
"""Rounds at most, and at least, however long they take; after these, how long in all."""


@dataclass(frozen=True)
class Timing(Record):
    """Milliseconds of one thing over some rounds: the median, the shortest and the longest."""

    median: float
    shortest: float
    longest: float
    rounds: int


def interleaved(works: Sequence[Callable[[], Any]], rounds: int = ROUNDS) -> list[Timing]:
    """Each work once to warm up, then all in turns, for so many rounds or, after LEAST of them, SECONDS."""
    for work in works:
        work()
    took: list[list[float]] = [[] for _ in works]
    start = time.perf_counter()
    for done in range(rounds):
        if done >= LEAST and time.perf_counter() - start > SECONDS:
            break
        for times, work in zip(took, works, strict=True):
            begun = time.perf_counter()
            work()
            times.append((time.perf_counter() - begun) * 1000)
    return [Timing(statistics.median(times), min(times), max(times), len(times)) for times in took]

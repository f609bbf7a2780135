"""A long call that plays a game, watched from outside: how far it has come, and its end when nobody waits."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import TypeVar

import numpy as np

from .games import Game
from .priors import Coalitions, Floats
from .types import Progress

T = TypeVar("T")

PAUSE = 0.25
"""Seconds between two looks."""


class Left(Exception):
    """Nobody waits for the result any longer."""


class Watched:
    """A game that plays in steps, counts them, and stops at the next one when it is told to."""

    def __init__(self, game: Game, step: int) -> None:
        self.game, self.step = game, step
        self.done, self.stopped = 0, threading.Event()

    def __call__(self, coalitions: Coalitions) -> Floats:
        """bool[m, n] → float64[m, k]. Raises Left."""
        scores = []
        for start in range(0, len(coalitions), self.step):
            if self.stopped.is_set():
                raise Left
            scores.append(self.game(coalitions[start : start + self.step]))
            self.done += len(scores[-1])
        return np.concatenate(scores)


def watched(work: Callable[[Game], T], game: Game, total: int, step: int) -> Generator[Progress, None, T]:
    """How far `work(game)` has come of about `total` evaluations; returns what it returned, raises what it raised.

    Closing the generator ends the work at its next step, and waits for that.
    """
    counted, result = Watched(game, step), Future[T]()
    context = copy_context()

    def run() -> None:
        try:
            result.set_result(context.run(work, counted))
        except BaseException as error:  # handed over to whoever waits
            result.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while not wait([result], timeout=PAUSE).done:
            yield Progress(min(counted.done, total), total)
        return result.result()
    finally:
        counted.stopped.set()
        thread.join()

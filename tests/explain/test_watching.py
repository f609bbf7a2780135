"""A long call is told of while it runs, hands over what comes of it, and ends when nobody waits."""

import threading
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from explain import watching
from explain.priors import Coalitions, Floats
from explain.types import Progress
from explain.watching import Watched, watched

ROWS = np.zeros((10, 3), bool)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PAUSE", 0.01)


def ones(coalitions: Coalitions) -> Floats:
    return np.ones((len(coalitions), 1))


def result(generator: Generator[Any, None, Any]) -> Any:
    """What a generator returns."""
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value


def test_a_game_is_played_in_steps_and_gives_what_it_would_at_once() -> None:
    sizes: list[int] = []

    def game(coalitions: Coalitions) -> Floats:
        sizes.append(len(coalitions))
        return coalitions.sum(1, keepdims=True).astype(float)

    rows = np.random.default_rng(0).random((10, 3)) < 0.5
    played = Watched(game, 4)
    assert np.array_equal(played(rows), rows.sum(1, keepdims=True))
    assert sizes == [4, 4, 2]
    assert played.done == 10


def test_what_the_work_returns_is_returned() -> None:
    assert result(watched(lambda game: game(ROWS).sum(), ones, 10, 4)) == 10


def test_what_the_work_raises_is_raised() -> None:
    def fails(game: Any) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        result(watched(fails, ones, 10, 4))


def test_progress_counts_what_was_played_and_stays_within_what_was_foreseen() -> None:
    seen, go = threading.Event(), threading.Event()

    def game(coalitions: Coalitions) -> Floats:
        if seen.is_set():
            go.wait(5)
        seen.set()
        return ones(coalitions)

    stream = watched(lambda game: game(ROWS), game, 3, 4)
    next(stream)
    assert seen.wait(5)
    while (told := next(stream)).done == 0:
        pass
    assert told == Progress(3, 3)  # four were played of three foreseen
    go.set()
    assert result(stream).sum() == 10


def test_leaving_ends_the_work_at_its_next_step() -> None:
    played, started, go = [], threading.Event(), threading.Event()

    def game(coalitions: Coalitions) -> Floats:
        played.append(len(coalitions))
        started.set()
        go.wait(5)
        return ones(coalitions)

    stream = watched(lambda game: game(ROWS), game, 10, 2)
    next(stream)
    assert started.wait(5)
    threading.Timer(0.05, go.set).start()
    stream.close()  # waits for the step under way
    assert played == [2]

"""A stream that ends in time, and how much is left for whoever waits within it."""

import threading
import time
from collections.abc import Iterator

import pytest

from inference import deadline
from inference.accelerator import Accelerator
from inference.deadline import left, within
from inference.errors import TimedOut


class Counting:
    """1, 2, 3 …, one every so many seconds; knows whether it was closed."""

    def __init__(self, seconds: float = 0.05, last: int = 1_000) -> None:
        self.seconds, self.last, self.closed, self.lefts = seconds, last, False, list[float | None]()

    def __iter__(self) -> Iterator[int]:
        try:
            for number in range(1, self.last + 1):
                time.sleep(self.seconds)
                self.lefts.append(left())
                yield number
        finally:
            self.closed = True


def test_what_is_in_time_is_given_whole() -> None:
    parts = Counting(0, 3)
    assert list(within(iter(parts), 10)) == [1, 2, 3]
    assert parts.closed


def test_one_part_that_takes_longer_is_still_given_if_it_is_the_last() -> None:
    assert list(within(iter(Counting(0.1, 1)), 0.01)) == [1]


def test_a_stream_that_goes_on_is_ended_and_says_so() -> None:
    parts, got = Counting(), []
    with pytest.raises(TimedOut, match="took more than 0 s and was ended"):
        for part in within(iter(parts), 0.12):
            got.append(part)
    assert got in ([1, 2], [1, 2, 3]) and parts.closed


def test_where_every_part_is_an_answer_the_stream_just_ends() -> None:
    parts = Counting()
    got = list(within(iter(parts), 0.12, answers=True))
    assert got[0] == 1 and len(got) < 6 and parts.closed


def test_one_that_waits_for_a_pass_ends_too_with_the_best_there_is_or_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator, passes = Accelerator(), list[int]()

    def answers(first: int) -> Iterator[int]:
        for number in range(1, 100):
            with accelerator:
                time.sleep(0.1)
                passes.append(number)
            if number >= first:
                yield number

    assert list(within(answers(1), 0.25, answers=True)) == passes and len(passes) < 6
    assert list(within(answers(3), 0.25, answers=True)) == [3]  # the first is still awaited
    monkeypatch.setattr(deadline, "GRACE", 0.1)
    with pytest.raises(TimedOut, match="took longer than a call may"):
        list(within(answers(50), 0.25, answers=True))
    with pytest.raises(TimedOut, match="took more than 0 s"):
        list(within(answers(1), 0.25))


def test_within_it_everybody_can_see_how_much_is_left() -> None:
    parts = Counting(0.02, 3)
    list(within(iter(parts), 5))
    first, *_, last = (each or 0 for each in parts.lefts)
    assert 4.5 < last < first < 5
    assert left() is None


def test_leaving_ends_the_work() -> None:
    parts = Counting()
    stream = within(iter(parts), 5)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert parts.closed


def test_who_has_no_time_left_does_not_get_the_accelerator_and_blocks_nobody() -> None:
    accelerator, held, release = Accelerator(), threading.Event(), threading.Event()

    def hold() -> None:
        with accelerator:
            held.set()
            release.wait(10)

    def ask() -> Iterator[str]:
        with accelerator:
            yield "done"

    holding = threading.Thread(target=hold)
    holding.start()
    held.wait(10)
    with pytest.raises(TimedOut, match="Others' calls left no time"):
        next(within(ask(), 0.05))
    release.set()
    holding.join(10)
    assert list(within(ask(), 0.05)) == ["done"]
    assert accelerator._urgent == 0

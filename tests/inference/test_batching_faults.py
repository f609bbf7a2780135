"""Requests that share a pass which goes wrong, in threads that come and go: each has its own time, error and answer."""

import gc
import io
import pickle
import random
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
import torch

from inference import batching
from inference.accelerator import accelerator
from inference.batching import Batcher
from inference.deadline import left, within
from inference.errors import Busy, InputError, OutOfMemory, TimedOut
from inference.joining import fits, parted
from inference.trace import Batch

HUGE = 1_000.0
"""A number for which the memory never suffices."""


class Cut(BaseException):
    """What ends a thread and is no error of the pass, as a panic of native code is."""


class Doubling:
    """Twice what it is given; refuses negative numbers, has too little memory for huge ones, ends at zero."""

    name = "doubling"
    along_tokens: ClassVar[tuple[str, ...]] = ()
    together = 8
    padding: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        self.passes: list[list[float]] = []
        self.lefts: dict[float, float | None] = {}
        """The time that was left in the pass of each number that went alone."""

    def compute(self, batch: Batch) -> Batch:
        """The pass."""
        x = batch["x"]
        self.passes.append(x[:, 0].tolist())
        if len(x) == 1:
            self.lefts[x[0, 0].item()] = left()
        if (x == HUGE).any():
            raise torch.OutOfMemoryError("CUDA out of memory")
        if (x == 0).any():
            raise Cut
        if (x < 0).any():
            raise InputError("a negative number")
        return {"y": x * 2}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def ask(batcher: Batcher, *numbers: float, seconds: float = 60) -> list[float]:
    """One request, within a call that may take so many seconds."""

    def call() -> Iterator[Any]:
        with batcher.arriving():
            batch = {"x": torch.tensor([numbers])}
        yield (yield from batcher.forward(batch))

    *_, outputs = within(call(), seconds)
    found: list[float] = outputs["y"][0].tolist()
    return found


def meeting(pool: ThreadPoolExecutor, batcher: Batcher, *asked: tuple[float, float]) -> list[Future[list[float]]]:
    """Requests, (number, seconds) each, that meet in the next pass, in this order."""
    found = []
    with accelerator:  # busy with something else
        for number, seconds in asked:
            found.append(pool.submit(ask, batcher, number, seconds=seconds))
            until(lambda: len(batcher._waiting) == len(found))
    return found


def until(holds: Any) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def at_rest(batcher: Batcher) -> bool:
    """Nobody waits, arrives or leads, and the accelerator is free."""
    busy = batcher._waiting or batcher._arriving or batcher._led
    return not busy and not accelerator._taken and not accelerator._urgent


def test_after_a_pass_that_failed_each_is_tried_within_its_own_time(pool: ThreadPoolExecutor) -> None:
    task = Doubling()
    batcher = Batcher(task)
    leader, other, faulty = meeting(pool, batcher, (1.0, 20), (2.0, 500), (-1.0, 90))
    assert leader.result() == [2.0] and other.result() == [4.0]
    with pytest.raises(InputError, match="negative"):
        faulty.result()
    times = {number: round((seconds or 0) / 10) for number, seconds in task.lefts.items()}
    assert times == {1.0: 2, 2.0: 50, -1.0: 9}
    assert left() is None


def test_who_has_left_a_pass_that_failed_is_not_tried_again(pool: ThreadPoolExecutor) -> None:
    task = Doubling()
    batcher = Batcher(task)
    leaver = batcher.forward({"x": torch.tensor([[5.0]])})

    def fail_once(batch: Batch) -> Batch:
        del task.compute  # type: ignore[method-assign]
        leaver.close()
        raise InputError("the first pass fails")

    with accelerator:
        leading = pool.submit(ask, batcher, 1.0)
        until(lambda: len(batcher._waiting) == 1)
        assert next(leaver) == ""
        task.compute = fail_once  # type: ignore[method-assign]
    assert leading.result() == [2.0]
    assert task.passes == [[1.0]]


def test_one_input_too_large_for_the_memory_leaves_the_others_as_many_a_pass_as_before(
    pool: ThreadPoolExecutor,
) -> None:
    batcher = Batcher(Doubling())
    with pytest.raises(OutOfMemory):
        ask(batcher, HUGE)
    one, huge, two = meeting(pool, batcher, (1.0, 60), (HUGE, 60), (2.0, 60))
    assert (one.result(), two.result()) == ([2.0], [4.0])
    with pytest.raises(OutOfMemory):
        huge.result()
    until(lambda: at_rest(batcher))
    assert batcher._most == Doubling.together


def test_who_is_answered_just_before_taking_the_lead_does_not_lead(pool: ThreadPoolExecutor) -> None:
    task = Doubling()
    batcher = Batcher(task)
    takes_lead, slow = batcher._takes_lead, list[batching.Request]()

    def late(*given: Any) -> bool:
        """The first to come here, who was not done before, is done before he goes on."""
        if not slow:
            slow.append(batcher._waiting[0])
            until(lambda: slow[0].done and not batcher._led)
        return takes_lead(*given)

    batcher._takes_lead = late  # type: ignore[method-assign]
    first = pool.submit(ask, batcher, 1.0)
    until(lambda: slow)
    assert ask(batcher, 2.0) == [4.0]
    assert first.result(10) == [2.0]
    assert task.passes == [[1.0, 2.0]] and at_rest(batcher)


def test_where_the_leader_is_cut_off_the_others_are_told_and_the_next_one_is_answered(
    pool: ThreadPoolExecutor,
) -> None:
    batcher = Batcher(Doubling())
    leader, other = meeting(pool, batcher, (0.0, 60), (1.0, 60))
    with pytest.raises(Cut):
        leader.result()
    with pytest.raises(Busy, match="ended before it was done; please try again"):
        other.result()
    assert ask(batcher, 3.0) == [6.0] and at_rest(batcher)


def test_an_input_that_failed_is_let_go_of_with_its_error() -> None:
    batcher = Batcher(Doubling())
    gc.collect()
    gc.disable()
    try:
        number = torch.tensor([[-1.0]])
        kept = weakref.ref(number)
        stream = batcher.forward({"x": number})
        del number
        with pytest.raises(InputError) as caught:
            next(stream)
        del caught, stream
        assert kept() is None
    finally:
        gc.enable()


def test_the_outputs_of_one_hold_nothing_of_the_others_and_send_nothing_of_them() -> None:
    batches = [{"x": torch.zeros(1, 2)}, {"x": torch.zeros(1, 2)}]
    _, second = parted({"y": torch.arange(100_000.0).reshape(2, -1)}, batches, ())
    assert second["y"].untyped_storage().nbytes() == 4 * 50_000
    sent = io.BytesIO()
    pickle.dump(second, sent)
    assert len(sent.getvalue()) < 4 * 50_000 + 2_000


def test_an_output_of_which_nobody_can_tell_whose_it_is_goes_to_nobody() -> None:
    batches = [{"x": torch.zeros(1, 2)}, {"x": torch.zeros(1, 2)}]
    with pytest.raises(ValueError, match=r"y has the shape \(1, 2\) after 2 rows went in"):
        parted({"y": torch.zeros(1, 2)}, batches, ())
    odd = {"a": torch.zeros(2, 1), "b": torch.zeros(1, 1)}
    assert not fits([odd], {"a": torch.zeros(1, 1), "b": torch.zeros(1, 1)}, {})


def test_among_hundreds_that_fail_leave_and_differ_each_gets_what_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "BEAT", 0.002)
    before = threading.active_count()
    batcher, draw = Batcher(Doubling()), random.Random(0)
    kinds = [draw.choice(("ask", "wide", "fail", "leave")) for _ in range(400)]
    kinds[200] = "huge"
    wrong: list[tuple[str, float, object]] = []

    def visit(number: float, kind: str) -> None:
        wanted: object = {"fail": "InputError", "huge": "OutOfMemory"}.get(kind, [2 * number])
        try:
            if kind == "leave":
                stream = batcher.forward({"x": torch.tensor([[number]])})
                next(stream, None)
                return stream.close()
            numbers = {"fail": (-number,), "huge": (HUGE,), "wide": (number, number)}.get(kind, (number,))
            found: object = ask(batcher, *numbers)[:1]
        except StopIteration:
            return
        except Exception as error:
            found = type(error).__name__
        if found != wanted:
            wrong.append((kind, number, found))

    with ThreadPoolExecutor(24) as pool:
        for each in [pool.submit(visit, 1.0 + place, kind) for place, kind in enumerate(kinds)]:
            each.result(60)
    assert not wrong and at_rest(batcher)
    assert threading.active_count() <= before


def test_where_the_leader_has_no_time_left_another_leads_at_once(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "BEAT", 30.0)  # so that nobody wakes by himself
    batcher = Batcher(Doubling())
    with accelerator:
        hurried = pool.submit(ask, batcher, 1.0, seconds=0.5)
        until(lambda: batcher._led)
        other = pool.submit(ask, batcher, 2.0)
        until(lambda: len(batcher._waiting) == 2)
        with pytest.raises(TimedOut, match="no time for this one"):
            hurried.result(10)
        until(lambda: batcher._led)
    assert other.result(10) == [4.0]

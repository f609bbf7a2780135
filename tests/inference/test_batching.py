"""Requests that meet in one forward pass: who goes with whom, what each gets, and what becomes of those that fail."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
import torch

from inference import batching
from inference.accelerator import accelerator
from inference.batching import Batcher
from inference.errors import Busy
from inference.trace import Batch


class Doubling:
    """Twice what it is given; refuses negative numbers, and more rows than it has memory for."""

    name = "doubling"
    along_tokens: ClassVar[tuple[str, ...]] = ()
    together = 8
    padding: ClassVar[dict[str, int]] = {}

    def __init__(self, memory: int = 100) -> None:
        self.memory = memory
        self.passes: list[int] = []

    def compute(self, batch: Batch) -> Batch:
        """The pass; it takes its time, so that others come meanwhile."""
        self.passes.append(len(batch["x"]))
        time.sleep(0.02)
        if len(batch["x"]) > self.memory:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if (batch["x"] < 0).any():
            raise ValueError("a negative number")
        return {"y": batch["x"] * 2}


def asked(batcher: Batcher, *numbers: float) -> Batch:
    """The outputs of one request."""
    with batcher.arriving():
        batch = {"x": torch.tensor([numbers])}
    return last(batcher.forward(batch))


def last(parts: Any) -> Batch:
    """What a generator returns."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            found: Batch = end.value
            return found


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """The device computes for somebody else until the event is set."""
    free = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with accelerator:
            held.set()
            free.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    yield free
    free.set()
    thread.join()


def waiting(batcher: Batcher, count: int) -> None:
    """Until so many requests wait."""
    deadline = time.monotonic() + 10
    while len(batcher._waiting) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_request_goes_at_once_and_alone() -> None:
    task = Doubling()
    start = time.perf_counter()
    assert asked(Batcher(task), 1.0)["y"].tolist() == [[2.0]]
    assert task.passes == [1] and time.perf_counter() - start < 0.02 + batching.BEAT / 2


def test_requests_that_come_while_the_device_is_busy_share_the_next_pass(
    pool: ThreadPoolExecutor, busy: threading.Event
) -> None:
    task = Doubling()
    batcher = Batcher(task)
    found = [pool.submit(asked, batcher, float(number)) for number in range(6)]
    waiting(batcher, 6)
    busy.set()
    assert [each.result()["y"].item() for each in found] == [0, 2, 4, 6, 8, 10]
    assert task.passes == [6]


def test_a_pass_takes_no_more_than_fit_and_leaves_none_behind(pool: ThreadPoolExecutor, busy: threading.Event) -> None:
    task = Doubling()
    batcher = Batcher(task)
    found = [pool.submit(asked, batcher, float(number)) for number in range(12)]
    waiting(batcher, 12)
    busy.set()
    assert [each.result()["y"].item() for each in found] == [2 * number for number in range(12)]
    assert task.passes == [8, 4]


def test_what_has_another_shape_waits_for_a_pass_of_its_own(pool: ThreadPoolExecutor, busy: threading.Event) -> None:
    task = Doubling()
    batcher = Batcher(task)
    one = pool.submit(asked, batcher, 1.0)
    waiting(batcher, 1)
    others = [pool.submit(asked, batcher, 1.0, 2.0), pool.submit(asked, batcher, 3.0)]
    waiting(batcher, 3)
    busy.set()
    assert one.result()["y"].tolist() == [[2.0]]
    assert [each.result()["y"].tolist() for each in others] == [[[2.0, 4.0]], [[6.0]]]
    assert sorted(task.passes) == [1, 2]


def test_only_the_request_at_fault_fails(pool: ThreadPoolExecutor, busy: threading.Event) -> None:
    batcher = Batcher(Doubling())
    found = [pool.submit(asked, batcher, number) for number in (1.0, -1.0, 3.0)]
    waiting(batcher, 3)
    busy.set()
    assert [found[i].result()["y"].item() for i in (0, 2)] == [2.0, 6.0]
    with pytest.raises(ValueError, match="negative"):
        found[1].result()


def meeting(pool: ThreadPoolExecutor, batcher: Batcher, count: int) -> None:
    """So many requests that meet, each answered rightly."""
    with accelerator:  # busy with something else
        found = [pool.submit(asked, batcher, float(number)) for number in range(count)]
        waiting(batcher, count)
    assert [each.result()["y"].item() for each in found] == [2 * number for number in range(count)]


def test_a_pass_too_large_for_the_memory_is_made_smaller_and_so_are_those_to_come(pool: ThreadPoolExecutor) -> None:
    task = Doubling(memory=3)
    batcher = Batcher(task)
    meeting(pool, batcher, 6)
    meeting(pool, batcher, 6)
    assert task.passes[0] == 6 and max(task.passes[1:]) <= 3


def test_passes_grow_again_step_by_step_once_a_shortage_of_memory_is_over(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "REGAINED", 2)
    task = Doubling(memory=3)
    batcher = Batcher(task)
    meeting(pool, batcher, 6)
    task.memory = 100
    task.passes.clear()
    for _ in range(10):
        meeting(pool, batcher, 8)
    assert task.passes == [3, 3, 2, 4, 4, 5, 3, 5, 3, 6, 2, 6, 2, 7, 1, 7, 1, 8, 8]


def test_who_leaves_while_waiting_is_not_computed(busy: threading.Event, pool: ThreadPoolExecutor) -> None:
    task = Doubling()
    batcher = Batcher(task)
    first = pool.submit(asked, batcher, 1.0)  # leads, and waits for the device
    waiting(batcher, 1)
    leaver = batcher.forward({"x": torch.tensor([[5.0]])})
    assert next(leaver) == ""  # a sign of life, at which a caller who has gone is noticed
    leaver.close()
    busy.set()
    assert first.result()["y"].item() == 2.0
    assert task.passes == [1]


def test_watchers_are_told_how_many_met(monkeypatch: pytest.MonkeyPatch, pool: ThreadPoolExecutor) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(batching, "watchers", [lambda name, size: told.append((name, size))])
    batcher = Batcher(Doubling())
    for each in [pool.submit(asked, batcher, float(number)) for number in range(20)]:
        each.result()
    assert {name for name, _ in told} == {"doubling"}
    assert sum(size for _, size in told) == 20


def test_who_gets_no_turn_at_the_device_is_told_and_another_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shut:
        def __enter__(self) -> None:
            raise Busy("no time left")

        def __exit__(self, *_: object) -> None:
            raise AssertionError("it was never entered")

    batcher = Batcher(Doubling())
    with monkeypatch.context() as patch:
        patch.setattr(batching, "accelerator", Shut())
        with pytest.raises(Busy, match="no time left"):
            asked(batcher, 1.0)
    assert not batcher._waiting
    assert asked(batcher, 2.0)["y"].item() == 4.0


def test_who_is_slow_to_read_on_does_not_hold_up_those_behind(pool: ThreadPoolExecutor, busy: threading.Event) -> None:
    task = Doubling()
    batcher = Batcher(task)
    first = pool.submit(asked, batcher, 1.0)  # leads, and waits for the device
    waiting(batcher, 1)
    slow = batcher.forward({"x": torch.tensor([[2.0, 2.0]])})  # another shape, so that it needs a pass of its own
    assert next(slow) == ""  # and nobody asks it to go on
    behind = pool.submit(asked, batcher, 3.0)
    waiting(batcher, 3)
    late = pool.submit(asked, batcher, 4.0, 4.0, 4.0)
    waiting(batcher, 4)
    start = time.perf_counter()
    busy.set()
    assert [each.result()["y"][0, 0].item() for each in (first, behind, late)] == [2, 6, 8]
    assert time.perf_counter() - start < batching.BEAT
    assert last(slow)["y"].tolist() == [[4.0, 4.0]]

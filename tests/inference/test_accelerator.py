"""Who computes next: one at a time, predictions before explanations, and nobody forgotten."""

import contextvars
import threading
import time
from collections.abc import Callable

import pytest

from inference.accelerator import Accelerator, in_background
from inference.deadline import until
from inference.errors import TimedOut

WAIT = 10.0  # seconds after which a test gives up


def start(work: Callable[[], None], background: bool = False) -> threading.Thread:
    """`work` in a thread of its own, in the background or not."""

    def run() -> None:
        in_background.set(background)
        work()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def wait_until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not met():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.001)


def waiting(accelerator: Accelerator) -> int:
    """How many threads wait for their turn."""
    return len(accelerator._changed._waiters)  # type: ignore[attr-defined]


@pytest.mark.parametrize("background", [[False] * 8, [True] * 8, [False, True] * 4], ids=["front", "back", "mixed"])
def test_one_at_a_time(background: list[bool]) -> None:
    accelerator = Accelerator()
    inside, most, turns = 0, 0, 0

    def work() -> None:
        nonlocal inside, most, turns
        for _ in range(10):
            with accelerator:
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)  # long enough for another thread to slip in
                turns += 1
                inside -= 1

    threads = [start(work, each) for each in background]
    for thread in threads:
        thread.join(WAIT)
    assert (most, turns) == (1, 80)


def test_a_prediction_goes_before_those_who_can_wait_however_early_they_came() -> None:
    accelerator, order = Accelerator(), []

    def come(name: str, background: bool) -> threading.Thread:
        def work() -> None:
            with accelerator:
                order.append(name)

        before = waiting(accelerator)
        thread = start(work, background)
        wait_until(lambda: waiting(accelerator) == before + 1)
        return thread

    with accelerator:
        threads = [come(f"explanation {i}", True) for i in range(4)]
        threads += [come(f"prediction {i}", False) for i in range(2)]
    for thread in threads:
        thread.join(WAIT)
    assert sorted(order[:2]) == ["prediction 0", "prediction 1"]
    assert sorted(order[2:]) == [f"explanation {i}" for i in range(4)]  # and they do get their turn


def test_an_explanation_between_two_batches_lets_the_prediction_in() -> None:
    accelerator, order = Accelerator(), []
    holding = threading.Event()

    def explain() -> None:
        for i in range(3):
            with accelerator:
                if i == 0:
                    holding.set()
                    wait_until(lambda: waiting(accelerator) == 1)
                order.append(f"batch {i}")

    def predict() -> None:
        with accelerator:
            order.append("prediction")

    explaining = start(explain, background=True)
    assert holding.wait(WAIT)
    predicting = start(predict)
    explaining.join(WAIT)
    predicting.join(WAIT)
    assert order == ["batch 0", "prediction", "batch 1", "batch 2"]


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_inside_gives_the_place_back_and_comes_through(error: type[BaseException], background: bool) -> None:
    accelerator, passed = Accelerator(), threading.Event()

    def fail() -> None:
        in_background.set(background)
        with accelerator:
            raise error("no")

    with pytest.raises(error, match="no"):
        contextvars.copy_context().run(fail)

    def work() -> None:
        with accelerator:
            passed.set()

    start(work, background=True)
    assert passed.wait(WAIT)


def test_no_pass_begins_for_a_call_without_time_left_though_the_device_is_free() -> None:
    accelerator, passes = Accelerator(), []
    with until(time.monotonic() - 1), pytest.raises(TimedOut, match="took longer than a call may"), accelerator:
        passes.append(1)
    assert not passes and not accelerator._urgent
    with until(time.monotonic() + WAIT), accelerator:
        passes.append(2)
    assert passes == [2]


def test_what_runs_in_the_background_is_said_thread_by_thread() -> None:
    seen = []
    start(lambda: seen.append(in_background.get()), background=True).join(WAIT)
    assert (seen, in_background.get()) == ([True], False)

"""Light passes take one core, heavy ones all of them in one thread, whoever asks."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest
import torch

from inference.cores import LIGHT, computed, count

word: ContextVar[str] = ContextVar("word", default="unset")


@pytest.fixture
def two() -> Iterator[None]:
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(usual)


def seen() -> tuple[int, int, str]:
    """How many cores a pass may use, what is told of light and heavy work meanwhile, and its thread."""
    assert (count(LIGHT), count(LIGHT + 1)) == (1, 2)
    return torch.get_num_threads(), threading.get_ident(), word.get()


@pytest.mark.usefixtures("two")
def test_light_work_is_done_at_once_on_one_core() -> None:
    assert computed(LIGHT, seen) == (1, threading.get_ident(), "unset")
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_heavy_work_is_done_on_all_cores_and_whoever_asks_in_the_same_thread() -> None:
    word.set("said")
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(computed, LIGHT + 1, seen).result() for _ in range(4)]
    mine = computed(LIGHT + 1, seen)
    assert mine[0] == 2 and mine[1] != threading.get_ident() and mine[2] == "said"
    assert {each[1] for each in others} == {mine[1]}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("work", [LIGHT, LIGHT + 1])
def test_what_fails_fails_for_who_asked_and_leaves_all_as_it_was(work: int) -> None:
    def fail() -> None:
        raise ValueError("no pass")

    with pytest.raises(ValueError, match="no pass"):
        computed(work, fail)
    assert torch.get_num_threads() == 2 and computed(work, lambda: "next") == "next"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_has_a_thread_of_its_own() -> None:
    computed(LIGHT + 1, list)
    if not (child := os.fork()):
        os._exit(computed(LIGHT + 1, lambda: 7))
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert os.waitstatus_to_exitcode(ended[1]) == 7


@pytest.mark.parametrize(("given", "found"), [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7")])
def test_threads_that_wait_leave_their_core_to_others_unless_somebody_decided_otherwise(
    given: dict[str, str], found: str
) -> None:
    rest = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
    told = "import inference, os, sys; print(os.environ['GOMP_SPINCOUNT'], 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], env=rest | given, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [found, "False"]

"""Light passes are computed by who asks, heavy ones in one thread, whoever asks."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from inference.passes import LIGHT, computed

word: ContextVar[str] = ContextVar("word", default="unset")


def seen() -> tuple[int, str]:
    """The thread that computes, and what is said where it was asked."""
    return threading.get_ident(), word.get()


def test_light_work_is_done_at_once() -> None:
    assert computed(LIGHT, seen) == (threading.get_ident(), "unset")


def test_heavy_work_is_done_in_the_same_thread_whoever_asks_and_knows_who() -> None:
    def ask(said: str) -> tuple[int, str]:
        word.set(said)
        return computed(LIGHT + 1, seen)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, "abcd"))
    assert [said for _, said in found] == list("abcd")
    (thread,) = {thread for thread, _ in found}
    assert thread == computed(LIGHT + 1, seen)[0] != threading.get_ident()


@pytest.mark.parametrize("work", [LIGHT, LIGHT + 1])
def test_what_fails_fails_for_who_asked_and_for_nobody_else(work: int) -> None:
    def fail() -> None:
        raise ValueError("no pass")

    with pytest.raises(ValueError, match="no pass"):
        computed(work, fail)
    assert computed(work, lambda: "next") == "next"


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

"""Work that is told of while it goes on, handed over when it is done, and ended where nobody waits any longer."""

import threading
import time
from collections.abc import Callable

import pytest

from inference.errors import Left
from inference.panels.waiting import awaited, how_far, ongoing
from inference.serving.admission import READING, Admission
from inference.serving.callers import stay


def test_what_takes_long_is_told_and_its_result_handed_over() -> None:
    go = threading.Event()
    stream = awaited(lambda: go.wait(10) and "done", "Loading <b>")
    told = next(stream)
    assert ("Loading &lt;b&gt;" in told and "<progress" in told and "0 s so far" in told) or "1 s so far" in told
    go.set()
    with pytest.raises(StopIteration) as ended:
        while True:
            next(stream)
    assert ended.value.value == "done"


def test_what_the_work_raises_is_raised_to_who_waits() -> None:
    def broken() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        list(awaited(broken, "Loading"))


def test_leaving_does_not_wait_for_the_work() -> None:
    go = threading.Event()
    stream = awaited(lambda: go.wait(30), "Loading")
    next(stream)
    stream.close()  # would hang for half a minute if it waited
    go.set()


def test_whoever_leaves_keeps_the_place_until_the_work_has_ended() -> None:
    admission, go = Admission(), threading.Event()
    line = admission.lines[READING]
    asked = admission.admitted(READING, "against", "any", lambda: awaited(lambda: go.wait(30), "Comparing"))
    assert "Comparing" in str(next(asked))
    before = threading.active_count()
    asked.close()  # type: ignore[attr-defined]  # a generator
    assert line.working == 1 and threading.active_count() == before
    go.set()
    ended(lambda: line.working == 0 and threading.active_count() < before)


def test_work_that_nobody_waits_for_ends_before_its_next_pass() -> None:
    admission, begun = Admission(), threading.Event()
    passes: list[int] = []
    left: list[Exception] = []

    def work() -> None:
        try:
            for number in range(1000):
                stay()  # as before each forward pass
                passes.append(number)
                begun.set()
                time.sleep(0.02)
        except Left as error:
            left.append(error)
            raise

    asked = admission.admitted(READING, "against", "any", lambda: awaited(work, "Comparing"))
    next(asked)
    assert begun.wait(10)
    asked.close()  # type: ignore[attr-defined]  # a generator
    ended(lambda: bool(left) and admission.lines[READING].working == 0)
    assert len(passes) < 900


def test_who_stays_has_the_place_to_the_end_and_no_longer() -> None:
    admission = Admission()
    asked = admission.admitted(READING, "against", "any", lambda: awaited(lambda: stay() or "done", "Comparing"))
    list(asked)
    ended(lambda: admission.lines[READING].working == 0)


def ended(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something to be so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_bar_says_how_far_it_is_where_that_is_known() -> None:
    assert how_far("Rows", "1 of 4", 0.25) == (
        '<div class="progress"><progress value="0.250" aria-label="Rows"></progress><span>1 of 4</span></div>'
    )
    assert how_far("Rows") == '<div class="progress"><progress aria-label="Rows"></progress></div>'


def test_what_is_under_way_is_text() -> None:
    drawn = ongoing("Reading <b>", how_far('"><i>', "<u>"))
    assert "<b>" not in drawn and "<i>" not in drawn and "<u>" not in drawn and 'aria-busy="true"' in drawn

"""Work that is told of while it goes on, handed over when it is done, and left to itself by who leaves."""

import threading

import pytest

from inference.panels.waiting import awaited, how_far, ongoing


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


def test_a_bar_says_how_far_it_is_where_that_is_known() -> None:
    assert how_far("Rows", "1 of 4", 0.25) == (
        '<div class="progress"><progress value="0.250" aria-label="Rows"></progress><span>1 of 4</span></div>'
    )
    assert how_far("Rows") == '<div class="progress"><progress aria-label="Rows"></progress></div>'


def test_what_is_under_way_is_text() -> None:
    drawn = ongoing("Reading <b>", how_far('"><i>', "<u>"))
    assert "<b>" not in drawn and "<i>" not in drawn and "<u>" not in drawn and 'aria-busy="true"' in drawn

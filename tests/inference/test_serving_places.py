"""So many at work, a bounded queue in which users take turns, and what who waits is told."""

import threading
from typing import Any

import pytest

from inference.errors import Busy
from inference.serving.places import Line, Ticket, Waiting


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def called(tickets: dict[str, Ticket]) -> list[str]:
    return [name for name, ticket in tickets.items() if ticket.called.is_set()]


def test_a_free_place_is_had_at_once_and_without_a_word() -> None:
    assert list(Line(1, 0).join("a").turn()) == []


def test_one_too_many_is_told_in_how_many_seconds_to_try_again() -> None:
    line = Line(2, 3, usual=4.0)
    for _ in range(5):
        line.join("a")
    with pytest.raises(Busy, match=r"3 are waiting already\. Please try again in 6 s\.") as refused:
        line.join("b")
    assert refused.value.seconds == 6
    assert (line.working, line.waiting) == (2, 3)


def test_without_room_to_wait_one_too_many_is_refused_all_the_same() -> None:
    line = Line(1, 0)
    line.join("a")
    with pytest.raises(Busy):
        line.join("a")


def test_users_take_turns_however_many_calls_one_of_them_has() -> None:
    line = Line(1, 50)
    running = line.join("many")
    waiting = {f"many {i}": line.join("many") for i in range(20)} | {name: line.join(name) for name in ("x", "y")}
    order = []
    for _ in range(6):
        running.leave()
        (name,) = [name for name in called(waiting) if name not in order]
        order.append(name)
        running = waiting[name]
    assert order == ["many 0", "x", "y", "many 1", "many 2", "many 3"]


def test_the_place_that_is_told_is_the_one_in_which_turns_come() -> None:
    line = Line(1, 50)
    running = line.join("z")
    waiting = {name: line.join(name[0]) for name in ("a0", "a1", "a2", "b0", "c0", "c1", "c2", "c3")}
    told = {name: line.standing(ticket).place for name, ticket in waiting.items()}  # type: ignore[union-attr]
    order: list[str] = []
    while len(order) < len(waiting):
        running.leave()
        (name,) = [name for name in called(waiting) if name not in order]
        order.append(name)
        running = waiting[name]
    assert order == sorted(told, key=lambda name: told[name])
    assert sorted(told.values()) == list(range(1, 9))


def test_seconds_follow_from_recent_durations_and_the_number_of_places() -> None:
    clock = Clock()
    line = Line(2, 9, usual=1.0, clock=clock)
    first, second = line.join("a"), line.join("b")
    third, fourth = line.join("c"), line.join("d")
    assert (line.standing(third), line.standing(fourth)) == (Waiting(1, 1), Waiting(2, 1))
    clock.now = 10.0
    first.leave(finished=True)  # it took 10 s
    assert line.standing(third) is None
    assert line.standing(fourth) == Waiting(1, 5)
    second.leave(finished=False)  # what failed says nothing of how long work takes
    assert line.join("e") and line.standing(line.join("f")) == Waiting(2, 10)


def test_one_user_leaves_room_for_others() -> None:
    line = Line(1, 16)
    for _ in range(1 + 12):
        line.join("many", single=True)
    with pytest.raises(Busy, match="Much that you asked for"):
        line.join("many", single=True)
    assert line.standing(line.join("x")) == Waiting(2, 2)  # the turn after the next


def test_who_leaves_the_queue_is_no_longer_before_others() -> None:
    line = Line(1, 9)
    running, gone, last = line.join("a"), line.join("b"), line.join("c")
    gone.leave()
    gone.leave()  # twice is as good as once
    assert line.standing(last) == Waiting(1, 1)
    running.leave()
    assert last.called.is_set() and not gone.called.is_set()
    assert line.waiting == 0


def test_a_place_kept_longer_than_its_limit_is_free_for_others() -> None:
    clock = Clock()
    line = Line(1, 9, clock=clock)
    stuck, waiting = line.join("a", limit=10), line.join("b")
    clock.now = 9.0
    assert line.standing(waiting) is not None
    clock.now = 11.0
    assert line.standing(waiting) is None
    stuck.leave(finished=True)  # comes back at last, and takes nobody's place away
    assert line.working == 1


def test_who_waits_is_told_again_and_again_until_called() -> None:
    line = Line(1, 9)
    running = line.join("a")
    turn = line.join("b").turn()
    assert next(turn) == Waiting(1, 1)
    assert next(turn) == Waiting(1, 1)
    running.leave()
    assert list(turn) == []


def test_many_threads_never_are_more_at_work_than_there_are_places() -> None:
    line, working, most = Line(3, 100), [], []
    changing = threading.Lock()

    def work(user: int) -> None:
        ticket = line.join(f"{user % 4}")
        try:
            list(ticket.turn())
            with changing:
                working.append(user)
                most.append(len(working))
            threading.Event().wait(0.002)
            with changing:
                working.remove(user)
        finally:
            ticket.leave(finished=True)

    threads = [threading.Thread(target=work, args=(user,)) for user in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 60 and max(most) == 3
    assert (line.working, line.waiting) == (0, 0)


@pytest.mark.parametrize(
    ("waiting", "words"),
    [(Waiting(7, 4), "You are number 7, about 4 s."), (Waiting(1200, 90), "You are number 1,200, about 90 s.")],
)
def test_people_read_words_and_programs_a_line_of_its_own_kind(waiting: Waiting, words: str) -> None:
    assert waiting.words == words
    expected: dict[str, Any] = {"waiting": {"place": waiting.place, "seconds": waiting.seconds}}
    assert waiting.to_json() == expected


def test_a_call_that_is_thrown_away_while_the_line_is_looked_through_stops_nobody() -> None:
    line = Line(places=1, room=2)
    thrown, waiting = line.join("ann"), line.join("ben")

    def collect() -> None:
        with line.changing:  # as when memory is looked through just here, and a stream that nobody holds is closed
            thrown.leave()

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive() and waiting.called.is_set()

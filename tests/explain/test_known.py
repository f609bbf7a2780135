"""A whole explanation is computed once: an example's for everybody, any other for the caller who asked for it alone."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from counted import ANN, BEN, EXAMPLE, NOBODY, PRIVATE, Asked, Counted, by, model

from explain import Explanation
from explain.checks import check_stream
from explain.known import AGE, Kept, Known
from explain.memory import Explained, Memory
from explain.panels import why
from explain.streams import STREAMS
from inference import observing
from inference.errors import InputError
from inference.serving.callers import Caller
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints


def test_the_same_question_is_answered_at_once_as_it_was_answered_before() -> None:
    asked = Asked()
    first, cost = asked(PRIVATE)
    (again,), nothing = asked(PRIVATE)
    assert cost > 0 and nothing == 0
    assert again == replace(first[-1], kept=True) and not first[-1].kept
    assert asked(PRIVATE, target=again.target) == ([again], 0)  # the same target, named


@pytest.mark.parametrize("other", [{"evaluations": 64}, {"method": "anytime"}, {"seed": 1}], ids=str)
def test_another_question_is_computed(other: dict[str, Any]) -> None:
    asked = Asked()
    asked(PRIVATE, evaluations=32)
    question = {"evaluations": 32} | other
    assert asked(PRIVATE, **question)[1] > 0
    assert asked(PRIVATE, **question)[1] == 0


def test_what_one_caller_asked_is_never_found_by_another() -> None:
    asked = Asked()
    asked(PRIVATE, ANN)
    found, cost = asked(PRIVATE, BEN)
    assert cost > 0 and not any(each.kept for each in found)
    assert asked(PRIVATE, ANN)[1] == asked(PRIVATE, BEN)[1] == 0


def test_the_same_person_finds_it_from_anywhere_and_no_session_passes_for_a_person() -> None:
    asked = Asked()
    asked(PRIVATE, Caller("10.0.0.1", "one", "ann"))
    assert asked(PRIVATE, Caller("10.0.0.2", "two", "ann"))[1] == 0
    assert asked(PRIVATE, Caller("", "ann"))[1] > 0
    assert asked(PRIVATE, Caller("ann"))[1] > 0


def test_an_address_alone_is_nobody() -> None:
    asked = Asked()
    assert asked(PRIVATE, NOBODY)[1] == asked(PRIVATE, NOBODY)[1] > 0
    assert len(asked.known.kept) == 0


def test_an_example_is_everybodys() -> None:
    asked = Asked()
    assert asked(EXAMPLE, ANN)[1] > 0
    assert asked(EXAMPLE, BEN)[1] == asked(EXAMPLE, NOBODY)[1] == 0


def test_a_model_with_other_weights_never_gets_what_was_said_of_the_first() -> None:
    asked = Asked()
    asked(EXAMPLE)
    asked(PRIVATE)
    asked.task, asked.counted = model(heavier := Counted(2.0)), heavier  # under the same name
    (*_, found), cost = asked(EXAMPLE)
    assert cost > 0 and found.score == 2.0 * EXAMPLE["a"] * EXAMPLE["b"] + EXAMPLE["c"]
    assert asked(PRIVATE)[1] > 0


def test_what_ran_out_of_time_is_not_kept() -> None:
    asked = Asked()
    found, _ = asked(EXAMPLE, seconds=0)
    again, cost = asked(EXAMPLE, seconds=0)
    assert len(found) == len(again) == 1 and cost > 0 and not again[0].kept


def test_what_was_left_before_its_end_is_not_kept() -> None:
    asked = Asked()
    with by(ANN):
        stream = asked.known.explain_stream(asked.task, EXAMPLE)
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # a generator
    assert asked(EXAMPLE)[1] > 0


def test_a_whole_one_answers_whatever_time_there_is() -> None:
    asked = Asked()
    (*_, whole), _ = asked(EXAMPLE, seconds=60)
    assert asked(EXAMPLE, seconds=0) == ([replace(whole, kept=True)], 0)


def test_bad_questions_are_refused_though_the_input_is_known() -> None:
    asked = Asked()
    asked(EXAMPLE)
    for wrong in ({"seconds": -1}, {"method": "magic"}, {"target": 7}, {"evaluations": 1}):
        with pytest.raises(InputError):
            asked(EXAMPLE, **wrong)


def test_checks_and_contrasts_go_on_from_what_is_known() -> None:
    asked, memory = Asked(), Memory()
    asked(EXAMPLE, BEN)
    (known,), _ = asked(EXAMPLE, memory=memory)
    latest = memory.latest(asked.task, asked.task.parse(EXAMPLE))
    assert known.kept and latest is not None and latest.explanation.values == known.values
    *_, tested = check_stream(asked.task, EXAMPLE, "faithfulness", known.target, memory)
    *_, anew = check_stream(asked.task, EXAMPLE, "faithfulness", known.target)
    assert tested.order == anew.order and tested.hiding == anew.hiding


def test_many_who_ask_at_once_all_get_the_same() -> None:
    asked, found = Asked(), list[Explanation]()

    def ask(number: int) -> None:
        with by(Caller("10.0.0.1", f"{number}")):
            *_, last = asked.known.explain_stream(asked.task, EXAMPLE)
            found.append(last)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len({(each.values, each.score, each.evaluations) for each in found}) == 1
    assert asked(EXAMPLE)[1] == 0


def test_every_look_is_told_to_whoever_watches() -> None:
    class Watcher:
        def __init__(self) -> None:
            self.told: list[tuple[str, bool]] = []

        def batch(self, model: str, size: int) -> None: ...

        def cache(self, cache: str, found: bool) -> None:
            self.told.append((cache, found))

    asked, watcher = Asked(), Watcher()
    observing.watch(watcher)
    asked(EXAMPLE)
    asked(EXAMPLE)
    assert watcher.told == [("explanations", False), ("explanations", True)]


def test_the_page_shows_what_is_known_as_one_figure_and_says_so() -> None:
    known = replace(STREAMS, explain=Known().explain_stream)
    endpoints = Endpoints(Catalogue({}, made=[model(Counted())]), known)
    *_, first = why.stream(endpoints, "counted", EXAMPLE, None, Memory())
    (again,) = why.stream(endpoints, "counted", EXAMPLE, None, Memory())
    assert "Known already: it was computed earlier, in" in again and "known already, not computed anew" in again
    assert "nown already" not in first and "How far can you trust this?" in again


def test_what_a_caller_asked_is_forgotten_after_an_hour() -> None:
    now = 0.0
    known = Known(Kept(clock=lambda: now))
    asked = Asked()
    asked.known = known
    asked(PRIVATE)
    asked(EXAMPLE)
    now = AGE + 1
    assert asked(EXAMPLE)[1] == 0
    assert asked(PRIVATE)[1] > 0


def test_an_entry_takes_no_more_than_is_counted() -> None:
    asked = Asked()
    (*_, found), _ = asked(EXAMPLE)
    assert asked.known.kept.bytes > 2 * len(Explained(found, ()).to_bytes())  # under its target, and under none

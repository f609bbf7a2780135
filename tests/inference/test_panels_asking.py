"""Whose turn it is: a newer question ends the older one, and which event of a form asks what."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from inference.panels import asking
from inference.panels.asking import NOTHING, Form, Turn, wire

# The turn


class Told:
    """A stream of parts that knows how far it was asked and whether it was closed."""

    def __init__(self, *parts: str) -> None:
        self.parts, self.made, self.closed = parts, 0, False

    def __iter__(self) -> Iterator[Any]:
        try:
            for part in self.parts:
                self.made += 1
                yield (part,)
        finally:
            self.closed = True


def test_the_only_question_is_answered_to_its_end() -> None:
    told = Told("a", "b")
    assert list(Turn().keep(iter(told))) == [("a",), ("b",), NOTHING]
    assert told.closed


def test_a_newer_question_ends_the_older_stream_and_closes_its_generator() -> None:
    turn, old, new = Turn(), Told("old 1", "old 2", "old 3"), Told("new")
    older = turn.keep(iter(old))
    assert next(older) == ("old 1",)
    newer = turn.keep(iter(new))
    assert next(newer) == ("new",)
    assert list(older) == [NOTHING]  # nothing of it is shown after
    assert (old.closed, old.made) == (True, 2)  # it ends with the part that was under way
    assert list(newer) == [NOTHING]


def test_an_older_stream_is_ended_before_the_newer_one_has_anything_to_show() -> None:
    turn, old = Turn(), Told("a", "b", "c")
    older = turn.keep(iter(old))
    next(older)
    turn.take()  # as Stop does
    assert list(older) == [NOTHING]
    assert old.closed


def test_a_stream_that_gives_nothing_still_leaves_the_page_as_it_is() -> None:
    assert list(Turn().keep(iter(Told()))) == [NOTHING]


def test_nothing_touches_no_output() -> None:
    assert len(NOTHING) == 6
    assert all(part == gr.skip() for part in NOTHING)


def test_who_leaves_ends_the_work() -> None:
    told = Told("a", "b")
    kept: Any = Turn().keep(iter(told))
    next(kept)
    kept.close()
    assert (told.closed, told.made) == (True, 1)


def test_an_error_comes_through_and_closes_the_stream() -> None:
    told = Told("a")

    def failing() -> Iterator[Any]:
        yield from told
        raise ValueError("no")

    kept = Turn().keep(failing())
    next(kept)
    with pytest.raises(ValueError, match="no"):
        next(kept)
    assert told.closed


# The wiring


class Asks:
    """A model that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.following = True

    def follows(self) -> bool:
        return self.following

    def stream(self, *asked: Any) -> Iterator[Any]:
        self.asked.append(asked)
        yield asked

    def answered(self, values: Any, anew: bool = False) -> Iterator[Any]:
        return self.stream("begun" if anew else "answered", values)

    def typed(self, values: Any) -> Iterator[Any]:
        return self.stream("typed", values)

    def rested(self, values: Any) -> Iterator[Any]:
        return self.stream("rested", values)

    def other(self, values: Any, target: str) -> Iterator[Any]:
        return self.stream("other", values, target)

    def checked(self, values: Any, asked: str) -> Iterator[Any]:
        yield f"{asked} of {values}"
        yield "found"

    def edited(self, values: Any, asked: str) -> list[Any]:
        return [f"{asked} of {value}" for value in values]

    def followed(self, values: Any) -> Iterator[Any]:
        return self.stream("followed", values)

    def explored(self, values: Any, asked: str) -> Iterator[Any]:
        yield f"{asked} of {values}"

    def linked(self, values: Any) -> str:
        return f"a link to {values}"


def wired(widgets: list[Any], rows: list[list[Any]] | None = None, spoken: Any = ()) -> SimpleNamespace:
    """A wired form: its parts, and what it asked for."""
    asks = Asks()
    with gr.Blocks(analytics_enabled=False) as blocks:
        for each in [*widgets, *(recorder for recorder, *_ in spoken)]:
            each.render()
        parts: dict[str, Any] = {name: gr.Button(name) for name in ("go", "stop")}
        parts |= {name: gr.Textbox("") for name in ("target", "check", "edit", "explore", "link")}
        offered = gr.Dataset(components=[gr.Textbox(render=False)], samples=[["One"]], type="index") if rows else None
        outputs = [gr.HTML("") for _ in range(6)]
        wire(asks, Form(widgets, **parts, offered=offered, rows=rows or [], spoken=spoken), outputs)
    return SimpleNamespace(asks=asks, functions=list(blocks.fns.values()), offered=offered, **parts)


def on(form: SimpleNamespace, part: Any, event: str) -> Any:
    """The one function that an event of a part calls."""
    (found,) = [function for function in form.functions if (part._id, event) in function.targets]
    return found


def after(form: SimpleNamespace, function: Any) -> Any:
    """The one function that runs once another has."""
    (found,) = [each for each in form.functions if each.trigger_after == function._id]
    return found


def test_what_is_said_is_written_into_its_box_and_then_asked() -> None:
    box, recorder = gr.Textbox(render=False), gr.Audio(render=False)
    form = wired([box], spoken=[(recorder, box, lambda recording: "words")])
    writing = on(form, recorder, "stop_recording")
    assert writing is on(form, recorder, "upload")
    assert (writing.inputs, writing.outputs) == ([recorder], [box])
    asking = after(form, writing)
    assert asking.trigger_only_on_success
    list(asking.fn("words"))
    assert form.asks.asked == [("begun", ("words",))]  # another case, no change of the one before


def number() -> gr.Number:
    return gr.Number(render=False)


def test_the_button_asks_with_the_values_of_all_fields() -> None:
    widgets = [number(), number()]
    form = wired(widgets)
    asked = on(form, form.go, "click")
    assert asked.inputs == widgets
    assert list(asked.fn(1, 2)) == [("answered", (1, 2), ""), NOTHING]


def test_a_text_is_sent_by_keyboard_and_a_picture_by_its_upload() -> None:
    box, photo = gr.Textbox(render=False), gr.Image(render=False)
    form = wired([box, photo])
    for part, event, asked in ((box, "submit", "answered"), (photo, "upload", "begun")):
        assert next(iter(on(form, part, event).fn("a", "b"))) == (asked, ("a", "b"), "")
    changing = [target for function in form.functions for target in function.targets if target[1] == "input"]
    assert changing == [(box._id, "input")]  # a picture has no typing to follow


@pytest.mark.parametrize(("count", "given"), [(1, 7), (2, [7, 8])])
def test_an_example_fills_the_fields_and_is_answered_then(count: int, given: Any) -> None:
    form = wired([number() for _ in range(count)], rows=[[7, 8][:count]])
    filled = on(form, form.offered, "click")
    assert filled.fn(0) == given
    assert next(iter(after(form, filled).fn(*[7, 8][:count]))) == ("begun", (7, 8)[:count], "")  # another case


def test_another_target_is_asked_with_the_values_of_the_fields() -> None:
    form = wired([number()])
    assert next(iter(on(form, form.target, "change").fn('[1, "dog"]', 3))) == ("other", (3,), '[1, "dog"]', "")


def test_a_check_is_asked_with_the_values_of_the_fields_and_touches_nothing_above_it() -> None:
    form = wired([number()])
    found = list(on(form, form.check, "change").fn("[1]", 3))
    assert found == [(*NOTHING[1:], "[1] of (3,)"), (*NOTHING[1:], "found"), NOTHING]


def test_whatever_is_shown_anew_empties_the_place_of_checks() -> None:
    box = number()
    form = wired([box])
    for part, event in ((form.go, "click"), (form.target, "change"), (box, "input")):
        assert next(iter(on(form, part, event).fn("1", "2")))[-1] == ""


@pytest.mark.parametrize(("count", "given"), [(1, "[1] of 7"), (2, ["[1] of 7", "[1] of 8"])])
def test_a_change_fills_the_fields_and_is_answered_then(count: int, given: Any) -> None:
    widgets = [number() for _ in range(count)]
    form = wired(widgets)
    edited = on(form, form.edit, "change")
    assert edited.outputs == widgets
    assert edited.fn("[1]", *[7, 8][:count]) == given
    assert next(iter(after(form, edited).fn(*[7, 8][:count]))) == ("followed", (7, 8)[:count], "")


def test_what_is_asked_of_the_values_stands_beside_the_answer_and_touches_nothing_else() -> None:
    form = wired([number()])
    found = list(on(form, form.explore, "change").fn("[1]", 3))
    assert found == [(*NOTHING[:4], "[1] of (3,)", NOTHING[5]), NOTHING]


def test_a_newer_question_ends_a_check() -> None:
    form = wired([number()])
    running = on(form, form.check, "change").fn("[1]", 3)
    next(running)
    next(on(form, form.go, "click").fn(1))
    assert list(running) == [NOTHING]


def test_typing_predicts_of_a_burst_the_last_and_explains_after() -> None:
    first, second = number(), number()
    form = wired([first, second])
    typed = on(form, first, "input")
    assert typed is on(form, second, "input")  # one event, so that no older answer overtakes a newer one
    assert typed.trigger_mode == "always_last"
    assert next(iter(typed.fn(1, 2))) == ("typed", (1, 2), "")
    assert after(form, typed).name == "rested"


def test_a_form_of_pictures_alone_follows_no_typing() -> None:
    form = wired([gr.Image(render=False)])
    assert not [function for function in form.functions if function.name in ("typed", "rested")]


def test_stop_ends_what_runs() -> None:
    form = wired([number()])
    running = on(form, form.go, "click").fn(1)
    next(running)
    on(form, form.stop, "click").fn()
    assert list(running) == [NOTHING]


def test_every_question_ends_the_one_before() -> None:
    box = number()
    form = wired([box], rows=[[1]])
    asking_events = [on(form, form.go, "click"), on(form, box, "input"), after(form, on(form, form.offered, "click"))]
    for newer in asking_events:
        for older in asking_events:
            running, next_one = older.fn(1), newer.fn(2)
            next(running)
            next(next_one)
            assert list(running) == [NOTHING]


def test_no_event_of_the_form_is_offered_to_programs() -> None:
    form = wired([number(), gr.Textbox(render=False), gr.Image(render=False)], rows=[[1, "a", None]])
    assert {function.api_visibility for function in form.functions} == {"private"}


def test_nothing_waits_in_a_queue_of_gradios() -> None:
    form = wired([gr.Textbox(render=False)], rows=[["a"]])
    streams = {"answered", "begun", "followed", "typed", "rested", "other", "checked", "explored"}
    assert streams <= {function.name for function in form.functions}
    assert {function.concurrency_limit for function in form.functions if function.fn} == {None}  # our own queue alone
    assert all(isinstance(each.concurrency_id, str) for each in form.functions)  # an unnamed one would stay for good


def test_where_nothing_follows_typing_it_leaves_alone_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    box = number()
    form = wired([box])
    form.asks.following = False
    monkeypatch.setattr(asking, "REST", 0)
    told = Told("first", "second")
    monkeypatch.setattr(form.asks, "answered", lambda values: iter(told))
    running = on(form, form.go, "click").fn(1)
    assert next(running) == ("first", "")
    assert list(on(form, box, "input").fn(2)) == [NOTHING]
    assert asyncio.run(parts(resting(form, box)(2))) == [NOTHING]
    assert list(running) == [("second", ""), NOTHING]
    assert form.asks.asked == []


# What follows once the typing rests


async def parts(stream: Any) -> list[Any]:
    return [part async for part in stream]


def resting(form: SimpleNamespace, box: Any) -> Any:
    return after(form, on(form, box, "input")).fn


def test_the_explanation_waits_until_the_typing_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert form.asks.asked == []  # nothing is asked before

    box = number()
    form = wired([box])
    monkeypatch.setattr(asking, "asyncio", SimpleNamespace(sleep=sleep))
    assert asyncio.run(parts(resting(form, box)(1))) == [("rested", (1,), ""), NOTHING]
    assert slept == [asking.REST]


@pytest.mark.parametrize("newer", ["typed", "go", "stop"])
def test_the_explanation_is_dropped_if_somebody_asks_anew(monkeypatch: pytest.MonkeyPatch, newer: str) -> None:
    box = number()
    form = wired([box])

    async def sleep(seconds: float) -> None:
        if newer == "stop":
            on(form, form.stop, "click").fn()
        else:
            next(on(form, *{"typed": (box, "input"), "go": (form.go, "click")}[newer]).fn(2))

    monkeypatch.setattr(asking, "asyncio", SimpleNamespace(sleep=sleep))
    assert asyncio.run(parts(resting(form, box)(1))) == [NOTHING]
    assert not [asked for asked in form.asks.asked if asked[0] == "rested"]


def test_an_explanation_that_follows_ends_with_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    box = number()
    form = wired([box])
    told = Told("first", "second", "third")
    monkeypatch.setattr(asking, "REST", 0)
    monkeypatch.setattr(form.asks, "rested", lambda values: iter(told))

    async def interrupted() -> list[Any]:
        stream = resting(form, box)(1)
        found = [await anext(stream)]
        next(on(form, box, "input").fn(2))
        return [*found, *await parts(stream)]

    assert asyncio.run(interrupted()) == [("first", ""), NOTHING]
    assert told.closed


def test_what_lost_its_turn_before_it_began_shows_nothing() -> None:
    turn = Turn()
    mine = turn.number
    turn.take()
    assert list(turn.keep(iter([("never",)]), mine)) == [NOTHING]

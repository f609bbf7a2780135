"""When a visitor asks: what starts an answer or an explanation, and that a newer question ends the older one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import gradio as gr

from ..fields import TextField
from ..serving.threads import closing as closing_async

Values = Sequence[Any]
Parts = Iterator[tuple[Any, ...]]

NOTHING: Any = (gr.skip(),) * 6
"""Leaves every output as it is."""
REST = 0.7
"""Seconds without a key or a slider moved until the explanation follows."""


class Asks(Protocol):
    """What can be asked of a model's form: each a stream of what the outputs show."""

    def answered(self, values: Values, anew: bool = False) -> Parts:
        """Prediction and explanation of the values of the fields. anew: another case, no change of the one before."""

    def follows(self) -> bool:
        """Whether answers follow typing; else typing leaves alone whatever runs."""

    def typed(self, values: Values) -> Parts:
        """The prediction alone, while somebody types."""

    def rested(self, values: Values) -> Parts:
        """The explanation that follows."""

    def other(self, values: Values, target: str) -> Parts:
        """The explanation of another target."""

    def checked(self, values: Values, asked: str) -> Iterator[str]:
        """A check of the explanation, as HTML again and again."""

    def edited(self, values: Values, asked: str) -> list[Any]:
        """What the widgets show after a change that is asked for."""

    def followed(self, values: Values) -> Parts:
        """Prediction and explanation after that change."""

    def explored(self, values: Values, asked: str) -> Iterator[str]:
        """What is asked about the values without changing them, as HTML again and again."""

    def linked(self, values: Values) -> str:
        """A link to the case as JSON for page.js, which makes an address of it."""

    def hearing(self, field: TextField) -> str:
        """What has to be done before speech can be written into a field; empty where it can."""

    def heard(self, field: TextField, recording: Any) -> str:
        """The words of a recording for a field."""


@dataclass(frozen=True)
class Form:
    """The widgets of a form; `rows` are the examples' values by widget; page.js asks by `target` to `link`."""

    widgets: list[gr.components.Component]
    go: gr.Button
    stop: gr.Button
    target: gr.Textbox
    check: gr.Textbox
    edit: gr.Textbox
    explore: gr.Textbox
    link: gr.Textbox
    offered: gr.Dataset | None
    rows: list[list[Any]]
    recorded: tuple[gr.Textbox, Any] | None = None
    """A box that names a tick of a recording, and what then gives the widgets' values."""
    spoken: Sequence[tuple[gr.Audio, gr.components.Component, Any]] = ()
    """Recorders, the box that each writes into, and what gives the words of a recording."""


class Turn:
    """Whose turn it is: a form shows the answer to the newest question only."""

    def __init__(self) -> None:
        self.number = 0
        self.typed = 0  # the number of what was typed last

    def take(self) -> int:
        """End whatever runs; the number of the question that comes now."""
        self.number += 1
        return self.number

    def keep(self, parts: Parts, mine: int | None = None) -> Parts:
        """The parts until somebody asks anew; then the stream, and its work, end.

        mine: the number of the question if it has one already, whose turn may be over.
        """
        mine = self.take() if mine is None else mine
        if self.number == mine:
            with closing(parts):  # type: ignore[type-var]  # generators all
                for part in parts:
                    if self.number != mine:
                        break
                    yield part
        yield NOTHING  # at its end, gradio shows again what a generator gave last, and empties all if it gave nothing


def wire(asks: Asks, form: Form, outputs: Sequence[gr.components.Component]) -> None:
    """Connect the form with its answers. It is made anew for each visitor, and so is the turn.

    outputs: four of what is asked, old beside new, and the place of checks, which empties when anything is shown anew.
    """
    turn = Turn()
    show: dict[str, Any] = {"inputs": form.widgets, "outputs": list(outputs), **RUNNING}

    def answered(*values: Any) -> Parts:
        yield from cleared(turn.keep(asks.answered(values)))

    def begun(*values: Any) -> Parts:
        yield from cleared(turn.keep(asks.answered(values, anew=True)))

    def followed(*values: Any) -> Parts:
        yield from cleared(turn.keep(asks.followed(values)))

    def other(target: str, *values: Any) -> Parts:
        yield from cleared(turn.keep(asks.other(values, target)))

    def checked(asked: str, *values: Any) -> Parts:
        yield from turn.keep((*NOTHING[1:], html) for html in asks.checked(values, asked))

    def explored(asked: str, *values: Any) -> Parts:
        yield from turn.keep((*NOTHING[2:], html, gr.skip()) for html in asks.explored(values, asked))

    def edited(asked: str, *values: Any) -> Any:
        return one_or_more(asks.edited(values, asked))

    asking: list[Any] = [form.go.click]
    asking += [box.submit for box in form.widgets if isinstance(box, gr.Textbox | gr.HTML)]
    beginning: list[Any] = [box.upload for box in form.widgets if isinstance(box, gr.Image)]
    if form.offered:
        rows = form.rows
        beginning.append(form.offered.click(lambda i: one_or_more(rows[i]), form.offered, form.widgets, **QUIET).then)
    if form.recorded:
        tick, values_of = form.recorded
        beginning.append(tick.change(values_of, tick, form.widgets, **QUIET).then)
    for recorder, box, words in form.spoken:
        ended = [recorder.stop_recording, recorder.upload]
        beginning.append(gr.on(ended, words, recorder, box, **LISTENING).success)
    for ask in asking:
        ask(answered, js=TO_ANSWER, **show)
    for begin in beginning:
        begin(begun, js=TO_ANSWER, **show)
    boxed = {"inputs": [form.edit, *form.widgets], "outputs": form.widgets, **QUIET}
    form.edit.change(edited, **boxed).then(followed, js=TO_ANSWER, **show)
    form.explore.change(explored, **{**show, "inputs": [form.explore, *form.widgets]})
    form.target.change(other, **{**show, "inputs": [form.target, *form.widgets]})
    form.check.change(checked, **{**show, "inputs": [form.check, *form.widgets]})
    linking(form.link, lambda _, *values: asks.linked(values), form.widgets)
    # A picture's own event is its upload, above.
    typing: list[Any] = [box.input for box in form.widgets if not isinstance(box, gr.Image)]  # type: ignore[attr-defined]
    if typing:
        follow(asks, turn, typing, show)
    stopping = form.stop.click(turn.take, js=STOPPED, **QUIET)
    stopping.then(None, js=STOPPED, api_visibility="private")  # a figure may have been on its way meanwhile


def linking(box: gr.Textbox, make: Callable[..., str], inputs: Sequence[gr.components.Component]) -> None:
    """Make a link of the inputs when page.js writes into the box, and hand it over.

    make: gives it as JSON, from what was written and the inputs.
    """
    made = gr.Textbox("", visible="hidden", label="Link made")
    asked = box.change(make, [box, *inputs], made, **QUIET)
    asked.then(None, made, None, js="(made) => showLink(made)", api_visibility="private")


def follow(asks: Asks, turn: Turn, typing: Sequence[Any], show: dict[str, Any]) -> None:
    """Predict on every change, of a burst the first and the last; explain once the changes rest."""

    def typed(*values: Any) -> Parts:
        if not asks.follows():
            yield NOTHING
            return
        turn.typed = turn.take()
        yield from cleared(turn.keep(asks.typed(values), turn.typed))

    async def rested(*values: Any) -> AsyncIterator[Any]:
        mine = turn.typed  # not the turn's: somebody may have asked meanwhile
        await asyncio.sleep(REST)
        if turn.number != mine or not asks.follows():
            yield NOTHING
            return
        async for part in closing_async(cleared(turn.keep(asks.rested(values), mine))):
            yield part

    # One event for all widgets, so that no older answer can overtake a newer one.
    changed = gr.on(typing, typed, **{**show, "trigger_mode": "always_last"})
    changed.then(rested, **show)


def cleared(parts: Parts) -> Parts:
    """Parts of what is asked, each with an empty place of checks, which were of something else."""
    with closing(parts):  # type: ignore[type-var]  # generators all
        for part in parts:
            yield part if part is NOTHING else (*part, "")


def one_or_more(values: list[Any]) -> Any:
    """An example's values as gradio takes them: a list for several widgets, the bare value for one."""
    return values if len(values) > 1 else values[0]


QUIET: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": None,  # who waits is told so by our own queue, which lets in by kinds of work
    "concurrency_id": "page",  # named, because Gradio keeps a queue for each unnamed one of each visitor
}

RUNNING: dict[str, Any] = {
    **QUIET,
    "trigger_mode": "multiple",  # "once" would drop an example that is clicked while another is explained
}

LISTENING: dict[str, Any] = {**QUIET, "show_progress": "full"}

TO_ANSWER = """(...values) => {
    const answer = document.getElementById("answer");
    if (answer && (innerWidth < 760 || answer.getBoundingClientRect().top > 0.6 * innerHeight)) answer.scrollIntoView();
    return values;
}"""
"""On a phone the answer stands below the form, and below a recording's panel on a wide screen: go there."""

STOPPED = """() => {
    for (const bar of document.querySelectorAll("#why .progress"))
        bar.textContent = bar.textContent.trim().replace("the figure is sharpening", "stopped");
    for (const card of document.querySelectorAll(".card[aria-busy]")) {
        card.removeAttribute("aria-busy");
        card.innerHTML = '<p class="hint">Stopped.</p>';
    }
}"""
"""Nothing on the page may claim to be at work any longer."""

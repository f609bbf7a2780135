"""What Gradio does by itself and must not do here: keep what visitors send, fetch what they name, fail without a word.

Each of these replaces a part of Gradio that has no setting; a test of each fails without it.
"""

import json
import logging
import weakref
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from types import SimpleNamespace
from typing import Any, NoReturn, Self

import gradio as gr
from fastapi import HTTPException
from gradio import processing_utils, queueing, route_utils, routes
from gradio.context import LocalContext
from gradio.data_classes import CancelBody, PredictBodyInternal
from gradio.exceptions import InvalidPathError
from gradio.queueing import ProcessTime, Queue
from gradio.state_holder import SessionState, StateHolder
from pydantic import model_validator

from ..serving.reports import report
from .sessions import sweep

log = logging.getLogger(__name__)

UPLOADED = "Only uploaded files are accepted, no addresses and no paths."
AGAIN = 5
"""Seconds after which to try again where all threads are taken, and as many wait for one."""


def restrain(blocks: gr.Blocks) -> None:
    """To be called once the page has its queue."""
    SessionState._update_value_in_config = forget  # type: ignore[method-assign]
    StateHolder.delete_all_expired_state = sweep  # type: ignore[method-assign]
    processing_utils.async_ssrf_protected_download = refuse
    blocks._queue.process_time_per_fn = Times()  # type: ignore[assignment]
    blocks._queue.compute_analytics_summary = uncounted  # type: ignore[method-assign]
    blocks._queue.push = told(blocks._queue.push)  # type: ignore[method-assign]
    route_utils.get_fn = known(route_utils.get_fn)
    routes.CancelBody = own(blocks._queue)  # type: ignore[misc]
    gr.Blocks.validate_inputs = enough  # type: ignore[method-assign, assignment]
    route_utils.call_process_api = answered(route_utils.call_process_api)  # type: ignore[assignment]
    queueing.traceback = routes.traceback = SimpleNamespace(print_exc=untold)  # type: ignore[assignment]


def forget(self: SessionState, key: int, value: Any) -> None:
    """Gradio would keep every value of 10,000 visitors for links that reopen them, which are not offered here."""


async def refuse(url: str, cache_dir: str) -> NoReturn:
    """Gradio would download, without a bound, the address that a caller gives in the place of a file."""
    raise gr.Error(UPLOADED, print_exception=False)


def uncounted(records: list[Any]) -> dict[str, Any]:
    """Gradio would go through the last 10,000 events after each one, for a page of numbers that is not offered here."""
    return {}


def told(push: Callable[..., Any]) -> Callable[..., Any]:
    """Gradio would answer 503 with its own numbers, and not say when to come back. And fail, with a traceback in the
    log, where an answer repeats what is no text.
    """

    @wraps(push)
    async def pushed(body: PredictBodyInternal, *given: Any, **options: Any) -> Any:
        body.data = text_of(body.data)
        answer = await push(body, *given, **options)
        if answer[-1] == "queue_full":
            words = f"Many people are here right now. Please try again in {AGAIN} s."
            raise HTTPException(503, words, {"Retry-After": str(AGAIN)})
        return answer

    return pushed


def text_of(sent: Any) -> Any:
    """What was sent as JSON, without halves of surrogate pairs, such as \\ud800: they stand for nothing, and an answer
    that repeats one cannot be written.
    """
    written = json.dumps(sent, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return json.loads(written.encode(errors="ignore"))
    return sent


def known(find: Callable[..., Any]) -> Callable[..., Any]:
    """Gradio would answer 500 to a page that another process has drawn, or that is forgotten; 410 has it open anew
    (assets/lost.js). And 500, with a traceback in the log, to a name that nothing has, and to what only the browser
    does: 404.
    """

    @wraps(find)
    def found(*given: Any, **options: Any) -> Any:
        try:
            function = find(*given, **options)
        except KeyError:
            raise HTTPException(
                410, "This page was drawn by another server, before this one was started, or is forgotten."
            ) from None
        except route_utils.FnIndexInferError:
            function = None
        if function is None or not function.fn:
            raise HTTPException(404, "There is nothing of that name to call.")
        return function

    return found


def own(queue: Queue) -> type[CancelBody]:
    """Gradio would end the event that is named, whoever began it; one that still waits would never be answered."""

    class Own(CancelBody):
        @model_validator(mode="after")
        def is_own(self) -> Self:
            event = queue.event_ids_to_events.get(self.event_id)
            if event is not None and event.session_hash != self.session_hash:
                raise ValueError("This page began no such event.")
            return self

    return Own


def enough(self: gr.Blocks, function: Any, inputs: Sequence[Any]) -> None:
    """Gradio would write a traceback into the log, and with it what was sent."""
    if len(inputs) < len(function.inputs):
        told = f"This call takes {len(function.inputs):,} values, {len(inputs):,} came."
        raise gr.Error(told, print_exception=False)


def answered(process: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Gradio would write the traceback of an event into the log, with a message that may quote an input, and tell the
    visitor nothing. As anywhere else, the log tells what may be told, and the visitor the id under which it does.
    """

    @wraps(process)
    async def processed(*given: Any, gr_request: Any, **options: Any) -> Any:
        LocalContext.request.set(gr_request)  # whose event it is, for the log
        try:
            return await process(*given, gr_request=gr_request, **options)
        except gr.Error as error:
            error.print_exception = False
            raise
        except HTTPException:
            raise
        except InvalidPathError:
            raise gr.Error(UPLOADED, print_exception=False) from None
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None

    return processed


def untold() -> None:
    """In the place of `traceback.print_exc`, for what goes wrong around events."""
    log.error("an event failed", exc_info=True)


class Times(weakref.WeakKeyDictionary[Any, ProcessTime]):
    """How long each function took; those of a visitor's form go with it, where Gradio would keep them for good."""

    def __getitem__(self, function: Any) -> ProcessTime:
        if function not in self:
            self[function] = ProcessTime()
        return super().__getitem__(function)

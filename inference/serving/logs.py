"""The log: lines for people, or one JSON object a line for machines; neither holds a visitor's data."""

import json
import logging
import threading
import traceback
from pathlib import Path
from typing import Any, TypedDict

from .admission import Call
from .callers import who

CALLS = logging.getLogger("seewhy.calls")
REQUESTS = logging.getLogger("seewhy.requests")
START = logging.getLogger("seewhy")
OWN_WAYS = ("uvicorn", "uvicorn.access", "transformers", "huggingface_hub")
"""Loggers of libraries that would write by themselves, in a form of their own."""
ROOT = Path(__file__).parents[2]


class Words(logging.Formatter):
    """A record as a line for people; of an exception as much as `Lines` tells."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, but for a message that has more of its own."""
        line, id = f"{record.levelname} {record.name}: {message(record)}", request(record)
        if id and id not in line:
            line += f", request {id}"
        if record.exc_info and record.exc_info[1]:
            error = told(record.exc_info[1])
            line += f": {error['type']} at {' > '.join(error['lines'])}"
        return line


class Lines(logging.Formatter):
    """A record as a JSON object: time, level, logger, message, the request's id, and what `extra={"data": …}` adds.

    Of an exception it tells the class and the lines it came through, but not its message, which may quote an input.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message(record),
            "request": request(record),
            **getattr(record, "data", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False)


def message(record: logging.LogRecord) -> str:
    """What a record says; of one with an exception the first line, below which asyncio quotes the exception."""
    text = record.getMessage().rstrip()
    return text.partition("\n")[0] if record.exc_info else text


def request(record: logging.LogRecord) -> str:
    """The id of the request that a record belongs to; empty outside of any."""
    return str(getattr(record, "request", "") or who().id)


class Told(TypedDict):
    """What is told of an error."""

    type: str
    lines: list[str]


def told(error: BaseException) -> Told:
    """The class of an error, and where it came from, as `inference/task.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"type": type(error).__name__, "lines": [f"{short(frame.filename)}:{frame.lineno}" for frame in frames]}


def short(file: str) -> str:
    """A file of ours by its place in the product, another by its name: no path of this machine."""
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


class Passing(logging.Logger):
    """A logger that leaves the writing to ours, whatever its library sets it to, and whenever."""

    propagate: Any = property(lambda self: True, lambda self, value: None)

    def addHandler(self, handler: logging.Handler) -> None:
        """It has none."""


def begin(kind: str) -> None:
    """Write the log as `text` or `json`, to standard error; the second also has a line for each request and call."""
    if kind == "json":
        from huggingface_hub.utils import disable_progress_bars

        disable_progress_bars()  # which are no lines; transformers asks there too
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if kind == "json" else Words())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
    for name in OWN_WAYS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.__class__ = Passing
    if threading.excepthook is threading.__excepthook__:  # it would print the message of the error
        threading.excepthook = thread_ended
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would name what is fetched for a visitor
    for each in (CALLS, REQUESTS):
        each.setLevel(logging.INFO if kind == "json" else logging.WARNING)


def thread_ended(failure: threading.ExceptHookArgs) -> None:
    """A line about a thread that ended by an error."""
    START.error("a thread ended", exc_info=failure.exc_value)


def call_ended(call: Call) -> None:
    """A line about a call: what was asked and how it went, not of what."""
    data = {
        "call": call.name,
        "kind": call.kind,
        "outcome": call.outcome,
        "waited_ms": round(call.waited * 1000, 1),
        "ms": round(call.seconds * 1000, 1),
        "steps_ms": {step.step: step.ms for step in call.steps},
    }
    CALLS.info("call", extra={"data": data, "request": call.caller.id})

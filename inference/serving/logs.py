"""The log: lines for people, or one JSON object a line for machines, which hold no visitor's data."""

import json
import logging
import traceback
from pathlib import Path

from .admission import Call
from .callers import who

CALLS = logging.getLogger("seewhy.calls")
REQUESTS = logging.getLogger("seewhy.requests")
ROOT = Path(__file__).parents[2]


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
            "message": record.getMessage(),
            "request": getattr(record, "request", "") or who().id,
            **getattr(record, "data", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False)


def told(error: BaseException) -> dict[str, object]:
    """The class of an error, and where it came from: `inference/task.py:120 forward`."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"type": type(error).__name__, "lines": [f"{short(frame.filename)}:{frame.lineno}" for frame in frames]}


def short(file: str) -> str:
    """A file of ours by its place in the product, another by its name: no path of this machine."""
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def begin(kind: str) -> None:
    """Write the log as `text` or `json`, to standard error; the second also has a line for each request and call."""
    handler = logging.StreamHandler()
    if kind == "json":
        handler.setFormatter(Lines())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(kind == "json")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would name what is fetched for a visitor
    for each in (CALLS, REQUESTS):
        each.setLevel(logging.INFO if kind == "json" else logging.WARNING)


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

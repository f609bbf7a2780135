"""How a text is written: the settings of a reply, where it stops, and the thread that writes it piece by piece.

It knows no prompt and no pipeline.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from .accelerator import accelerator
from .batching import BEAT
from .errors import Busy
from .fields import NumberField, TextField
from .types import Raw

T = TypeVar("T")

LENGTH = NumberField(
    name="max_new_tokens",
    label="Length at most",
    role="setting",
    unit="tokens",
    limits=(1, 256),
    step=1,
    default=64,
)
SETTINGS = (
    NumberField(
        name="temperature",
        label="Temperature",
        role="setting",
        limits=(0, 2),
        step=0.1,
        default=0,
        description="0 takes the likeliest word each time; more gives others a chance.",
    ),
    LENGTH,
    TextField(
        name="stop",
        label="Stop before",
        role="setting",
        max_length=200,
        description="Words at which the reply ends, one a line.",
    ),
    NumberField(
        name="seed",
        label="Seed",
        role="setting",
        limits=(0, 999_999),
        step=1,
        default=0,
        description="Draws the same words again at the same temperature.",
    ),
)
"""What a visitor may set where a model's demo.json takes these fields in."""


@dataclass(frozen=True)
class Settings:
    """How one reply is written. At temperature 0 each word is the likeliest one; else `seed` draws it.

    stop: the reply ends before the first of these.
    """

    max_new_tokens: int
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def of(cls, raw: Raw, defaults: Mapping[str, Any]) -> "Settings":
        """Those that a checked input has under the names of SETTINGS; defaults: the options of the pipeline."""
        return cls(
            max_new_tokens=round(raw.get("max_new_tokens", defaults.get("max_new_tokens", LENGTH.default))),
            temperature=float(raw.get("temperature", 0.0)),
            stop=tuple(line.strip() for line in raw.get("stop", "").splitlines() if line.strip()),
            seed=round(raw.get("seed", 0)),
        )

    def options(self, tokenizer: Any) -> dict[str, Any]:
        """The same as `generate` takes it."""
        options: dict[str, Any] = {"max_new_tokens": self.max_new_tokens, "do_sample": self.temperature > 0}
        if self.temperature > 0:
            options["temperature"] = self.temperature
        if self.stop:
            options |= {"stop_strings": list(self.stop), "tokenizer": tokenizer}
        return options

    @contextmanager
    def seeded(self, device: torch.device) -> Iterator[None]:
        """Within, torch draws by the seed; afterwards as if nothing had been drawn."""
        if self.temperature == 0:
            yield
            return
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(self.seed)
            yield


def before(text: str, stop: Sequence[str]) -> str:
    """A text up to the first of its stop words."""
    return text[: min((text.index(word) for word in stop if word in text), default=len(text))]


def until(pieces: Generator[str, None, T], stop: Sequence[str]) -> Generator[str, None, T]:
    """The pieces of a text up to its first stop word; what may become one is held back until it is known."""
    text, sent = "", 0
    while True:
        try:
            if not (piece := next(pieces)):
                yield piece  # a sign of life
                continue
            text += piece
        except StopIteration as end:
            rest = before(text, stop)[sent:]
            if rest:
                yield rest
            return end.value
        whole = before(text, stop)
        safe = len(whole) if len(whole) < len(text) else len(text) - held(text, stop)
        if safe > sent:
            yield text[sent:safe]
            sent = safe


def held(text: str, stop: Sequence[str]) -> int:
    """The characters at the end of a text with which a stop word may begin."""
    starts = (n for word in stop for n in range(1, len(word)) if text.endswith(word[:n]))
    return max(starts, default=0)


def stream(write: Callable[..., T], tokenizer: Any, name: str, patience: float) -> Generator[str, None, T]:
    """What `write(streamer=…, stopping_criteria=…)` writes, as it comes; returns what it returned.

    While others hold the accelerator an empty string comes now and then, at which whoever asked may have left. It runs
    in a thread of its own, which then holds the accelerator; closing the stream stops it at the next word.
    patience: seconds to wait for the accelerator, and then for each word. Raises Busy after them, and what `write`
    raised.
    """
    from transformers import StoppingCriteriaList, TextIteratorStreamer

    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=patience)
    started, stop = threading.Event(), threading.Event()
    result: dict[str, Any] = {}

    def generate() -> None:
        criteria = StoppingCriteriaList([lambda ids, scores, **_: torch.full((len(ids),), stop.is_set())])
        try:
            with accelerator:
                if stop.is_set():  # left while still waiting
                    return
                started.set()
                result["outputs"] = write(streamer=streamer, stopping_criteria=criteria)
        except BaseException as error:  # handed to the visitor's thread below, where it is raised again
            result["error"] = error
        finally:
            started.set()
            streamer.end()

    thread = threading.Thread(target=copy_context().run, args=(generate,), name=f"generate {name}", daemon=True)
    thread.start()
    try:
        given_up = time.monotonic() + patience
        while not started.wait(min(BEAT, patience)):
            if time.monotonic() > given_up:
                raise Busy("The model is busy with others' texts; please try again in a minute.")
            yield ""
        yield from (piece for piece in streamer if piece)
    except queue.Empty:
        raise Busy("The model took too long for the next word; please try again.") from None
    finally:
        stop.set()
        if started.is_set():  # else it still waits its turn, and will find that nobody waits for it
            thread.join()
    if "error" in result:
        raise result.pop("error")  # or it would hold, by its traceback, itself and all that was read
    return result["outputs"]

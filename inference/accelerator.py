"""Who computes next, and what happens where the memory does not suffice.

It knows no model and no task.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from . import device
from .deadline import left, over
from .errors import OutOfMemory, TimedOut

log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

in_background: ContextVar[bool] = ContextVar("in_background", default=False)
"""Set while somebody can wait: an explanation sharpens, a prediction is expected at once."""


def patiently(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """`work` done in the background: predictions go before it."""
    token = in_background.set(True)
    try:
        return work(*arguments, **options)
    finally:
        in_background.reset(token)


class Accelerator:
    """A lock for one forward pass, or one text, at a time. Predictions go before what runs in the background.

    A pass for which the memory does not suffice leaves as OutOfMemory, with what it had taken given back. One for which
    its call has no time left is not begun, and leaves as TimedOut.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0

    def __enter__(self) -> None:
        device.refuse()
        if over():
            raise TimedOut(f"This took longer than a call may, and was ended. {TimedOut.REMEDY}")
        patient = in_background.get()
        with self._changed:
            self._urgent += not patient
            try:
                mine = self._changed.wait_for(lambda: not self._taken and not (patient and self._urgent), left())
            finally:
                self._urgent -= not patient
            if not mine:
                self._changed.notify_all()  # one who is patient may have waited for this one alone
                raise TimedOut(f"Others' calls left no time for this one. {TimedOut.REMEDY}")
            self._taken = True

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        try:
            if error is not None and is_out_of_memory(error):
                log.warning("out of memory: %s", error)
                free(error)
                raise OutOfMemory(NO_MEMORY) from None
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


NO_MEMORY = (
    "This needs more memory than there is: send a smaller picture or a shorter text, "
    "or try again when fewer people are here."
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the accelerator, or of the machine, did not suffice."""
    if not isinstance(error, RuntimeError):
        return isinstance(error, MemoryError)
    import torch
    from accelerate.utils.memory import should_reduce_batch_size

    return isinstance(error, torch.OutOfMemoryError) or should_reduce_batch_size(error)


def free(error: BaseException) -> None:
    """Give back what a failed pass holds: the tensors in the frames it ended in, and the device's cache."""
    from accelerate.utils.memory import clear_device_cache

    traceback.clear_frames(error.__traceback__)
    clear_device_cache(garbage_collection=True)


accelerator = Accelerator()


def in_batches(
    work: Callable[[Sequence[S]], T],
    items: Sequence[S],
    size: int,
    shrunk: Callable[[int], None] = lambda size: None,
) -> Iterator[T]:
    """`work` for the items in their order, `size` at a time, and half as many whenever the memory does not suffice.

    shrunk: told each smaller size, for those who come again. Raises OutOfMemory where one item alone is too much.
    """
    start = 0
    while start < len(items):
        try:
            done = work(items[start : start + size])
        except OutOfMemory:
            size = min(size, len(items) - start) // 2
            if not size:
                raise
            shrunk(size)
            continue
        yield done
        start += size

"""How many of the processor's cores a forward pass computes on. It knows no task and no queue."""

from collections.abc import Iterator
from contextlib import contextmanager

LIGHT = 2**24
"""Bytes of weights times rows, up to which a pass is done sooner by one core than by several that wait for one another:
measured where 300 rows of a table meet a network of 48 kB."""


_usual: int | None = None
"""As many as the process has, while a pass uses but one."""


@contextmanager
def cores(work: int) -> Iterator[None]:
    """One core for light work, bytes of weights times rows; else as many as the process has.

    Only who holds the accelerator may ask: the number holds for the whole process.
    """
    import torch

    global _usual
    if work > LIGHT:
        yield
        return
    _usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(_usual)
        _usual = None


def count(work: int) -> int:
    """On how many cores so much work is done."""
    import torch

    found = torch.get_num_threads()
    return 1 if work <= LIGHT else _usual or found

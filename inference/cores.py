"""Where the processor computes a forward pass: light ones at once and on one core, others on all, in one thread.

Each thread that computes on several cores keeps a team of helpers and their scratch memory, some 10 MB; were it every
thread of a server that has a request, memory would grow with those who ask at once. It knows no task and no queue.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

LIGHT = 2**24
"""Bytes of weights times rows, up to which a pass is done sooner by one core than by several that wait for one another:
measured where 300 rows of a table meet a network of 48 kB."""

_usual: int | None = None
"""How many cores there are, while a pass uses but one."""


def one_thread() -> ThreadPoolExecutor:
    """The thread that computes; it starts with the first pass."""
    return ThreadPoolExecutor(1, "passes")


_thread = one_thread()


def renew() -> None:
    """A process that was forked off has no threads of its parent's."""
    global _thread
    _thread = one_thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=renew)


def computed(work: int, compute: Callable[P, T], /, *given: P.args, **options: P.kwargs) -> T:
    """`compute(…)`, asked for by whoever holds the accelerator. work: bytes of weights times rows.

    What is set by thread, such as torch.inference_mode, must be set within `compute`.
    """
    if work > LIGHT:
        return _thread.submit(copy_context().run, partial(compute, *given, **options)).result()
    import torch

    global _usual
    _usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return compute(*given, **options)
    finally:
        torch.set_num_threads(_usual)
        _usual = None


def count(work: int) -> int:
    """On how many cores so much work is done."""
    import torch

    found = torch.get_num_threads()
    return 1 if work <= LIGHT else _usual or found

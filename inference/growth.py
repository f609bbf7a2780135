"""That a model in memory grows no larger than its weight files account for, whatever its config.json says.

transformers builds what a config describes, and makes up what the files lack: a few bytes could otherwise ask for all
the memory there is, or for a million layers. It knows no task and no file.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .errors import ModelError

TIMES, SPARE = 3, 10_000_000
"""Weights that may be built for each that is in a file, as where two parts share one, and in any case: what a new head
takes."""
PARTS_TIMES, SPARE_PARTS = 4, 1_000
"""The same for tensors, each of which takes its time."""


@contextmanager
def bounded(name: str, sizes: Sequence[int]) -> Iterator[None]:
    """Stop what this thread builds meanwhile once it has outgrown its files. Raises ModelError.

    name: of the model, for the message. sizes: the number of weights in each tensor of its files.
    """
    from torch.nn.modules import module

    mine, built, parts = threading.get_ident(), 0, 0
    weights, most = TIMES * sum(sizes) + SPARE, PARTS_TIMES * len(sizes) + SPARE_PARTS

    def count(owner: Any, label: str, tensor: Any) -> None:
        nonlocal built, parts
        # Where a model is first built, it has no memory yet; what is read from its files later is as large as these.
        if tensor is None or not tensor.is_meta or threading.get_ident() != mine:
            return
        built, parts = built + tensor.numel(), parts + 1
        if built > weights or parts > most:
            raise ModelError(
                f"{name}: config.json describes a far larger model than its files hold ({sum(sizes):,} weights in "
                f"{len(sizes):,} tensors). Save config and weights together with save_pretrained."
            )

    hooks = [
        module.register_module_parameter_registration_hook(count),
        module.register_module_buffer_registration_hook(count),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()

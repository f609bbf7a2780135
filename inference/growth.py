"""That a model in memory, and what is prepared for it, grows no larger than can be meant, whatever its configs say.

transformers builds what a config describes, and makes up what the files lack: a few bytes could otherwise ask for all
the memory there is, or for a million layers, or for pictures of a billion pixels. It knows no task and no file.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
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


LONGEST_SIDE, SHORTEST_SIDE = 4_096, 1_024
"""Pixels to which a picture may be brought for a model, and its shorter side where the longer may have any number."""


def measured(name: str, processor: Any) -> None:
    """Refuse pictures larger than models read, before one is made. Raises ModelError.

    processor: transformers' image processor, or None. Its own limits are none, and it fills up the memory first.
    """
    said = processor.to_dict() if processor is not None else {}
    for key in ("size", "crop_size", "pad_size"):
        size = said.get(key)
        sides = dict(size) if isinstance(size, Mapping) else {"side": size}
        most = SHORTEST_SIDE if [side for side in sides if sides[side]] == ["shortest_edge"] else LONGEST_SIDE
        for side, pixels in sides.items():
            if isinstance(pixels, int | float) and pixels > most:
                raise ModelError(
                    f"{name}: preprocessor_config.json brings pictures to {key} {side} {pixels:,.0f}; at most {most:,} "
                    "pixels are made here. Save the processor that the model was trained with."
                )

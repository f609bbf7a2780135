"""What a file of weights says of itself at its beginning, read to a bound. It knows no architecture.

A safetensors file begins with the length of its header, 8 bytes, and the header: a JSON object of tensors by name
(https://huggingface.co/docs/safetensors). A million tensors of nothing take less than 70 MB and most of a minute.
"""

import json
import math
from pathlib import Path
from typing import Any

from .errors import ModelError
from .units import filesize

MOST_BYTES = 8_000_000
"""Of a header. A model of 30,000 tensors, more than any has in one file of a usual size, takes 4,000,000."""
MOST_TENSORS = 50_000


def shapes(name: str, file: Path) -> list[int]:
    """Number of weights in each tensor of a safetensors file. name: of its model, in messages. Raises ModelError."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if MOST_BYTES < length <= file.stat().st_size:
            raise ModelError(
                f"{name}: {file.name[:80]} begins with a header of {filesize(length)}; at most {filesize(MOST_BYTES)} "
                "are read. Save the model again with save_pretrained, in smaller files (max_shard_size)."
            )
        text = opened.read(min(length, MOST_BYTES))
    try:
        found = json.loads(text) if len(text) == length else None
    except (ValueError, RecursionError):
        found = None
    tensors = {key: entry for key, entry in found.items() if key != "__metadata__"} if isinstance(found, dict) else None
    sizes = None if tensors is None else [size(entry) for entry in tensors.values()]
    if sizes is None or None in sizes:
        raise ModelError(f"{name}: {file.name[:80]} is cut off or damaged: its header is none. Fetch it again.")
    if len(sizes) > MOST_TENSORS:
        raise ModelError(
            f"{name}: {file.name[:80]} holds {len(sizes):,} tensors; at most {MOST_TENSORS:,} are read from one file. "
            "Save the model again with save_pretrained, in smaller files (max_shard_size)."
        )
    return [each for each in sizes if each is not None]


def size(entry: Any) -> int | None:
    """The number of weights that a header's entry describes; None where it describes nothing."""
    shape = entry.get("shape") if isinstance(entry, dict) else None
    if not isinstance(shape, list) or not all(isinstance(side, int) and side >= 0 for side in shape):
        return None
    return math.prod(shape)

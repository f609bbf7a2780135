"""Models of every kind behind one door: `inference.load("sentiment").predict({"text": "A warm, witty film."})`.

`inference.from_function` makes one out of any Python function. Importing this package loads neither torch nor
transformers; loading a model does.
"""

import os
from typing import TYPE_CHECKING, Any

# Before torch loads OpenMP: its threads spin for milliseconds for one another, on the cores that requests need.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from .registry import load

if TYPE_CHECKING:
    from .functions import from_function

__all__ = ["from_function", "load"]


def __getattr__(name: str) -> Any:
    """`from_function`, imported when first asked for: its bases import torch."""
    if name != "from_function":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .functions import from_function

    return from_function

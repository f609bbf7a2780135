"""Models of every kind behind one door: `inference.load("sentiment").predict({"text": "A warm, witty film."})`.

`inference.from_function` makes one out of any Python function. Importing this package loads neither torch nor
transformers; loading a model does.
"""

from typing import TYPE_CHECKING, Any

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

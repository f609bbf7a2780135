"""Models of every kind behind one door: `inference.load("sentiment").predict({"text": "A warm, witty film."})`.

Importing this package loads neither torch nor transformers; loading a model does.
"""

from .registry import load

__all__ = ["load"]

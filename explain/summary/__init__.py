"""What a model goes by over many rows: their explanations gathered, and what follows when one column alone changes.

It knows no page; `summarise` is the way in.
"""

from .partial import partials
from .records import Partial, Summary
from .stream import summarise

__all__ = ["Partial", "Summary", "partials", "summarise"]

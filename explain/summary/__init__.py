"""What a model goes by over many rows: their explanations gathered, and what follows when one column alone changes.

It knows no page; `whole` is the way in.
"""

from .partial import partials
from .records import Partial, Summary
from .stream import summarise
from .whole import Doing, whole

__all__ = ["Doing", "Partial", "Summary", "partials", "summarise", "whole"]

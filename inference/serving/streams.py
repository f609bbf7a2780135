"""What is handed in to do the work: this package does not know the one that explains."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from ..errors import NotFound

Stream = Callable[..., Iterator[Any]]
"""Work that tells how far it has come, again and again, and last what it found."""


def not_here(*_: Any, **__: Any) -> NoReturn:
    """In the place of a stream that was not handed in."""
    raise NotFound("This cannot be asked for here.")


@dataclass(frozen=True)
class Streams:
    """What the package `explain` does, handed in by app.py."""

    explain: Stream = not_here
    check: Stream = not_here
    change: Stream = not_here
    sweep: Stream = not_here
    compare: Stream = not_here
    vary: Stream = not_here
    differ: Stream = not_here
    summarise: Stream = not_here

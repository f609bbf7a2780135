"""What is handed in to do the work: this package does not know the one that explains."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ..errors import NotFound

Stream = Callable[..., Iterator[Any]]
"""Work that tells how far it has come, again and again, and last what it found."""


def not_here(*_: Any, **__: Any) -> NoReturn:
    """In the place of a stream that was not handed in."""
    raise NotFound("This cannot be asked for here.")


def nothing(*_: Any, **__: Any) -> None:
    """In the place of what is known already, where nothing is remembered."""


@dataclass(frozen=True)
class Streams:
    """What the package `explain` does, handed in by app.py."""

    explain: Stream = not_here
    known: Callable[..., Any] = nothing
    """Of what `explain` is asked, the answer where it is there already, without asking the model; else None."""
    check: Stream = not_here
    change: Stream = not_here
    sweep: Stream = not_here
    compare: Stream = not_here
    vary: Stream = not_here
    differ: Stream = not_here
    summarise: Stream = not_here
    reason: Callable[..., Any] = not_here
    """What moved each answer most, in words, by task and checked inputs."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Of which type the answers are that a call ends with, by its name; for the OpenAPI document."""

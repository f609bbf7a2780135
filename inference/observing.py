"""What happens deep inside, told to whoever watches: nobody, unless a server does. It knows no watcher."""

import weakref
from collections.abc import Iterator
from typing import Protocol


class Observer(Protocol):
    """Who watches; it must be quick, and safe to tell from many threads."""

    def batch(self, model: str, size: int) -> None:
        """A forward pass over `size` inputs."""

    def cache(self, cache: str, found: bool) -> None:
        """Something was looked up in a cache."""


_observers: tuple[weakref.ref[Observer], ...] = ()


def watch(observer: Observer) -> None:
    """Tell `observer` from now on, as long as somebody else holds it."""
    global _observers
    _observers = (*(each for each in _observers if each() is not None), weakref.ref(observer))


def observe_batch(model: str, size: int) -> None:
    """To be called once for each forward pass that serves visitors."""
    for observer in _watching():
        observer.batch(model, size)


def observe_cache(cache: str, found: bool) -> None:
    """To be called once for each look into a cache, such as `models` or `explanations`."""
    for observer in _watching():
        observer.cache(cache, found)


def _watching() -> Iterator[Observer]:
    return (observer for each in _observers if (observer := each()) is not None)

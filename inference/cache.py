"""What stays in memory: loaded things by name, as many as fit. It does not know what they are."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from .runtime import free_memory

log = logging.getLogger(__name__)

T = TypeVar("T")


class Cache(Generic[T]):
    """Loaded things by name, the least recently used dropped once their bytes exceed `limit`; the newest stays."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self._entries: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.loading = threading.Lock()  # transformers cannot be imported by two threads at once

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str, load: Callable[[], tuple[T, int]], expected: int = 0) -> T:
        """The entry; where it is not there yet, `load() -> (entry, bytes)` is called, once however many ask for it.

        Room for the `expected` bytes is made before loading. What is there already is served meanwhile. What `load`
        raises leaves nothing of it behind.
        """
        found = self._used(name)
        if found is None:
            with self.loading:
                found = self._used(name) or self._load(name, load, expected)
        return found[0]

    def peek(self, name: str) -> T | None:
        """The entry, if it is there; that nobody used it now."""
        with self._lock:
            found = self._entries.get(name)
        return None if found is None else found[0]

    def held(self) -> dict[str, int]:
        """The bytes of what is there, by name."""
        with self._lock:
            return {name: size for name, (_, size) in self._entries.items()}

    def drop(self, name: str) -> None:
        """Forget an entry, if it is there."""
        with self._lock:
            self._entries.pop(name, None)

    def _used(self, name: str) -> tuple[T, int] | None:
        with self._lock:
            if name in self._entries:
                self._entries.move_to_end(name)
            return self._entries.get(name)

    def _load(self, name: str, load: Callable[[], tuple[T, int]], expected: int) -> tuple[T, int]:
        if self.limit is None:
            self.limit = next(iter(free_memory().values())) // 2  # of the device that models go to first
        self._make_room(name, expected)
        entry, size = load()
        self._make_room(name, size)
        with self._lock:
            self._entries[name] = entry, size
        return entry, size

    def _make_room(self, name: str, size: int) -> None:
        with self._lock:
            while self._entries and sum(size for _, size in self._entries.values()) + size > (self.limit or 0):
                dropped, _ = self._entries.popitem(last=False)
                log.info("dropped %s from memory to make room for %s", dropped, name)

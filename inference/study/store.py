"""The studies of the page, each under a name that nobody can guess, as many as memory allows; on no disk."""

import secrets
import threading
import time
from collections import OrderedDict

from ..errors import NotFound
from .reading import Study

MOST_BYTES, MOST_STUDIES, MOST_SECONDS = 1024**3, 64, 3600.0


class Store:
    """The oldest studies leave when the room does not suffice, all of them after an hour unused."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._studies: OrderedDict[str, tuple[Study, int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, study: Study) -> str:
        """The name under which `get` gives it back."""
        name, size = secrets.token_urlsafe(12).replace("-", "_"), study.bytes
        with self._lock:
            self._studies[name] = study, size, time.monotonic()
            self._make_room()
        return name

    def get(self, name: str) -> Study:
        """A study by its name. Raises NotFound where it has left."""
        with self._lock:
            self._make_room()
            if name not in self._studies:
                raise NotFound("This file is no longer in memory; send it again.")
            study, size, _ = self._studies.pop(name)
            self._studies[name] = study, size, time.monotonic()
            return study

    def _make_room(self) -> None:
        while self._studies:
            _, _, used = next(iter(self._studies.values()))
            too_much = len(self._studies) > 1 and self._bytes() > self.most_bytes
            if not too_much and len(self._studies) <= MOST_STUDIES and time.monotonic() - used < MOST_SECONDS:
                return
            self._studies.popitem(last=False)

    def _bytes(self) -> int:
        return sum(size for _, size, _ in self._studies.values())

"""The hub models that visitors name: so many of them, fetched one at a time, the least recently used leave first.

They lie in a folder of their own that goes with the process, apart from the cache of whoever runs it.
"""

import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import hub, models
from ..errors import Busy, InputError, ModelError
from ..scratch import held, leave

MOST = 4
"""Models of visitors at a time; their files may together have what those of one model may."""
WAITING = 4
"""Visitors at a time whose model is being fetched, or waits for that of another."""
PREFIX = "visitors-"


@dataclass(frozen=True)
class Guest:
    """A model's folder, the folder that goes with it, and the bytes of its files."""

    folder: Path
    place: Path
    bytes: int


class Guests:
    """Models that visitors have named, at most `most` with at most `max_bytes` together."""

    def __init__(self, max_bytes: int = hub.MAX_BYTES, most: int = MOST) -> None:
        self.max_bytes, self.most = max_bytes, most
        self._guests: OrderedDict[str, Guest] = OrderedDict()
        self._root: Path | None = None
        self._places = threading.BoundedSemaphore(WAITING)
        self._turn, self._changing = threading.Lock(), threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One visitor's turn to add a model. Raises Busy where too many wait."""
        if not self._places.acquire(blocking=False):
            raise Busy("Other models are being fetched; please try again in a minute.")
        try:
            with self._turn:
                yield
        finally:
            self._places.release()

    def fetch(self, spec: str, examine: Callable[[Path], object]) -> Path:
        """The folder of a model; what is refused leaves nothing behind. To be called in one's turn.

        Raises NotFound, Busy, InputError where the model is refused: whoever named it can name another.
        """
        place = Path(tempfile.mkdtemp(dir=self._home()))
        try:
            # Neither with the presenter's token nor with what the repository says of itself: all visitors will see it.
            folder = hub.fetch(spec, examine, self.max_bytes, cache=place, trusted=False)
        except BaseException as error:
            shutil.rmtree(place)
            if isinstance(error, ModelError):
                raise InputError(str(error)) from None
            raise
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        with self._changing:
            self._guests[spec] = Guest(folder, place, size)
        return folder

    def used(self, name: str) -> None:
        """Note that a model was asked for, if it is one of these."""
        with self._changing:
            if name in self._guests:
                self._guests.move_to_end(name)

    def leaving(self) -> list[str]:
        """The names of those that must leave for the newest; their files are gone. To be called in one's turn."""
        left: list[tuple[str, Guest]] = []
        with self._changing:
            while len(self._guests) > 1 and self._is_full():
                left.append(self._guests.popitem(last=False))
        for _, guest in left:
            shutil.rmtree(guest.place)
        return [name for name, _ in left]

    def _is_full(self) -> bool:
        return len(self._guests) > self.most or sum(guest.bytes for guest in self._guests.values()) > self.max_bytes

    def _home(self) -> Path:
        """Beside other weights, not where small temporary files go, which may be in memory."""
        if self._root is None:
            self._root, lock = held(models.user_cache(), PREFIX)
            weakref.finalize(self, leave, self._root, lock)
        return self._root

"""The pictures in a ZIP as chunks of rows. Nothing is unpacked onto a disk, and no more than a picture may have.

Pictures are bytes here; whether they can be opened is not asked.
"""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .source import Chunk, Source, reason

if TYPE_CHECKING:
    import pyarrow as pa

MOST_PICTURES, LARGEST_PICTURE = 100_000, 32 * 1024**2
MOST_AT_ONCE = 64 * 1024**2
"""Bytes of pictures in a chunk: a small ZIP may swell a thousandfold."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, zlib.error, lzma.LZMAError)
"""What zipfile raises for damaged archives, and for entries that it cannot unpack."""


class Pictures(Source):
    """The pictures in a ZIP, in the order of their names; the folder that each lies in may be its label."""

    columns = ("file", "folder", "picture")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with zipfile.ZipFile(path) as archive:
                found = [entry for entry in archive.infolist() if wanted(entry)]
        except DAMAGED:
            raise InputError("The file is no ZIP that can be read.") from None
        if not found:
            raise InputError(f"The ZIP holds no pictures ({', '.join(PICTURES)}).")
        if len(found) > MOST_PICTURES:
            raise InputError(f"A ZIP may hold {MOST_PICTURES:,} pictures, got {len(found):,}.")
        self.entries = sorted(found, key=lambda entry: entry.filename)
        self.total = len(self.entries)

    @property
    def types(self) -> "dict[str, pa.DataType]":
        return {name: kind for name, kind in super().types.items() if name != "picture"}

    def chunks(self, size: int) -> Iterator[Chunk]:
        start = 0
        with zipfile.ZipFile(self.path) as archive:
            for number, entries in enumerate(self._handfuls(size)):
                pictures, broken = {}, {}
                for row, entry in enumerate(entries, start=start + 1):
                    try:
                        pictures[row] = picture(archive, entry)
                    except DAMAGED as error:
                        broken[row] = f"{entry.filename[:80]}: {reason(error)}"
                start += len(entries)
                names = [Path(self.entries[row - 1].filename) for row in pictures]
                cells: dict[str, list[Any]] = {
                    "file": [str(name) for name in names],
                    "folder": [name.parent.name for name in names],
                    "picture": list(pictures.values()),
                }
                yield Chunk(number, list(pictures), cells, broken)

    def _handfuls(self, size: int) -> Iterator[list[zipfile.ZipInfo]]:
        """The entries, `size` at a time, fewer of large ones; zipfile never reads more than an entry says it has."""
        some: list[zipfile.ZipInfo] = []
        for entry in self.entries:
            if len(some) == size or (some and sum(each.file_size for each in [*some, entry]) > MOST_AT_ONCE):
                yield some
                some = []
            some.append(entry)
        yield some


def wanted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a ZIP is a picture; what some systems put beside them is not."""
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in Path(entry.filename).parts)
    return not entry.is_dir() and not hidden and Path(entry.filename).suffix.lower() in PICTURES


def picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry, never more than a picture may have, whatever the ZIP says of it. Raises ValueError."""
    if entry.flag_bits & 1:
        raise ValueError("it is encrypted")
    with archive.open(entry) as file:
        data = file.read(LARGEST_PICTURE + 1)
    if len(data) > LARGEST_PICTURE:
        raise ValueError(f"a picture may have {LARGEST_PICTURE // 1024**2} MB")
    return data

"""The pictures and recordings in a ZIP as chunks of rows. Nothing is unpacked onto a disk, nor swells beyond bounds.

Both are bytes here; whether they can be opened is not asked.
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

MOST_FILES, LARGEST = 100_000, 32 * 1024**2
"""Files in a ZIP, and bytes of one of them."""
MOST_AT_ONCE = 64 * 1024**2
"""Bytes of them in a chunk: a small ZIP may swell a thousandfold."""
PICTURE, RECORDING = "picture", "recording"
KINDS = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif"), PICTURE),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3"), RECORDING),
}
"""In which column a file stands, by the ending of its name."""
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, zlib.error, lzma.LZMAError)
"""What zipfile raises for damaged archives, and for entries that it cannot unpack."""


class Archive(Source):
    """The pictures and recordings in a ZIP, in the order of their names; the folder each lies in may be its label.

    A column for each of the two kinds that there is; a file stands in one of them.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with zipfile.ZipFile(path) as archive:
                found = [entry for entry in archive.infolist() if wanted(entry)]
        except DAMAGED:
            raise InputError("The file is no ZIP that can be read.") from None
        if not found:
            raise InputError(f"The ZIP holds no pictures or recordings ({', '.join(KINDS)}).")
        if len(found) > MOST_FILES:
            raise InputError(f"A ZIP may hold {MOST_FILES:,} pictures and recordings, got {len(found):,}.")
        self.media = [kind for kind in (PICTURE, RECORDING) if any(kind_of(entry) == kind for entry in found)]
        self.columns = ("file", "folder", *self.media)
        self.entries = sorted(found, key=lambda entry: entry.filename)
        self.total = len(self.entries)

    @property
    def types(self) -> "dict[str, pa.DataType]":
        return {name: kind for name, kind in super().types.items() if name not in self.media}

    def chunks(self, size: int) -> Iterator[Chunk]:
        start = 0
        with zipfile.ZipFile(self.path) as archive:
            for number, entries in enumerate(self._handfuls(size)):
                read, broken = {}, {}
                for row, entry in enumerate(entries, start=start + 1):
                    try:
                        read[row] = content(archive, entry)
                    except DAMAGED as error:
                        broken[row] = f"{entry.filename[:80]}: {reason(error)}"
                start += len(entries)
                kept = [self.entries[row - 1] for row in read]
                names = [Path(entry.filename) for entry in kept]
                cells: dict[str, list[Any]] = {
                    "file": [str(name) for name in names],
                    "folder": [name.parent.name for name in names],
                }
                for kind in self.media:
                    pairs = zip(kept, read.values(), strict=True)
                    cells[kind] = [data if kind_of(entry) == kind else None for entry, data in pairs]
                yield Chunk(number, list(read), cells, broken)

    def _handfuls(self, size: int) -> Iterator[list[zipfile.ZipInfo]]:
        """The entries, `size` at a time, fewer of large ones; zipfile never reads more than an entry says it has."""
        some: list[zipfile.ZipInfo] = []
        for entry in self.entries:
            if len(some) == size or (some and sum(each.file_size for each in [*some, entry]) > MOST_AT_ONCE):
                yield some
                some = []
            some.append(entry)
        yield some


def kind_of(entry: zipfile.ZipInfo) -> str | None:
    """Whether an entry of a ZIP is a picture, a recording, or neither, by the ending of its name."""
    return KINDS.get(Path(entry.filename).suffix.lower())


def wanted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a ZIP is a picture or a recording; what some systems put beside them is not."""
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in Path(entry.filename).parts)
    return not entry.is_dir() and not hidden and kind_of(entry) is not None


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry, never more than one may have, whatever the ZIP says of it. Raises ValueError."""
    if entry.flag_bits & 1:
        raise ValueError("it is encrypted")
    with archive.open(entry) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"it may have {LARGEST // 1024**2} MB")
    return data

"""The first rows of a file, where strangers send it and so many are answered at a time. Knows no page and no HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import InputError
from .source import Chunk, Source

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 100_000
"""Rows of a file that one call answers, on the page and over HTTP: at 30 ms a row, just under the hour it may take."""
REMEDY = "Send the file in parts, or answer it with `python app.py batch`, which takes any number of rows."


class First(Source):
    """The first `most` rows of a file; 0 for all of it. `cut` is known at the end: whether there were more."""

    def __init__(self, source: Source, most: int) -> None:
        """Raises InputError where it is known already that the file has more."""
        super().__init__(source.path)
        self.source, self.columns, self.most, self.cut = source, source.columns, most, False
        if most and (source.total or 0) > most:
            raise InputError(f"The file has {source.total:,} rows; at most {most:,} are answered at a time. {REMEDY}")

    @property
    def types(self) -> "dict[str, pa.DataType]":
        """As the file's own."""
        return self.source.types

    def count(self, done: int) -> tuple[int | None, bool]:
        """As the file's own, up to the limit."""
        total, about = self.source.count(done)
        return (min(total, self.most) if total and self.most else total), about

    def chunks(self, size: int) -> Iterator[Chunk]:
        """As the file's own; one that goes past the limit ends there."""
        for chunk in self.source.chunks(size):
            own = up_to(chunk, self.most) if self.most else chunk
            if own.rows or own.broken:
                yield own
            if own is not chunk:
                self.cut = True
                return

    @property
    def told(self) -> str:
        """What to say at the end of a file that was cut; else nothing."""
        return (
            f"The file has more than {self.most:,} rows, the most at a time: these are the first. " if self.cut else ""
        )


def up_to(chunk: Chunk, most: int) -> Chunk:
    """The rows of a chunk up to a number; the very chunk where all are."""
    if max([*chunk.rows, *chunk.broken], default=0) <= most:
        return chunk
    count = sum(row <= most for row in chunk.rows)
    cells = {name: values[:count] for name, values in chunk.cells.items()}
    broken = {row: told for row, told in chunk.broken.items() if row <= most}
    return replace(chunk, rows=chunk.rows[:count], cells=cells, broken=broken)

"""Files of text as chunks of rows: CSV, and a text a line."""

import csv
from bisect import bisect
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..errors import InputError
from ..sheets import DELIMITERS
from .source import Chunk, Source, named, reason

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 4 * 1024**2
"""Bytes of a CSV that are read at once, and the longest line of a text; a record much longer is refused."""
COMMA = r"^(\s*[+-]?\d+),(\d+\s*)$"
"""A number with a decimal comma."""


class Csv(Source):
    """Rows of texts under a header, in UTF-8, parted by commas, semicolons or tabs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            try:
                if "\0" in (first := file.readline(BLOCK)) or len(first) == BLOCK:
                    raise csv.Error
                heads = {mark: head(file, mark) for mark in DELIMITERS}
                most = max(heads, key=lambda mark: len(heads[mark][0]))
                self.delimiter = most if len(heads[most][0]) > 1 else ","
                header, self.above = head(file, self.delimiter)
                self.bare = not file.read(1)
            except (UnicodeDecodeError, csv.Error):
                raise InputError("The file is no CSV in UTF-8; save it as “CSV UTF-8”.") from None
        self.columns = named([name.strip() for name in header])

    def chunks(self, size: int) -> Iterator[Chunk]:
        import pyarrow as pa

        if self.bare:
            return
        broken: dict[int, str] = {}
        number, done, held, of = 1, 0, Held(self.columns), self.path.stat().st_size  # bytes
        try:
            for blocks, batch in enumerate(self._batches(broken), start=1):
                rows: list[int] = []
                while len(rows) < batch.num_rows or number in broken:  # those that could not be read keep their numbers
                    if number in broken:
                        held.broken[number] = broken.pop(number)
                    else:
                        rows.append(number)
                    number += 1
                held.add(rows, batch if self.delimiter == "," else pointed(batch))
                self.expect(number - 1 + len(broken), blocks * BLOCK, of)
                while len(held) >= size:
                    yield held.take(done, size)
                    done += 1
        except pa.ArrowInvalid as error:
            raise InputError(f"The CSV cannot be read after row {number - 1:,}: {reason(error)}.") from None
        held.broken |= broken
        while held:
            yield held.take(done, size)
            done += 1

    def _batches(self, broken: dict[int, str]) -> "Iterator[pa.RecordBatch]":
        """The rows as pyarrow reads them; told of those that have too few or too many cells."""
        import pyarrow as pa
        from pyarrow import csv as reader

        def told(row: Any) -> str:
            broken[row.number - self.above] = f"{cells(row.actual_columns)} where the header has {row.expected_columns}"
            return "skip"

        yield from reader.open_csv(
            self.path,
            reader.ReadOptions(use_threads=False, block_size=BLOCK, column_names=self.columns, skip_rows=self.above),
            reader.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=told),
            reader.ConvertOptions(column_types=dict.fromkeys(self.columns, pa.string()), strings_can_be_null=False),
        )


def cells(count: int) -> str:
    """So many cells, in words."""
    return f"{count:,} cell{'s' if count != 1 else ''}"


def head(file: TextIO, delimiter: str) -> tuple[list[str], int]:
    """The cells of a CSV's first row, and over how many lines they go."""
    file.seek(0)
    rows = csv.reader(file, delimiter=delimiter)
    return next(rows, []), rows.line_num


def pointed(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """The cells with a point where numbers had a decimal comma."""
    import pyarrow as pa
    from pyarrow import compute

    columns = [compute.replace_substring_regex(column, COMMA, r"\1.\2") for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


class Held:
    """Rows read already that do not fill a chunk yet, and what is wrong with the `broken` ones between them."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.rows: list[int] = []
        self.cells: dict[str, list[Any]] = {name: [] for name in columns}
        self.broken: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.rows) + len(self.broken)

    def add(self, rows: list[int], batch: "pa.RecordBatch") -> None:
        """More rows, with their numbers."""
        self.rows += rows
        for name, cells in zip(self.cells, batch.columns, strict=True):
            self.cells[name] += cells.to_numpy(zero_copy_only=False).tolist()  # three times as fast as to_pylist

    def take(self, number: int, size: int) -> Chunk:
        """The first `size` rows as a chunk."""
        *_, last = islice(merge(self.rows, self.broken), size)
        count = bisect(self.rows, last)
        rows, self.rows = self.rows[:count], self.rows[count:]
        cells = {name: values[:count] for name, values in self.cells.items()}
        self.cells = {name: values[count:] for name, values in self.cells.items()}
        return Chunk(number, rows, cells, {row: self.broken.pop(row) for row in [*self.broken] if row <= last})


class Lines(Source):
    """A text in each line; empty lines count as rows, so that line and row numbers agree."""

    columns = ("text",)

    def chunks(self, size: int) -> Iterator[Chunk]:
        texts: list[str] = []
        number = done = read = 0
        with self.path.open(encoding="utf-8-sig", newline=None) as file:
            try:
                while line := file.readline(BLOCK):
                    if len(line) == BLOCK:
                        raise InputError(f"Line {done + len(texts) + 1:,} is too long; send a text a line.")
                    texts.append(line.rstrip("\n"))
                    read += len(line.encode())
                    if len(texts) == size:
                        self.expect(done + size, read, self.path.stat().st_size)
                        yield Chunk(number, list(range(done + 1, done + 1 + size)), {"text": texts})
                        number, done, texts = number + 1, done + size, []
            except UnicodeDecodeError:
                raise InputError(f"The text after line {done + len(texts):,} is not UTF-8; save it as UTF-8.") from None
        self.total = done + len(texts)
        if texts:
            yield Chunk(number, list(range(done + 1, done + 1 + len(texts))), {"text": texts})

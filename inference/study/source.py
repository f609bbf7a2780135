"""A file of inputs as chunks of rows, in constant memory: CSV, Parquet, a ZIP of pictures, or a text a line.

Cells are what the file holds: texts from CSV, typed values from Parquet, bytes of pictures. What they mean is not asked
here, and nothing is ever written to a path that a file names.
"""

import csv
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..sheets import DELIMITERS

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 4 * 1024**2
"""Bytes of a CSV that are read at once; no record may be longer."""
MOST_COLUMNS = 2_000
MOST_PICTURES, LARGEST_PICTURE = 100_000, 32 * 1024**2
COMMA = r"^(\s*[+-]?\d+),(\d+\s*)$"
"""A number with a decimal comma."""
ENDINGS = (".csv", ".tsv", ".parquet", ".zip", ".txt")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


@dataclass(frozen=True)
class Chunk:
    """Some rows in their order: `rows` are their numbers in the file, from 1; `cells` each column's, as many.

    broken: what is wrong with rows that could not be read, by their numbers; these are not among `rows`.
    """

    number: int
    rows: list[int]
    cells: dict[str, list[Any]]
    broken: dict[int, str] = field(default_factory=dict)


class Source(ABC):
    """A file; `columns` are the names of its columns, `total` its rows, where that is known without reading all."""

    columns: tuple[str, ...]
    total: int | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def types(self) -> "dict[str, pa.DataType]":
        """The types of the columns that can be written out again: texts, unless the file has types of its own."""
        import pyarrow as pa

        return dict.fromkeys(self.columns, pa.string())

    @abstractmethod
    def chunks(self, size: int) -> Iterator[Chunk]:
        """All rows, `size` at a time, the same ones each time. Raises InputError."""


def open_source(path: Path, title: str = "") -> Source:
    """The file at a path, by the ending of its name. title: what it is called in messages. Raises InputError."""
    title = title or path.name
    kinds: Sequence[type[Source]] = (Csv, Csv, Parquet, Pictures, Lines)
    kind = dict(zip(ENDINGS, kinds, strict=True)).get(Path(title).suffix.lower())
    if kind is None:
        raise InputError(f"{title[:80]}: send a CSV, Parquet, ZIP (of pictures) or TXT (a text a line) file.")
    try:
        return kind(path)
    except OSError as error:
        raise InputError(f"{title[:80]} cannot be read: {error.strerror or 'it is damaged'}.") from None


class Csv(Source):
    """Rows of texts under a header, in UTF-8, parted by commas, semicolons or tabs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            try:
                first = file.readline(BLOCK)
                self.delimiter = next((mark for mark in DELIMITERS if mark in first), ",")
                file.seek(0)
                header = next(csv.reader(file, delimiter=self.delimiter), [])
            except (UnicodeDecodeError, csv.Error):
                raise InputError("The file is no CSV in UTF-8; save it as “CSV UTF-8”.") from None
        self.columns = named([name.strip() for name in header])

    def chunks(self, size: int) -> Iterator[Chunk]:
        import pyarrow as pa

        broken: dict[int, str] = {}
        number, done, held = 1, 0, Held(self.columns)
        try:
            for batch in self._batches(broken):
                rows: list[int] = []
                while len(rows) < batch.num_rows:  # rows that could not be read keep their numbers
                    rows += [] if number in broken else [number]
                    number += 1
                held.add(rows, batch if self.delimiter == "," else pointed(batch))
                while len(held) >= size:
                    yield held.take(done, size, broken)
                    done += 1
        except pa.ArrowInvalid as error:
            raise InputError(f"The CSV cannot be read after row {number - 1:,}: {reason(error)}.") from None
        if len(held) or broken:
            yield held.take(done, size, broken, last=True)

    def _batches(self, broken: dict[int, str]) -> "Iterator[pa.RecordBatch]":
        """The rows as pyarrow reads them; told of those that have too few or too many cells."""
        import pyarrow as pa
        from pyarrow import csv as reader

        def told(row: Any) -> str:
            broken[row.number - 1] = f"{row.actual_columns} cells where the header has {row.expected_columns}"
            return "skip"

        yield from reader.open_csv(
            self.path,
            reader.ReadOptions(use_threads=False, block_size=BLOCK, column_names=self.columns, skip_rows=1),
            reader.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=told),
            reader.ConvertOptions(column_types=dict.fromkeys(self.columns, pa.string()), strings_can_be_null=False),
        )


def pointed(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """The cells with a point where numbers had a decimal comma."""
    import pyarrow as pa
    from pyarrow import compute

    columns = [compute.replace_substring_regex(column, COMMA, r"\1.\2") for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


class Held:
    """Rows read already that do not fill a chunk yet."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.rows: list[int] = []
        self.cells: dict[str, list[Any]] = {name: [] for name in columns}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rows: list[int], batch: "pa.RecordBatch") -> None:
        """More rows, with their numbers."""
        self.rows += rows
        for name, cells in zip(self.cells, batch.columns, strict=True):
            self.cells[name] += cells.to_numpy(zero_copy_only=False).tolist()  # three times as fast as to_pylist

    def take(self, number: int, size: int, broken: dict[int, str], last: bool = False) -> Chunk:
        """The first `size` rows as a chunk, and the `broken` ones before their last; in the last, all that are left."""
        rows, self.rows = self.rows[:size], self.rows[size:]
        cells = {name: values[:size] for name, values in self.cells.items()}
        self.cells = {name: values[size:] for name, values in self.cells.items()}
        mine = [row for row in broken if last or row < rows[-1]]
        return Chunk(number, rows, cells, {row: broken.pop(row) for row in mine})


class Parquet(Source):
    """Rows of typed values."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        try:
            with ParquetFile(path) as file:
                self.columns, self.total = named(file.schema_arrow.names), file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"The file is no Parquet that can be read: {reason(error)}.") from None

    @property
    def types(self) -> "dict[str, pa.DataType]":
        from pyarrow.parquet import read_schema

        schema = read_schema(self.path)
        return dict(zip(self.columns, schema.types, strict=True))

    def chunks(self, size: int) -> Iterator[Chunk]:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        done = 0
        try:
            with ParquetFile(self.path, pre_buffer=False) as file:
                for number, batch in enumerate(file.iter_batches(size, use_threads=False)):
                    rows = list(range(done + 1, done + 1 + batch.num_rows))
                    done += batch.num_rows
                    yield Chunk(number, rows, dict(zip(self.columns, map(pa.Array.to_pylist, batch), strict=True)))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"The Parquet file cannot be read after row {done:,}: {reason(error)}.") from None


class Lines(Source):
    """A text in each line; empty lines count as rows, so that line and row numbers agree."""

    columns = ("text",)

    def chunks(self, size: int) -> Iterator[Chunk]:
        texts: list[str] = []
        number = done = 0
        with self.path.open(encoding="utf-8-sig", newline=None) as file:
            try:
                while line := file.readline(BLOCK):
                    texts.append(line.rstrip("\n"))
                    if len(texts) == size:
                        yield Chunk(number, list(range(done + 1, done + 1 + size)), {"text": texts})
                        number, done, texts = number + 1, done + size, []
            except UnicodeDecodeError:
                raise InputError(f"The text after line {done + len(texts):,} is not UTF-8; save it as UTF-8.") from None
        if texts:
            yield Chunk(number, list(range(done + 1, done + 1 + len(texts))), {"text": texts})


class Pictures(Source):
    """The pictures in a ZIP, in the order of their names; the folder that each lies in may be its label."""

    columns = ("file", "folder", "picture")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with zipfile.ZipFile(path) as archive:
                found = [entry for entry in archive.infolist() if wanted(entry)]
        except zipfile.BadZipFile:
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
        with zipfile.ZipFile(self.path) as archive:
            for number, start in enumerate(range(0, len(self.entries), size)):
                entries, pictures, broken = self.entries[start : start + size], {}, {}
                for row, entry in enumerate(entries, start=start + 1):
                    try:
                        pictures[row] = picture(archive, entry)
                    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
                        broken[row] = f"{entry.filename[:80]}: {reason(error)}"
                names = [Path(self.entries[row - 1].filename) for row in pictures]
                cells: dict[str, list[Any]] = {
                    "file": [str(name) for name in names],
                    "folder": [name.parent.name for name in names],
                    "picture": list(pictures.values()),
                }
                yield Chunk(number, list(pictures), cells, broken)


def wanted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a ZIP is a picture; what some systems put beside them is not."""
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in Path(entry.filename).parts)
    return not entry.is_dir() and not hidden and Path(entry.filename).suffix.lower() in PICTURES


def picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry, never more than a picture may have, whatever the ZIP says of it. Raises ValueError."""
    with archive.open(entry) as file:
        data = file.read(LARGEST_PICTURE + 1)
    if len(data) > LARGEST_PICTURE:
        raise ValueError(f"a picture may have {LARGEST_PICTURE // 1024**2} MB")
    return data


def named(names: Sequence[str]) -> tuple[str, ...]:
    """A header whose names differ. Raises InputError."""
    if not names or len(names) > MOST_COLUMNS:
        raise InputError(f"The first line must name 1 to {MOST_COLUMNS:,} columns, got {len(names):,}.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        told = ", ".join(repr(name[:40]) for name in sorted(twice)[:5])
        raise InputError(f"Each column needs a name of its own; {told} occurs twice in the first line.")
    return tuple(names)


def reason(error: Exception) -> str:
    """What a library says is wrong, in one short line without paths."""
    text = str(error).partition("\n")[0].rstrip(".")
    return "it is damaged" if "/" in text or not text else text[:160]

"""A file of inputs as chunks of rows, in constant memory: CSV, Parquet, a ZIP of pictures or sounds, or a text a line.

Cells are what the file holds: texts from CSV, typed values from Parquet, bytes of pictures and recordings. What they
mean is not asked here, and nothing is ever written to, or read from, a path that a file names.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS = 2_000
ENDINGS = (".csv", ".tsv", ".parquet", ".zip", ".txt")


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
    """A file; `columns` are the names of its columns, `total` its rows, once that is known.

    expected: about how many there are, once some were read, by the share of the bytes that these took.
    """

    columns: tuple[str, ...]
    total: int | None = None
    expected: int | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def types(self) -> "dict[str, pa.DataType]":
        """The types of the columns that can be written out again: texts, unless the file has types of its own."""
        import pyarrow as pa

        return dict.fromkeys(self.columns, pa.string())

    def expect(self, rows: int, read: int, size: int) -> None:
        """What follows from the `rows` in the first `read` of `size` bytes."""
        if read < size:
            self.expected = round(rows * size / read)
        else:
            self.total = rows

    def count(self, done: int) -> tuple[int | None, bool]:
        """How many rows there are, where that is known after the first `done`, and whether only about so many."""
        if self.total is not None:
            return max(self.total, done), False
        return self.expected and max(self.expected, done), True

    @abstractmethod
    def chunks(self, size: int) -> Iterator[Chunk]:
        """All rows, `size` at a time, the same ones each time. Raises InputError."""


def open_source(path: Path, title: str = "") -> Source:
    """The file at a path, by the ending of its name. title: what it is called in messages. Raises InputError."""
    title = title or path.name
    from .archive import Archive
    from .delimited import Csv, Lines
    from .typed import Parquet

    kinds: Sequence[type[Source]] = (Csv, Csv, Parquet, Archive, Lines)
    kind = dict(zip(ENDINGS, kinds, strict=True)).get(Path(title).suffix.lower())
    if kind is None:
        raise InputError(
            f"{title[:80]}: send a CSV, Parquet, ZIP (of pictures or recordings) or TXT (a text a line) file."
        )
    try:
        return kind(path)
    except OSError as error:
        raise InputError(f"{title[:80]} cannot be read: {error.strerror or 'it is damaged'}.") from None


def named(names: Sequence[str]) -> tuple[str, ...]:
    """A header whose names differ. Raises InputError."""
    if not names or len(names) > MOST_COLUMNS:
        raise InputError(f"The first line must name 1 to {MOST_COLUMNS:,} columns, got {len(names):,}.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        told = ", ".join(repr(name[:40]) for name in sorted(twice)[:5])
        raise InputError(f"Each column needs a name of its own; {told} occurs twice in the first line.")
    return tuple(names)


@contextmanager
def at_hand() -> Iterator[None]:
    """What the operating system refuses of a file, as an InputError."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # of a library, about something else
            raise
        told = error.strerror or "it is damaged"
        raise InputError(f"The file cannot be read any more, or its answers not be written: {told}.") from None


def reason(error: Exception) -> str:
    """What a library says is wrong, in one short line without paths."""
    text = str(error).partition("\n")[0].rstrip(".")
    return "it is damaged" if "/" in text or not text else text[:160]

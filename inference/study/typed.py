"""Parquet as chunks of rows: typed values, and the pictures and recordings of data sets as their bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from . import swelling
from .pages import Damaged
from .source import Chunk, Source, named, reason

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA = {"bytes", "path"}
"""What a picture or a recording consists of in the data sets of Hugging Face (`datasets.Image`, `datasets.Audio`)."""


class Parquet(Source):
    """Rows of typed values.

    A column of pictures or recordings becomes two: their bytes, and under `NAME.path` what they were called. Where
    the bytes are elsewhere, the path is all that is there; it is not followed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        try:
            with ParquetFile(path) as file:
                schema, self.total = file.schema_arrow, file.metadata.num_rows
                names = named(schema.names)
                self.at_once = swelling.check(file.metadata, path)
                self.texts = swelling.texts(file.metadata)
        except (pa.ArrowException, OSError, RecursionError, MemoryError, Damaged) as error:
            raise InputError(f"The file is no Parquet that can be read: {reason(error)}.") from None
        self.own = dict(zip(names, schema.types, strict=True))
        self.media = {name: path_of(name, self.own) for name, kind in self.own.items() if is_media(kind)}
        self.columns = (*self.own, *self.media.values())

    @property
    def types(self) -> "dict[str, pa.DataType]":
        import pyarrow as pa

        kept = {name: kind for name, kind in self.own.items() if name not in self.media}
        return {**kept, **dict.fromkeys(self.media.values(), pa.string())}

    def chunks(self, size: int) -> Iterator[Chunk]:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        done = 0
        try:
            with ParquetFile(self.path, pre_buffer=False, read_dictionary=self.texts) as file:
                batches = self.batches(file, size)
                for number, batch in enumerate(swelling.portions(batches, self.path.stat().st_size)):
                    cells = dict(zip(self.own, map(pa.Array.to_pylist, batch), strict=True))
                    for name, path in self.media.items():
                        cells[name], cells[path] = apart(cells[name])
                    rows = list(range(done + 1, done + 1 + batch.num_rows))
                    done += batch.num_rows
                    yield Chunk(number, rows, cells)
        except (
            pa.ArrowException,
            OSError,
            ValueError,
            OverflowError,
            MemoryError,
        ) as error:  # of times beyond Python's
            raise InputError(f"The Parquet file cannot be read after row {done:,}: {reason(error)}.") from None

    def batches(self, file: Any, most: int) -> "Iterator[pa.RecordBatch]":
        """As many rows at a time as fit into memory in every row group, and in all as many as the file says."""
        found = 0
        for batch in file.iter_batches(min([most, *self.at_once]), use_threads=False):
            found += batch.num_rows
            yield batch
        if found != self.total:
            raise ValueError(f"it says that it has {self.total:,} rows, and has {found:,}")


def is_media(kind: "pa.DataType") -> bool:
    """Whether a column holds pictures or recordings as data sets keep them."""
    import pyarrow as pa

    if not pa.types.is_struct(kind) or {each.name for each in kind} != MEDIA:
        return False
    data = kind.field("bytes").type
    return bool(pa.types.is_binary(data) or pa.types.is_large_binary(data) or pa.types.is_null(data))


def path_of(name: str, taken: Any) -> str:
    """Under which name the paths of a column stand beside it."""
    path = f"{name}.path"
    while path in taken:
        path += "'"
    return path


def apart(cells: list[dict[str, Any] | None]) -> tuple[list[Any], list[str | None]]:
    """The bytes of pictures or recordings, their paths where there are none, and the paths."""
    pairs = [(cell or {}) for cell in cells]
    paths = [pair.get("path") for pair in pairs]
    return [pair.get("bytes") or path for pair, path in zip(pairs, paths, strict=True)], paths

"""How far a Parquet file may swell: a few bytes of it can stand for any number of long cells. Knows no field."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import filesize

if TYPE_CHECKING:
    import pyarrow as pa

Lengths = NDArray[np.int64]

MOST_AT_ONCE = 64 * 1024**2
"""Bytes of texts and pictures in a chunk."""
LARGEST_ROW = 32 * 1024**2
SWELLS, SMALL = 100, 256 * 1024**2
"""So many times its size in the file a column may take, once it is larger than SMALL: a page of it is read at once."""
MOST_PARTS = 20_000_000
"""Values of lists in a row group, which are read together, and of which nobody knows how they spread over the rows."""
PLACE = 8
"""Bytes of a value's place in a list."""


def texts(metadata: Any) -> list[str]:
    """The columns of texts and bytes, those within others among them.

    Read as dictionaries, texts are held once, and how long they are is known before they are made.
    """
    leaves = map(metadata.schema.column, range(metadata.num_columns))
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def portions(batches: "Iterable[pa.RecordBatch]", size: int) -> Iterator["pa.RecordBatch"]:
    """Batches in parts whose texts take at most MOST_AT_ONCE. Raises InputError where they swell.

    size: bytes of the file, by which it is judged how large its texts may become.
    """
    done = held = 0
    room = SMALL + SWELLS * size
    for batch in batches:
        lengths = sum(map(bytes_of, batch.columns), np.zeros(batch.num_rows, np.int64))
        held += int(lengths.sum())
        if held > room:
            raise InputError(f"The texts of the file take {filesize(room)} and more; send a part of it.")
        yield from slices(batch, lengths, done)
        done += batch.num_rows


def check(metadata: Any) -> None:
    """That no column takes far more memory than room in the file. Raises InputError."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for place in range(group.num_columns):
            column = group.column(place)
            size, packed = column.total_uncompressed_size, max(column.total_compressed_size, 1)
            if size > SMALL and size > SWELLS * packed:
                raise swollen(f"takes {filesize(size)} where the file has {filesize(packed)}", column)
            if metadata.schema.column(place).max_repetition_level and column.num_values > MOST_PARTS:
                raise swollen(f"has {column.num_values:,} values in the lists of one row group", column)


def swollen(what: str, column: Any) -> InputError:
    """The error for a column that swells."""
    return InputError(f"The column {column.path_in_schema[:40]!r} {what}; write the file in smaller row groups.")


def slices(batch: "pa.RecordBatch", lengths: Lengths, before: int) -> Iterator["pa.RecordBatch"]:
    """A batch in parts whose texts take at most MOST_AT_ONCE. Raises InputError for a row beyond LARGEST_ROW.

    lengths: bytes of the texts in each row. before: rows of the file before it.
    """
    if len(lengths) and lengths.max() > LARGEST_ROW:
        row = before + 1 + int(lengths.argmax())
        raise InputError(f"Row {row:,} has {filesize(int(lengths.max()))}; it may have {filesize(LARGEST_ROW)}.")
    start, held = 0, 0
    for row, length in enumerate(lengths.tolist()):
        if held + length > MOST_AT_ONCE:
            yield batch.slice(start, row - start)
            start, held = row, 0
        held += length
    yield batch.slice(start)


def bytes_of(column: "pa.Array") -> Lengths:
    """What the texts in each cell of a column take, those in its lists and their places among them: int64[rows]."""
    import pyarrow as pa
    from pyarrow import compute

    kind = column.type
    if pa.types.is_dictionary(kind) and kind.value_type in (pa.string(), pa.binary()):
        lengths = compute.binary_length(column.dictionary).take(column.indices)
        return compute.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    if pa.types.is_struct(kind):
        return sum((bytes_of(part) for part in column.flatten()), np.zeros(len(column), np.int64))
    if pa.types.is_map(kind):
        return spread(bytes_of(column.keys) + bytes_of(column.items) + 2 * PLACE, column.offsets)
    if pa.types.is_list(kind):
        return spread(bytes_of(column.values) + PLACE, column.offsets)
    return np.zeros(len(column), np.int64)


def spread(lengths: Lengths, offsets: "pa.Array") -> Lengths:
    """What lists take by what their values take."""
    ends = np.concatenate([[0], lengths.cumsum()])
    return np.diff(ends[offsets.to_numpy()])

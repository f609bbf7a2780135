"""How far a Parquet file may swell: a few bytes of it can stand for any number of long cells. Knows no field."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import filesize
from .pages import Page, pages

if TYPE_CHECKING:
    import pyarrow as pa

Lengths = NDArray[np.int64]

MOST_AT_ONCE = 64 * 1024**2
"""Bytes of texts and pictures in a chunk."""
LARGEST_ROW = 32 * 1024**2
SWELLS, SMALL = 100, 256 * 1024**2
"""So many times its size in the file a column may take, once it is larger than SMALL."""
MOST_OPEN, HONEST = 512 * 1024**2, 4
"""Bytes of the pages that are in memory together, one of each column and its dictionary; more where they take no more
than HONEST times their size in the file."""
MOST_PAGES = 200_000
"""Pages of a file, and columns of its row groups: each takes its time."""
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


def check(metadata: Any, path: Path) -> list[int]:
    """That no column takes far more memory than room in the file. How many rows of each group take MOST_AT_ONCE.

    The footer may lie: what stands before each page is counted, by which a reader makes room. Raises InputError.
    """
    if metadata.num_row_groups * metadata.num_columns > MOST_PAGES:
        raise many(metadata.num_row_groups * metadata.num_columns)
    counted, rows = 0, list[int]()
    with path.open("rb") as file:
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            size, opened, packed = 0, 0, 0
            for place in range(group.num_columns):
                column = group.column(place)
                found = pages_of(column, file, MOST_PAGES - counted)
                lists = bool(metadata.schema.column(place).max_repetition_level)
                measure(column, found, None if lists else group.num_rows)
                counted, size = counted + len(found), size + sum(page.size for page in found)
                together = [max(same, key=lambda page: page.size) for same in halves(found) if same]
                opened += sum(page.size for page in together)
                packed += sum(page.packed for page in together)
            if opened > MOST_OPEN and opened > HONEST * packed:
                raise InputError(
                    f"Pages of {filesize(opened)} stand open together where the file has {filesize(packed)} for them; "
                    "write the file with smaller pages (data_page_size)."
                )
            rows.append(max(1, MOST_AT_ONCE * group.num_rows // max(size, 1)))
    return rows


def halves(found: list[Page]) -> tuple[list[Page], list[Page]]:
    """The dictionaries and the other pages of a column: one of each is in memory at a time."""
    return [page for page in found if page.dictionary], [page for page in found if not page.dictionary]


def pages_of(column: Any, file: BinaryIO, most: int) -> list[Page]:
    """The pages of a column in a row group, at most so many. Raises InputError."""
    starts = [column.data_page_offset, *([column.dictionary_page_offset] if column.has_dictionary_page else [])]
    start = min(place for place in starts if place is not None)
    found = list(islice(pages(file, start, column.total_compressed_size, column.num_values), most + 1))
    if len(found) > most:
        raise many(MOST_PAGES)
    return found


def many(count: int) -> InputError:
    """The error for a file that is in too many pieces."""
    return InputError(
        f"The file has {count:,} and more columns of row groups and their pages, at most {MOST_PAGES:,} are read; "
        "write it in larger row groups."
    )


def measure(column: Any, found: list[Page], rows: int | None) -> None:
    """That a column swells by no more than honest ones do, by its footer and by its pages. Raises InputError.

    rows: of its row group, each of which has one value; None where they have lists.
    """
    size = max(column.total_uncompressed_size, sum(page.size for page in found))
    packed = max(min(column.total_compressed_size, sum(page.packed for page in found)), 1)
    if size > SMALL and size > SWELLS * packed:
        raise swollen(f"takes {filesize(size)} where the file has {filesize(packed)}", column)
    single = max((page.size // page.values for page in found if page.values), default=0)
    if column.physical_type == "BYTE_ARRAY" and single > LARGEST_ROW:
        raise swollen(f"has values of {filesize(single)}, at most {filesize(LARGEST_ROW)} are read", column)
    values = max(column.num_values, sum(page.values for page in found if not page.dictionary))
    if rows is not None and values != rows:
        raise InputError(
            f"The column {column.path_in_schema[:40]!r} has {values:,} values in {rows:,} rows; the file is damaged."
        )
    if rows is None and values > MOST_PARTS:
        raise swollen(f"has {values:,} values in the lists of one row group", column)


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
    if pa.types.is_dictionary(kind):
        lengths = pa.array(bytes_of(column.dictionary)).take(column.indices)
        return np.asarray(compute.fill_null(lengths, 0)).astype(np.int64)
    if pa.types.is_binary(kind) or pa.types.is_string(kind) or is_large(kind):
        return np.asarray(compute.fill_null(compute.binary_length(column), 0)).astype(np.int64)
    if pa.types.is_fixed_size_binary(kind):
        return np.full(len(column), kind.byte_width, np.int64)
    if pa.types.is_struct(kind):
        return sum((bytes_of(part) for part in column.flatten()), np.zeros(len(column), np.int64))
    if pa.types.is_map(kind):
        return spread(bytes_of(column.keys) + bytes_of(column.items) + 2 * PLACE, column.offsets)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return spread(bytes_of(column.values) + PLACE, column.offsets)
    if pa.types.is_fixed_size_list(kind):
        whole = bytes_of(column.values)[column.offset * kind.list_size :][: len(column) * kind.list_size]
        return whole.reshape(len(column), kind.list_size).sum(1) + PLACE * kind.list_size
    return np.zeros(len(column), np.int64)


def is_large(kind: "pa.DataType") -> bool:
    """Whether texts or bytes are kept with places of 64 bits."""
    import pyarrow as pa

    return bool(pa.types.is_large_binary(kind) or pa.types.is_large_string(kind))


def spread(lengths: Lengths, offsets: "pa.Array") -> Lengths:
    """What lists take by what their values take."""
    ends = np.concatenate([[0], lengths.cumsum()])
    return np.diff(ends[offsets.to_numpy()])

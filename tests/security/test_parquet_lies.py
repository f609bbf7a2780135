"""Parquet files whose footers, or pages, lie about sizes and counts: told, in little memory and time."""

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from security.tables import MEGA, dictionary, lists

from inference.errors import InputError
from inference.study.pages import Damaged, header, pages
from inference.study.source import open_source
from inference.study.typed import Parquet


def varint(number: int, length: int = 0) -> bytes:
    """A number as Thrift's compact protocol has it, filled up to a length."""
    left, found = number << 1, bytearray()
    while left > 127 or len(found) + 1 < length:
        found.append(left & 127 | 128)
        left >>= 7
    return bytes([*found, left])


def written(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    parquet.write_table(pa.table(columns), path, **options)
    return path


def lying(path: Path, truth: int, lie: int, pages_too: bool = False) -> Path:
    """The same file with another number for each that says the truth: in the footer, or before the pages alone."""
    content = path.read_bytes()
    cut = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    old = varint(truth)
    new = varint(lie, len(old))
    assert len(new) == len(old)
    before, after = content[:cut], content[cut:]
    assert old in (before if pages_too else after)
    path.write_bytes(before.replace(old, new) + after if pages_too else before + after.replace(old, new))
    return path


def read(path: Path) -> Iterator[int]:
    for chunk in open_source(path).chunks(2_048):
        yield len(chunk.rows)


def test_a_column_that_swells_is_found_whatever_the_footer_says(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"note": ["x" * 200 * MEGA] * 2}, compression="gzip", use_dictionary=False)
    size = parquet.ParquetFile(path).metadata.row_group(0).column(0).total_uncompressed_size
    with pytest.raises(InputError, match=r"takes 419 MB where the file has \d+ kB"):
        open_source(lying(path, size, 1_000))


def test_a_text_beyond_any_row_is_found_before_it_is_made(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", dictionary(100, 10)(), compression="zstd")
    with pytest.raises(InputError, match=r"'note' has values of 105 MB, at most 34 MB are read"):
        open_source(path)


def test_lists_are_counted_by_their_pages(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", lists(3 * 10**6, 10)(), data_page_size=10**9, write_batch_size=10**8)
    with pytest.raises(InputError, match=r"has [\d,]+ values in the lists of one row group"):
        open_source(lying(path, 3 * 10**7, 2 * 10**6))


@pytest.mark.parametrize("said", [100_000, 30_000])
def test_rows_that_are_not_there_are_missed(said: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": list(map(float, range(50_000)))})
    with pytest.raises(InputError, match=r"rows"):
        list(read(lying(path, 50_000, said)))


def test_rows_that_no_column_has_are_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": [1.0] * 50_000})
    file = path.read_bytes()
    at = file.rindex(varint(50_000))  # the row group's own, which stands last
    path.write_bytes(file[:at] + varint(1_000_000) + file[at + 3 :])
    with pytest.raises(InputError, match=r"rows"):
        list(read(path))


def test_pages_that_are_open_together_have_a_bound(tmp_path: Path) -> None:
    columns = {f"c{n}": [float(n)] * 4_000_000 for n in range(20)}
    path = written(
        tmp_path / "a.parquet",
        columns,
        compression="zstd",
        use_dictionary=False,
        data_page_size=10**9,
        write_batch_size=10**7,
        row_group_size=10**7,
        max_rows_per_page=10**8,
    )
    with pytest.raises(InputError, match=r"Pages of 640 MB stand open together where the file has [\d.]+ MB"):
        open_source(path)


@pytest.mark.parametrize("lie", [0, 100, 2**26])
def test_a_page_that_lies_about_its_size_is_told(lie: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": ["x" * 5_000_000]}, compression="zstd", use_dictionary=False)
    with path.open("rb") as file:
        page, _ = header(file, 4)
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"cannot be read after row 0|takes|values of"):
        list(read(lying(path, page.size, lie, pages_too=True)))
    assert time.perf_counter() - began < 5


def test_a_page_that_lies_about_its_values_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": [1.0] * 50_000}, data_page_size=10**9, max_rows_per_page=10**6)
    with pytest.raises(InputError, match="has 1,000,000 values in 50,000 rows; the file is damaged"):
        open_source(lying(path, 50_000, 1_000_000, pages_too=True))


def test_a_file_in_too_many_pieces_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {f"c{n}": [1.0] * 300 for n in range(700)}, row_group_size=1)
    with pytest.raises(InputError, match=r"210,000 and more columns of row groups"):
        open_source(path)


def test_large_pictures_come_few_at_a_time(tmp_path: Path) -> None:
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    made = pa.array([{"bytes": bytes([n]) * 4 * MEGA, "path": f"{n}.png"} for n in range(40)], kind)
    path = written(tmp_path / "a.parquet", {"image": made}, compression=None)
    source = open_source(path)
    assert isinstance(source, Parquet)
    with parquet.ParquetFile(path) as file:
        assert [batch.num_rows for batch in source.batches(file, 2_048)] == [15, 15, 10]
    assert sum(read(path)) == 40
    assert max(read(path)) <= 16


KINDS: dict[str, Callable[[], Any]] = {
    "numbers": lambda: [1.5, None, 3.0],
    "texts": lambda: ["a", None, "b" * 5_000],
    "lists": lambda: [[1, 2], [], None],
    "lists of texts": lambda: [["a"], None, ["b", "c"]],
    "maps": lambda: pa.array([[("k", "v")], [], None], pa.map_(pa.string(), pa.string())),
    "of a fixed size": lambda: pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
    "long texts": lambda: pa.array(["a", None, "b"], pa.large_string()),
    "long lists": lambda: pa.array([["a"], None, ["b"]], pa.large_list(pa.large_string())),
    "bytes of a fixed size": lambda: pa.array([b"ab", b"cd", None], pa.binary(2)),
    "nothing": lambda: pa.nulls(3),
    "objects": lambda: [{"a": {"b": [1]}}, None, {"a": None}],
}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli"])
def test_honest_files_are_read(version: str, codec: str, tmp_path: Path) -> None:
    columns = {name: made() for name, made in KINDS.items()}
    path = written(tmp_path / "a.parquet", columns, data_page_version=version, compression=codec)
    (chunk,) = open_source(path).chunks(100)
    assert chunk.cells["texts"] == ["a", None, "b" * 5_000]
    assert chunk.cells["of a fixed size"] == [[1, 2], [3, 4], [5, 6]]


def test_an_honest_file_of_many_pages_is_walked_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": [f"text {n}" for n in range(60_000)]}, data_page_size=1_000)
    metadata = parquet.ParquetFile(path).metadata
    column = metadata.row_group(0).column(0)
    with path.open("rb") as file:
        found = list(pages(file, column.dictionary_page_offset, column.total_compressed_size, column.num_values))
    assert sum(page.values for page in found if not page.dictionary) == 60_000
    assert [page.dictionary for page in found].count(True) == 1
    assert len(found) > 10


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\x15", b"\x1c" * 10_000, b"\xff" * 2_000_000, b"\x19\xfc" + b"\xff" * 9]
)
def test_what_is_no_page_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    with (tmp_path / "a").open("rb") as file, pytest.raises(Damaged):
        header(file, 0)

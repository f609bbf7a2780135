"""Files as chunks of rows: numbers of rows, what is broken, what is refused, and how little is held in memory."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from inference.errors import InputError
from inference.study.archive import LARGEST
from inference.study.delimited import BLOCK
from inference.study.source import Chunk, open_source


def chunks(path: Path, size: int = 2) -> list[Chunk]:
    return list(open_source(path).chunks(size))


def rows(path: Path, size: int = 2) -> dict[int, tuple[Any, ...]]:
    return {
        row: cells
        for chunk in chunks(path, size)
        for row, cells in zip(chunk.rows, zip(*chunk.cells.values(), strict=True), strict=True)
    }


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_rows_of_a_csv_keep_their_numbers_whatever_the_size_of_the_chunks(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", '\ufeffa,b\n1,x\n2\n"two\nlines",3\n4,5,6\n9,é\n')
    expected = {1: ("1", "x"), 3: ("two\nlines", "3"), 5: ("9", "é")}
    for size in (1, 2, 3, 100):
        found = chunks(path, size)
        assert rows(path, size) == expected
        assert {row: told for chunk in found for row, told in chunk.broken.items()} == {
            2: "1 cell where the header has 2",
            4: "3 cells where the header has 2",
        }
        assert [chunk.number for chunk in found] == list(range(len(found)))
        assert all(len(chunk.rows) <= size for chunk in found)


def test_broken_rows_far_apart_keep_their_numbers_over_many_blocks(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("inference.study.delimited.BLOCK", 1_000)
    lines = ["1" if n % 37 == 0 else f"{n},{n}" for n in range(1, 2_001)]
    path = written(tmp_path, "a.csv", "a,b\n" + "\n".join(lines))
    found = chunks(path, 64)
    assert {row: cells for row, cells in rows(path, 64).items() if cells != (str(row), str(row))} == {}
    assert sorted(row for chunk in found for row in chunk.broken) == list(range(37, 2_001, 37))


@pytest.mark.parametrize(("text", "cells"), [("a;b\n1,5;x\n", ("1.5", "x")), ("a\tb\n1,5\tx\n", ("1.5", "x"))])
def test_a_decimal_comma_counts_where_commas_part_no_cells(tmp_path: Path, text: str, cells: tuple[str, ...]) -> None:
    assert rows(written(tmp_path, "a.csv", text)) == {1: cells}


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.xlsx", b"", "send a CSV, Parquet"),
        ("a.csv", b"", "The first line must name"),
        ("a.csv", b"a,a\n1,2\n", "occurs twice"),
        ("a.csv", b"\xff\xfe\x00", "UTF-8"),
        ("a.csv", b"a,b\n" + 9_999 * b"1,2\n" + b"1,\xff\n", "cannot be read after row"),
        ("a.parquet", b"PAR1 and no more", "no Parquet"),
        ("a.zip", b"PK\x03\x04", "no ZIP"),
        ("a.txt", b"fine\n\xff\n", "not UTF-8"),
        ("a.txt", b"fine\n" + BLOCK * b"x", "Line 2 is too long"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), "UTF-8"),
    ],
)
def test_what_cannot_be_read_says_what_to_send(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    path = written(tmp_path, name, data)
    with pytest.raises(InputError, match=told) as error:
        chunks(path)
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize("text", ["a,b\n", "a,b"])
def test_a_header_alone_has_no_rows(tmp_path: Path, text: str) -> None:
    assert rows(written(tmp_path, "a.csv", text)) == {}


def test_a_quoted_name_may_hold_line_ends_and_other_delimiters(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", '"a;\nx",b\n1,2\n3\n5,6\n')
    assert open_source(path).columns == ("a;\nx", "b")
    assert rows(path) == {1: ("1", "2"), 3: ("5", "6")}
    assert list(chunks(path)[0].broken) == [2]


def test_broken_rows_fill_chunks_as_others_do(tmp_path: Path) -> None:
    found = chunks(written(tmp_path, "a.csv", "a,b\n" + 7 * "1\n"), 3)
    assert [list(chunk.broken) for chunk in found] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [chunk.number for chunk in found] == [0, 1, 2]


def test_parquet_gives_typed_values(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"a": [1.5, None, 3.0], "b": ["x", "y", None]}), path)
    assert rows(path) == {1: (1.5, "x"), 2: (None, "y"), 3: (3.0, None)}
    assert open_source(path).total == 3


def test_lines_count_as_an_editor_counts_them(tmp_path: Path) -> None:
    assert rows(written(tmp_path, "a.txt", "one\r\n\ntwo")) == {1: ("one",), 2: ("",), 3: ("two",)}


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return written(folder, "a.zip", data.getvalue())


def test_pictures_come_with_the_folder_that_they_lie_in(tmp_path: Path) -> None:
    path = archive(tmp_path, {"dog/2.png": b"2", "cat/1.jpg": b"1", "__MACOSX/cat/1.jpg": b"", "notes.txt": b""})
    assert rows(path) == {1: ("cat/1.jpg", "cat", b"1"), 2: ("dog/2.png", "dog", b"2")}


def test_a_path_that_leads_out_of_a_zip_is_only_a_name(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = archive(inside, {"../../out.png": b"1"})
    assert rows(path)[1][1:] == ("..", b"1")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.zip", "inside"]


def test_an_entry_that_swells_is_told_and_not_read_to_its_end(tmp_path: Path) -> None:
    path = archive(tmp_path, {"bomb.png": b"\0" * (LARGEST + 1), "fine.png": b"1"})
    (chunk,) = chunks(path)
    assert chunk.rows == [2]
    assert "32 MB" in chunk.broken[1]


def test_a_small_zip_that_swells_comes_in_small_chunks(tmp_path: Path) -> None:
    path = archive(tmp_path, {f"{n}.png": b"\0" * (LARGEST - 1) for n in range(5)})
    sizes = [sum(map(len, chunk.cells["picture"])) for chunk in open_source(path).chunks(200)]
    assert [size // 1024**2 for size in sizes] == [63, 63, 31]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_a_damaged_entry_is_told_and_the_others_are_read(tmp_path: Path, method: int) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as packed:
        packed.writestr("a.png", bytes(range(256)) * 9)
        packed.writestr("b.png", b"fine")
    damaged = bytearray(data.getvalue())
    damaged[45:60] = bytes(byte ^ 255 for byte in damaged[45:60])
    (chunk,) = chunks(written(tmp_path, "a.zip", bytes(damaged)))
    assert (chunk.rows, list(chunk.broken)) == ([2], [1])


def test_a_locked_entry_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.png": b"1"})
    locked = bytearray(path.read_bytes())
    locked[locked.find(b"PK\1\2") + 8] |= 1
    (chunk,) = chunks(written(tmp_path, "a.zip", bytes(locked)))
    assert chunk.broken == {1: "a.png: it is encrypted"}


def test_times_that_python_cannot_hold_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"a": pa.array([2**61], pa.timestamp("us"))}), path)
    with pytest.raises(InputError, match="after row 0"):
        chunks(path)


def test_recordings_in_a_zip_stand_in_a_column_of_their_own(tmp_path: Path) -> None:
    path = archive(tmp_path, {"yes/1.wav": b"1", "no/2.MP3": b"2"})
    assert open_source(path).columns == ("file", "folder", "recording")
    assert rows(path) == {1: ("no/2.MP3", "no", b"2"), 2: ("yes/1.wav", "yes", b"1")}
    assert set(open_source(path).types) == {"file", "folder"}


def test_pictures_and_recordings_in_one_zip_stand_apart(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.png": b"1", "b.wav": b"2"})
    assert open_source(path).columns == ("file", "folder", "picture", "recording")
    assert rows(path) == {1: ("a.png", "", b"1", None), 2: ("b.wav", "", None, b"2")}


def test_a_zip_without_either_says_what_may_be_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no pictures or recordings \(\.png, .*\.wav"):
        open_source(archive(tmp_path, {"notes.txt": b"1"}))


MEDIA = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def test_pictures_of_data_sets_are_read_out_of_parquet_as_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    cells = [{"bytes": b"1", "path": "a.png"}, {"bytes": None, "path": "b.png"}, None]
    other = pa.array([{"bytes": b"x"}] * 3, pa.struct([("bytes", pa.binary())]))
    parquet.write_table(pa.table({"image": pa.array(cells, MEDIA), "label": [0, 1, 2], "other": other}), path)
    source = open_source(path)
    assert source.columns == ("image", "label", "other", "image.path")
    assert rows(path) == {
        1: (b"1", 0, {"bytes": b"x"}, "a.png"),
        2: ("b.png", 1, {"bytes": b"x"}, "b.png"),
        3: (None, 2, {"bytes": b"x"}, None),
    }
    assert set(source.types) == {"label", "other", "image.path"}


def test_the_rows_of_a_small_csv_are_known_once_it_is_read(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "a,b\n1,2\n3\n4,5"))
    assert source.count(0) == (None, True)
    next(iter(source.chunks(1)))
    assert source.count(1) == (3, False)


def test_the_rows_of_a_large_csv_follow_from_the_bytes_read_so_far(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("inference.study.delimited.BLOCK", 1_000)
    source = open_source(written(tmp_path, "a.csv", "a,b\n" + "".join(f"{n:05},x\n" for n in range(5_000))))
    counts = [source.count(chunk.rows[-1]) for chunk in source.chunks(100)]
    assert all(roughly and abs(total / 5_000 - 1) < 0.01 for total, roughly in counts[:-10] if total)
    assert counts[-1] == (5_000, False)


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_lines_of_a_text_follow_from_the_bytes_read_so_far(tmp_path: Path, end: str) -> None:
    source = open_source(written(tmp_path, "a.txt", "\n".join(["é" * 9] * 1_000) + end))
    counts = [source.count(chunk.rows[-1]) for chunk in source.chunks(300)]
    assert [total for total, _ in counts[:3]] == [pytest.approx(1_000, abs=1)] * 3
    assert counts[-1] == (1_000, False)

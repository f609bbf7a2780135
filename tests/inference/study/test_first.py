"""The first rows of a file: exactly so many, whatever the chunks, and whether there were more."""

from pathlib import Path

import pytest

from inference.errors import InputError
from inference.study.first import First
from inference.study.source import open_source

TEN = "a\n" + "\n".join(map(str, range(1, 11)))


def sheet(folder: Path, text: str = TEN) -> Path:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [1, 3, 4, 7, 10, 50])
@pytest.mark.parametrize(("most", "rows", "cut"), [(7, 7, True), (9, 9, True), (10, 10, False), (0, 10, False)])
def test_exactly_so_many_rows_come_whatever_the_chunks(
    tmp_path: Path, size: int, most: int, rows: int, cut: bool
) -> None:
    first = First(open_source(sheet(tmp_path)), most)
    cells = [cell for chunk in first.chunks(size) for cell in chunk.cells["a"]]
    assert (cells, first.cut, bool(first.told)) == ([str(row) for row in range(1, rows + 1)], cut, cut)


def test_rows_that_cannot_be_read_count_too(tmp_path: Path) -> None:
    first = First(open_source(sheet(tmp_path, "a,b\n1,1\n2\n3,3\n4\n")), 3)
    (chunk,) = first.chunks(10)
    assert (chunk.rows, list(chunk.broken)) == ([1, 3], [2]) and first.cut


def test_what_tells_its_rows_is_refused_at_once(tmp_path: Path) -> None:
    source = open_source(sheet(tmp_path))
    source.total = 10
    assert First(source, 10).count(0) == (10, False)
    with pytest.raises(InputError, match=r"has 10 rows; at most 9 are answered at a time\. Send the file in parts"):
        First(source, 9)
    source.total, source.expected = None, 12
    assert First(source, 9).count(0) == (9, True)

"""The CSV files of a model folder: read inside it, and a mistake is named."""

from pathlib import Path

import pytest

from inference.errors import ModelError
from inference.tables import read_csv, read_items


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


def test_rows_are_keyed_by_column(folder: Path) -> None:
    (folder / "rows.csv").write_text('area,style\n50,"flat, new"\n', encoding="utf-8")
    assert read_csv(folder, "rows.csv") == [{"area": "50", "style": "flat, new"}]


def test_items_are_names_by_id_and_facts_from_whatever_else_stands_there(folder: Path) -> None:
    (folder / "items.csv").write_text("year,id,name,genres\n1979,7,Alien,\n,3,Brazil,Drama\n", encoding="utf-8")
    names, facts = read_items(folder, "items.csv")
    assert names == {"7": "Alien", "3": "Brazil"}
    assert facts == {"7": {"year": "1979"}, "3": {"genres": "Drama"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "mine/items.csv cannot be read: No such file or directory."),
        (b"", "mine/items.csv needs the columns id and name, and at least one row."),
        (b"id,title\n7,Alien\n", "mine/items.csv needs the columns id and name, and at least one row."),
        (b"id,name\n", "mine/items.csv needs the columns id and name, and at least one row."),
    ],
)
def test_items_that_cannot_be_used_are_named(folder: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (folder / "items.csv").write_bytes(content)
    with pytest.raises(ModelError) as error:
        read_items(folder, "items.csv")
    assert str(error.value) == message


def test_what_is_no_text_is_said_to_be_no_csv(folder: Path) -> None:
    (folder / "rows.csv").write_bytes(b"area\n\xff\n")
    with pytest.raises(ModelError, match=r"^mine/rows\.csv is no CSV in UTF-8: "):
        read_csv(folder, "rows.csv")


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder.parent / "rows.csv").write_text("area\n50\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(folder.parent / "rows.csv")
    with pytest.raises(ModelError, match=r"link\.csv lies outside the model folder; put it inside"):
        read_csv(folder, "link.csv")

"""`python app.py report`: a file in, one HTML file out; mistakes are told before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from explain.panels.reporting import of_file
from inference.errors import InputError
from inference.serving.arguments import parser
from inference.serving.commands import command


def asked(*given: str) -> Any:
    return command(parser().parse_args(["report", *given]), None, of_file)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("review,right\nGreat fun.,positive\nAwful and dull.,negative\n,negative\nFine.,negative\n")
    return path


def test_a_file_becomes_a_report(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "found.html"
    told = asked(
        "--model", "sentiment", "--input", str(rows), "--output", str(output), "--truth", "right", "--sample", "2",
        "--column", "text=review",
    )  # fmt: skip
    html = output.read_text(encoding="utf-8")
    assert told == f"Report: {output}"
    assert "<dd>rows.csv</dd>" in html and "<dd>1, left out</dd>" in html
    assert "Words over 2 rows" in html and "How right is it?" in html
    assert "2 of 2 rows: explaining rows" in capsys.readouterr().err


def test_what_takes_long_is_done_where_it_is_asked_for(rows: Path, tmp_path: Path) -> None:
    rows.write_text("review,right,by\nShe is fun.,positive,a\nHe is awful.,negative,a\nRain.,negative,b\n")
    output = tmp_path / "found.html"
    given = ("--model", "sentiment", "--input", str(rows), "--output", str(output), "--truth", "right", "--sample", "2",
             "--column", "text=review")  # fmt: skip
    asked(*given)
    assert "words that say who somebody is were not swapped" in output.read_text(encoding="utf-8")
    asked(*given, "--identity", "--cluster", "by")
    html = output.read_text(encoding="utf-8")
    assert "2 of 3 texts have such words" in html and "were not swapped" not in html
    assert "drawn by by, 2 of them" in html and "<dd>by</dd>" in html
    with pytest.raises(InputError, match="Columns can be scrambled where a model reads several"):
        asked(*given, "--removal")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--cluster": "wrong"}, "wrong"),
        ({"--output": "found.pdf"}, "must end in .html"),
        ({"--input": "nowhere.csv"}, "There is no file"),
        ({"--sample": "0"}, "--sample must be a number of rows from 1"),
        ({"--truth": "wrong"}, "wrong"),
    ],
)
def test_what_cannot_be_reported_is_told(rows: Path, tmp_path: Path, changed: dict[str, str], told: str) -> None:
    given = {"--model": "sentiment", "--input": str(rows), "--output": str(tmp_path / "a.html"), **changed}
    with pytest.raises(InputError, match=told):
        asked(*(part for pair in given.items() for part in pair))
    assert not (tmp_path / "a.html").exists()

"""The view Batch without a page: what is shown when a job stops, its settings change, or another file comes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explain.panels.batch import Sheet, View
from explain.panels.opened import opened
from explain.streams import STREAMS
from inference import models
from inference.errors import SeeWhyError
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.source import open_source

LOANS = "home-loans"


@pytest.fixture(scope="module")
def view() -> View:
    return View(Endpoints(Catalogue({LOANS: models.find()[LOANS]}), STREAMS), LOANS)


@pytest.fixture
def sheet(view: View, tmp_path: Path) -> Iterator[Sheet]:
    header, *rows = Path(view.own()).read_text(encoding="utf-8").splitlines()
    path = tmp_path / "loans.csv"
    path.write_text("\n".join([header, *(rows * 5_000)[:5_000]]), encoding="utf-8")
    sheet = Sheet(open_source(path), path.name)
    yield sheet
    sheet.forget()


def run(view: View, sheet: Sheet, explain: bool = False) -> Iterator[tuple[Any, Any]]:
    assert sheet.source
    chosen = [each.name if each.name in sheet.source.columns else None for each in view.about.inputs]
    return view.answered(sheet, explain, False, ".csv", *chosen)


def until(stream: Iterator[tuple[Any, Any]], words: str) -> None:
    assert any(words in str(told) for told, _ in stream)


def test_after_a_stop_a_run_goes_on_and_one_with_other_settings_starts_anew(view: View, sheet: Sheet) -> None:
    stream = run(view, sheet)
    until(stream, "2,048 rows")
    sheet.turn.take()
    assert "2,048 rows are answered and kept" in str([told for told, _ in stream][-1]).replace("4,096", "2,048")
    other = run(view, sheet, explain=True)
    until(other, "16 rows")
    other.close()  # type: ignore[attr-defined]  # a generator
    found = [*run(view, sheet)]
    assert "5,000 rows in" in found[-1][0]
    (output,) = [answers["value"] for _, answers in found if answers.get("value")]
    assert Path(output).name == "loans-answers.csv"


def test_nothing_is_told_of_a_file_once_another_has_come(view: View, sheet: Sheet) -> None:
    stream = run(view, sheet)
    until(stream, "2,048 rows")
    preview, *_ = view.dropped(view.own(), sheet)
    assert "Loan to value" in preview
    assert all(not isinstance(told, str) for told, _ in stream)


def test_a_file_that_is_gone_is_told(view: View, sheet: Sheet) -> None:
    assert sheet.source
    sheet.source.path.unlink()
    assert "No such file" in [*run(view, sheet)][-1][0]
    assert "No such file" in view.mapped(sheet, *(each.name for each in view.about.inputs))[0]


@pytest.mark.parametrize("row", ["", "x", "-1", "abc-1", "abc-²", "abc-" + "9" * 6_000, "--", "<script>-1"])
def test_a_forged_address_of_a_row_is_refused(view: View, row: str) -> None:
    with pytest.raises(SeeWhyError):
        opened(view.endpoints, LOANS, row)


@pytest.mark.parametrize("number", ["²", "9" * 6_000, "x"])
def test_a_forged_number_of_a_row_is_refused(view: View, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    class Studies:
        def get(self, name: str) -> Any:
            return type("Study", (), {"model": LOANS})

    monkeypatch.setattr(view.endpoints, "studies", Studies())
    with pytest.raises(SeeWhyError, match="names no row"):
        opened(view.endpoints, LOANS, f"token-{number}")

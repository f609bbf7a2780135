"""The view Batch without a page: what is shown when a job stops, its settings change, or another file comes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explain.panels.batch import Batch
from explain.panels.opened import opened
from explain.streams import STREAMS
from inference import models
from inference.errors import SeeWhyError
from inference.panels.opening import Opening, Upload
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.source import open_source

LOANS = "home-loans"


@pytest.fixture(scope="module")
def view() -> Batch:
    endpoints = Endpoints(Catalogue({LOANS: models.find()[LOANS]}), STREAMS)
    return Batch(endpoints, LOANS, Opening(endpoints, LOANS))


@pytest.fixture
def upload(view: Batch, tmp_path: Path) -> Iterator[Upload]:
    assert view.opening.own
    header, *rows = view.opening.own.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "loans.csv"
    path.write_text("\n".join([header, *(rows * 5_000)[:5_000]]), encoding="utf-8")
    upload = Upload(open_source(path), path.name)
    yield upload
    upload.forget()


def run(view: Batch, upload: Upload, explain: bool = False, sent: str = "") -> Iterator[tuple[Any, Any]]:
    return view.answered(upload, sent, explain, False, ".csv")


def until(stream: Iterator[tuple[Any, Any]], words: str) -> None:
    assert any(words in str(told) for told, _ in stream)


def test_after_a_stop_a_run_goes_on_and_one_with_other_settings_starts_anew(view: Batch, upload: Upload) -> None:
    stream = run(view, upload)
    until(stream, "2,048 of 5,000 rows")
    upload.turn.take()
    assert "2,048 rows are answered and kept" in str([told for told, _ in stream][-1]).replace("4,096", "2,048")
    other = run(view, upload, explain=True)
    until(other, "16 of 5,000 rows")
    other.close()  # type: ignore[attr-defined]  # a generator
    found = [*run(view, upload)]
    assert "5,000 rows in" in found[-1][0]
    (output,) = {answers["value"] for _, answers in found if answers.get("value")}
    assert Path(output).name == "loans-answers.csv"


def test_a_run_with_another_value_for_every_row_starts_anew(view: Batch, upload: Upload) -> None:
    assert upload.source
    fields = {name: name for name in view.opening.chosen(upload, "").fields if name != "payments"}
    counts = []
    for payments in ("10", "90"):
        asked = {"fields": fields, "constants": {"payments": payments}, "truth": None, "groups": []}
        *_, (told, _) = run(view, upload, sent=json.dumps([1, asked]))
        counts.append(re.findall(r'class="number">([\d,]+)', told.partition("The data")[0]))
    assert len(set(map(tuple, counts))) == 2


def test_nothing_is_told_of_a_file_once_another_has_come(view: Batch, upload: Upload) -> None:
    stream = run(view, upload)
    until(stream, "2,048 of 5,000 rows")
    *_, preview, _ = view.opening.opened(upload, view.opening.own)
    assert "Loan to value" in preview
    assert all(not isinstance(told, str) for told, _ in stream)


def test_a_file_that_is_too_long_is_answered_up_to_the_limit_and_says_so(
    view: Batch, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view.endpoints.admission, "rows", 2_500)
    found = [*run(view, upload)]
    shown = str(found[-1][0])
    assert "2,500 rows in" in shown and "more than 2,500 rows" in shown and "Send the rest" in shown
    (output,) = {answers["value"] for _, answers in found if answers.get("value")}
    assert len(Path(output).read_text(encoding="utf-8").splitlines()) == 1 + 2_500
    again = Upload(upload.source, upload.title)
    monkeypatch.setattr(view.endpoints.admission, "rows", 5_000)
    shown = str([*run(view, again)][-1][0])
    assert "5,000 rows in" in shown and "more than" not in shown
    again.forget()


def test_a_file_that_tells_its_rows_is_refused_before_any_work(
    view: Batch, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view.endpoints.admission, "rows", 4_999)
    monkeypatch.setattr(view.endpoints, "jobs", None)  # not called
    assert upload.source
    upload.source.total = 5_000
    (told, _) = [*run(view, upload)][-1]
    assert "The file has 5,000 rows; at most 4,999 are answered at a time." in told and "app.py batch" in told


def test_a_file_that_is_gone_is_told(view: Batch, upload: Upload) -> None:
    assert upload.source
    upload.source.path.unlink()
    assert "No such file" in [*run(view, upload)][-1][0]
    assert "No such file" in view.opening.changed(upload, "")[0]


@pytest.mark.parametrize("row", ["", "x", "-1", "abc-1", "abc-²", "abc-" + "9" * 6_000, "--", "<script>-1"])
def test_a_forged_address_of_a_row_is_refused(view: Batch, row: str) -> None:
    with pytest.raises(SeeWhyError):
        opened(view.endpoints, LOANS, row)


@pytest.mark.parametrize("number", ["²", "9" * 6_000, "x"])
def test_a_forged_number_of_a_row_is_refused(view: Batch, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    class Studies:
        def get(self, name: str) -> Any:
            return type("Study", (), {"model": LOANS})

    monkeypatch.setattr(view.endpoints, "studies", Studies())
    with pytest.raises(SeeWhyError, match="names no row"):
        opened(view.endpoints, LOANS, f"token-{number}")

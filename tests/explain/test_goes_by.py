"""What the model goes by in Evaluate: asked, grown, stopped, kept; and the report taken along."""

import json
from pathlib import Path
from typing import Any

import pytest

from explain.panels import taking
from explain.panels.evaluate import answers
from explain.panels.sections import goes_by
from explain.panels.sections.section import Judged
from inference import from_function
from inference.serving.admission import Admission
from inference.study.mapping import Columns
from inference.study.reading import Study, read
from inference.study.source import open_source

ABOUT = {
    "task": "tabular-regression",
    "title": "Sum",
    "summary": "A sum.",
    "fields": [{"kind": "number", "name": name, "label": name.upper()} for name in "ab"],
}


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    path = tmp_path / "rows.csv"
    path.write_text("a,b,y\n" + "".join(f"{i},{-i},{2 * i}\n" for i in range(30)), encoding="utf-8")
    background: Any = [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}]
    task = from_function(lambda rows: [3 * r["a"] + r["b"] for r in rows], ABOUT, background=background, name="sum")
    *_, study = read(task, open_source(path), Columns({"a": "a", "b": "b"}, "y"), "rows.csv")
    assert isinstance(study, Study)
    return Judged(task, study, "token")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goes_by, "PAUSE", 0.0)


def asking(judged: Judged, **asked: Any) -> Any:
    return answers(Admission(), judged, json.dumps([1, goes_by.ID, asked]))


def test_rows_are_explained_as_told_and_the_last_card_stays(judged: Judged) -> None:
    assert "data-asks" in goes_by.shown(judged) and goes_by.printed(judged) == ""
    *growing, (_, last) = asking(judged, rows=12)
    assert any("12 of 12 rows" in html for _, html in growing)
    assert "12 of 30 rows, drawn at random" in last and "If one column alone were changed" in last
    assert "aria-busy" not in last
    assert goes_by.printed(judged) == last == judged.study.found[goes_by.ID]
    assert goes_by._turns == {}


def test_stop_keeps_what_there_is(judged: Judged) -> None:
    running = asking(judged, rows=30)
    seen = [next(running)[1] for _ in range(8)]
    assert "aria-busy" in seen[-1]
    *_, (_, stopped) = asking(judged, stop=True)
    rest = [html for _, html in running]
    assert len(rest) <= 2 and "aria-busy" not in rest[-1]
    assert rest[-1] == stopped == judged.study.found[goes_by.ID]
    assert "of 30 rows, drawn at random" in stopped and "30 of 30 rows" not in stopped
    assert goes_by._turns == {}


@pytest.mark.parametrize("rows", [0, -3, True, "many", 1.5])
def test_a_number_of_rows_that_is_none_is_refused(judged: Judged, rows: Any) -> None:
    *_, (_, html) = asking(judged, rows=rows)
    assert "Say how many rows to explain" in html and 'role="alert"' in html


def test_the_report_is_written_and_forgotten(judged: Judged) -> None:
    kept = taking.Kept()
    *told, (done, button) = taking.written(Admission(), judged, kept)
    path = Path(button["value"])
    assert path.name == "sum-rows-report.html" and path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert button["visible"] and "MB" in done
    assert any("Explaining rows" in html for html, _ in told)
    kept.forget()
    assert not path.exists()


def test_a_report_is_stopped_between_two_rows(judged: Judged) -> None:
    kept = taking.Kept()
    stream = taking.written(Admission(), judged, kept)
    next(stream)
    kept.turn.take()
    assert ["Stopped" in html for html, _ in stream] == [True]
    kept.forget()

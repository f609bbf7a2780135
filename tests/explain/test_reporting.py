"""The report of a file: what stands in it, that it stays small, and that strangers' names cannot break it."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest

from explain.panels import reporting
from explain.report import MOST_BYTES
from explain.summary import Doing
from inference import from_function, models
from inference.study.mapping import Columns, guess
from inference.study.reading import read
from inference.study.source import open_source
from inference.task import Task

EVIL = "<script>alert(1)</script>|x"
LONG = 100_000


def scored(records: list[dict[str, Any]]) -> Any:
    odds = np.array([record["a"] + (record["b"] == EVIL) for record in records], np.float64)
    chance = 1 / (1 + np.exp(-odds))
    return np.stack([1 - chance, chance], axis=1)


def task_of(rows: list[dict[str, Any]]) -> Task:
    about = {
        "task": "tabular-classification",
        "title": f"Model {EVIL}",
        "summary": "Of hostile names.",
        "fields": [
            {"kind": "number", "name": "a", "label": f"A {EVIL}"},
            {"kind": "category", "name": "b", "label": "B", "choices": [EVIL, "plain"]},
        ],
    }
    return from_function(scored, about, labels=["no", f"yes {EVIL}"], background=rows[:25], batch_size=50_000)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [{"a": float(a), "b": EVIL if i % 3 else "plain"} for i, a in enumerate(rng.normal(size=LONG))]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows with a truth and a group, the names of both hostile."""
    rng = np.random.default_rng(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", EVIL, "g"])
        for row, noise in zip(rows, rng.normal(size=len(rows)), strict=True):
            truth = f"yes {EVIL}" if row["a"] + noise > 0 else "no"
            writer.writerow([row["a"], row["b"], truth, EVIL if noise > 0 else "other"])
    return path


def reported(task: Task, path: Path, columns: Columns, sample: int) -> str:
    *doing, html = reporting.of_file(task, open_source(path), columns, sample)
    assert all(isinstance(each, Doing) for each in doing)
    assert isinstance(html, str)
    return html


COLUMNS = Columns({"a": "a", "b": "b"}, EVIL, ("g",))


def test_a_hundred_thousand_rows_with_hostile_names_make_a_small_and_harmless_file(
    rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    html = reported(task_of(rows), written(tmp_path / "long.csv", rows), COLUMNS, 30)
    assert len(html.encode()) < MOST_BYTES
    assert "<script" not in html and "100,000" in html
    assert not re.search(r"""(?:src|href|action|data)\s*=\s*["']?https?:""", html)
    assert not re.search(r"url\(|@import", html)


def test_a_report_says_what_was_evaluated_and_what_was_found() -> None:
    folder = models.find()["home-loans"]
    task = conftest.load(folder)
    source = open_source(folder / "evaluation.csv")
    *_, html = reporting.of_file(task, source, guess(task.demo, source.columns), 3)
    assert isinstance(html, str)
    digest = conftest.subprocess.run(["sha256sum", source.path], capture_output=True, text=True, check=True).stdout[:64]
    weights = conftest.subprocess.run(
        ["sha256sum", folder / "model.safetensors"], capture_output=True, text=True, check=True
    ).stdout[:64]
    for told in (digest, weights, "evaluation.csv", "home-loans", "0, left out"):
        assert told in html
    for title in ("How right is it?", "What the threshold does", "Is it fair to groups?", "What the model goes by"):
        assert f">{title}</h2>" in html
    for title in ("Some of its errors", "Limits", "For the model card"):
        assert f">{title}</h2>" in html
    assert html.count("truly “") == 3 and "| Accuracy |" in html
    assert "Not asked: the columns were not scrambled for this report." in html
    assert "Click a number" not in html and "Try a threshold" not in html and "<button" not in html


def test_without_a_truth_there_is_no_measure_and_no_error(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    few = rows[:40]
    html = reported(task_of(rows), written(tmp_path / "few.csv", few), Columns({"a": "a", "b": "b"}), 4)
    assert "none named: nothing is said of how right the model is" in html
    assert "Some of its errors" not in html and "What the model goes by" in html


def test_what_was_explained_already_is_not_explained_again(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    from explain.panels.sections.section import Judged

    task, source = task_of(rows), open_source(written(tmp_path / "few.csv", rows[:40]))
    *_, study = read(task, source, COLUMNS, "few.csv")
    judged: Any = Judged(task, study, "token")  # type: ignore[arg-type]  # the stream's last part is a study
    first = list(reporting.reported(judged, 4, date(2026, 1, 2)))
    second = list(reporting.reported(judged, 4, date(2026, 1, 2)))
    assert first[-1] == second[-1]
    assert {each.words for each in second if isinstance(each, Doing)} == {"Explaining errors"}

"""Thresholds from ordinary rows, figures at them, examples by rule, and a recording that can be read back."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")

from assets.recipes import anomalies
from assets.recipes.columns import Columns, Number
from inference.recording import read

COLUMNS = Columns({"x": Number("X", "", (-99, 99), 1)}, {})


def test_as_many_ordinary_rows_lie_beyond_a_threshold_as_were_allowed() -> None:
    scores = np.arange(10_000.0)
    alarm, inspect = anomalies.Rates(0.001, 0.01).thresholds(scores)
    assert (scores >= alarm).sum() == 10
    assert (scores >= inspect).sum() == 100


def test_recall_and_precision_count_those_that_were_raised() -> None:
    truth, scores = np.array([True, True, False, False]), np.array([3.0, 1.0, 2.0, 0.0])
    found = {name: measure.of(truth, scores) for name, measure in anomalies.measures((2.0, 1.0)).items()}
    assert found["recall of alarms"] == 0.5
    assert found["precision of alarms"] == 0.5
    assert found["recall, inspected too"] == 1
    assert found["ordinary ones touched"] == 0.5
    assert found["average precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert anomalies.precision(truth, np.zeros(4, bool)) == 1


def test_every_score_is_printed_beside_the_naive_ones(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(400) < 0.2
    rows = pd.DataFrame({"x": np.where(truth, 9, 0) + rng.normal(size=400), "odd": truth})
    scorers = anomalies.naive(COLUMNS, rows[~rows["odd"]])
    anomalies.compare(scorers, rows, rows, "odd", anomalies.Rates(0.05, 0.1), samples=20)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| chance", "| largest |z|"]
    assert float(lines[3].split(" | ")[-6].split()[0]) > 0.99  # one number tells all
    assert float(lines[2].split(" | ")[-6].split()[0]) < 0.5


def test_examples_are_real_rows_by_rule() -> None:
    rows = pd.DataFrame({"x": range(10), "odd": [False] * 6 + [True] * 4})
    picked = anomalies.pick(rows, lambda each: each["x"].to_numpy(float), "odd", 4.2)
    assert {title: int(row["x"]) for title, row in picked.items()} == {
        "An ordinary one": 2,
        "An anomaly as most are": 7,
        "The most surprising one": 9,
        "Close to the line": 4,
        "An anomaly that it misses": 6,
        "A false alarm": 5,
    }


def test_a_recording_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1, 2, 3], "odd": [False, True, False]})
    about = {"title": "Three", "seconds": 0.5, "source": "Made up “here”."}
    anomalies.record(tmp_path / "recording.json", rows, COLUMNS, "odd", about)
    json.loads((tmp_path / "recording.json").read_text())
    found = read(tmp_path, "recording.json")
    assert found.ticks == ({"x": 1}, {"x": 2}, {"x": 3})
    assert found.truth == ("ordinary", "anomaly", "ordinary")
    assert (found.title, found.seconds, found.source) == ("Three", 0.5, "Made up “here”.")


def test_the_rule_runs_from_the_gravest_action_down() -> None:
    rule = anomalies.rule((9.123, 4.0), ("Block", "Review", "Pass"))
    assert [each.get("at_least") for each in rule["rules"]] == [9.12, 4.0, None]
    assert [each["tone"] for each in rule["rules"]] == ["bad", "caution", "good"]

"""The tables of the cards, and the measures in them, on cases whose figures follow by hand."""

import numpy as np
import pandas as pd
import pytest

from assets.recipes import groups, values
from assets.recipes.intervals import newcombe, wilson
from assets.recipes.report import Measure, report, table

TRUTH, ANSWERS = np.array([100.0, 200.0, 400.0]), np.array([110.0, 200.0, 300.0])


def test_a_table_has_the_keys_as_its_head() -> None:
    assert table([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"


def test_measures_of_values() -> None:
    assert values.absolute_error(TRUTH, ANSWERS) == pytest.approx(110 / 3)
    assert values.percentage_error(TRUTH, ANSWERS) == pytest.approx(10)
    assert values.r2(TRUTH, TRUTH) == 1
    assert values.r2(TRUTH, np.full(3, TRUTH.mean())) == pytest.approx(0)


def test_the_calibration_error_is_the_mean_gap() -> None:
    probabilities = pytest.importorskip("assets.recipes.probabilities", exc_type=ImportError)
    truth = np.array([1, 0, 0, 1])
    assert probabilities.calibration_error(truth, np.array([0.9, 0.9, 0.2, 1.0])) == pytest.approx((0.8 + 0.2) / 4)
    assert probabilities.calibration_error(truth, truth.astype(float)) == 0


def test_every_model_is_measured_on_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    rows = pd.DataFrame({"y": [1.0, 1.0, 1.0]})
    measures = {"error": Measure(values.absolute_error, "{:.1f} ({:.1f} to {:.1f})")}
    models = {"ours": lambda part: part["y"].to_numpy(), "zero": lambda part: np.zeros(len(part))}
    report(models, {"training": rows, "held-out": rows}, "y", measures)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| model | part | error |"
    assert lines[2:4] == ["| ours | training | 0.0 (0.0 to 0.0) |", "| ours | held-out | 0.0 (0.0 to 0.0) |"]
    assert lines[5] == "| zero | held-out | 1.0 (1.0 to 1.0) |"


def test_rows_that_belong_together_are_drawn_together(capsys: pytest.CaptureFixture[str]) -> None:
    rows = pd.DataFrame({"y": np.arange(40) % 2, "owner": np.arange(40) // 2}).astype({"y": float})
    models = {"zero": lambda part: np.zeros(len(part))}
    report(models, {"held-out": rows}, "y", {"error": Measure(values.absolute_error)}, together="owner")
    assert "0.500 (0.500 to 0.500)" in capsys.readouterr().out  # each owner has one of either
    report(models, {"held-out": rows}, "y", {"error": Measure(values.absolute_error)})
    assert "0.500 (0.3" in capsys.readouterr().out


def test_groups_are_compared_share_by_share(capsys: pytest.CaptureFixture[str]) -> None:
    inside = np.arange(30) < 10
    denied = np.isin(np.arange(30), [0, 1, 2, 3, 10, 11])
    groups.report("new", inside, {"denied": (np.ones(30, dtype=bool), denied)})
    ends = [f"{100 * end:+.1f}" for end in newcombe((4, 10), (2, 20))]
    low, high = (f"{100 * end:.1f}" for end in wilson(4, 10))
    line = capsys.readouterr().out.splitlines()[2]
    assert line.startswith(f"| denied | 4 of 10: 40.0 % ({low} to {high}) | 2 of 20: 10.0 % (")
    assert line.endswith(f"| +30.0 ({ends[0]} to {ends[1]}) |")

"""The benchmarks run, on their smallest setting, and their arithmetic is right; no figure is tested."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks.comparison import Comparison, told, turns
from benchmarks.cores import Assumed, Cost
from benchmarks.crossing import needed
from benchmarks.known import by_permutations
from benchmarks.machine import describe, sentence
from conftest import ROOT
from games import additive_game

FOLDER = ROOT / "tests" / "benchmarks"


def run(script: str, output: Path, *arguments: str) -> tuple[str, Any]:
    """What a benchmark prints, and its JSON."""
    command = [sys.executable, str(FOLDER / script), "--rounds", "1", "--output", str(output), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(output.read_text())


def test_every_other_round_runs_backwards() -> None:
    order: list[str] = []
    turns({name: lambda name=name: order.append(name) for name in "ab"}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_a_ratio_is_taken_within_its_round() -> None:
    both = Comparison("work", [[2.0, 2.0], [30.0]], "peer", [[1.0, 1.0], [10.0]], "s")
    assert both.ratios == [2.0, 3.0]
    assert both.to_json()["ratio"] == 2.5
    assert "**2.50** (2.00 to 3.00)" in both.row()


def test_no_ratio_is_told_against_a_peer_without_error() -> None:
    both = Comparison("error", [[0.1]], "peer", [[0.0]], "")
    assert both.to_json()["ratio"] is None
    assert "| – |" in both.row()


def test_many_figures_are_told_with_their_95th_percentile_and_few_with_their_range() -> None:
    assert told([[1.0, 2.0], [4.0]]) == "2 (1 to 4)"
    assert told([[float(i) for i in range(1, 101)]]) == "50.5 (p95 95)"


def test_the_machine_is_described_without_its_name() -> None:
    told_of = json.dumps(describe()) + sentence(describe())
    assert "torch" in told_of
    assert not platform.node() or platform.node() not in told_of
    assert str(Path.home()) not in told_of


@pytest.mark.slow
@pytest.mark.browser
def test_one_command_runs_them_all_and_prints_one_table(tmp_path: Path) -> None:
    printed, report = run("all.py", tmp_path / "report.json", "--model", "movies")
    assert set(report["figures"]) == {"startup", "memory", "latency", "explain", "cold"}
    rows = [row for of_one in report["figures"].values() for row in of_one]
    assert all(f"| {row['what']} |" in printed for row in rows)
    assert all(row["medians"]["ours"] > 0 and row["ratio"] > 0 for row in rows if row["unit"])
    assert [row["what"] for row in rows if row["bound"]] == [
        "start until the page answers",
        "start until the page can be used in Chromium",
    ]
    assert str(ROOT) not in printed + json.dumps(report)


@pytest.mark.slow
def test_explanations_stand_beside_shap_with_their_true_values(tmp_path: Path) -> None:
    picture, sizes = tmp_path / "curves.svg", ["--inputs", "1", "--seeds", "1", "--reference", "400"]
    chosen = [part for name in ("breast-cancer", "ames-house-prices") for part in ("--model", name)]
    printed, rows = run("explain.py", tmp_path / "rows.json", *sizes, *chosen, "--picture", str(picture))
    errors = [row for row in rows if row["what"] == "table, 13 columns: relative error"]
    assert [row["peer"] for row in errors] == ["shap.Explainer(f, background)", "shap.KernelExplainer"]
    assert all(0 < row["medians"][side] < 0.1 for row in errors for side in ("ours", "theirs"))
    assert "| table, 10 columns | 1 |" in printed
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_evaluations_are_read_off_where_a_curve_stays_under_an_error() -> None:
    assert needed([(10, 0.4), (20, 0.1), (40, 0.025)], 0.05) == pytest.approx(28.28, rel=1e-3)
    assert needed([(10, 0.04), (20, 0.1), (40, 0.025)], 0.05) > 20
    assert needed([(10, 0.4)], 0.05) is None


def test_permutations_come_to_the_values_of_a_sum_and_tell_their_error() -> None:
    weights = np.array([1.0, -2.0, 3.0, 0.0])
    values, errors = by_permutations(additive_game(weights), 4, 100)
    assert np.allclose(values, weights)
    assert np.allclose(errors, 0)


@pytest.mark.slow
def test_a_photo_of_a_phone_has_its_lines(tmp_path: Path) -> None:
    _, rows = run("memory.py", tmp_path / "rows.json", "--model", "mobilenet-v2")
    assert [row["ratio"] > 0 for row in rows if "12-megapixel" in row["what"]] == [True, True]


def test_cores_follow_from_what_users_ask_for() -> None:
    cost = Cost("model", [0.01, 0.02, 0.09], [1.0])
    assumed = Assumed(predictions=50, explanations=2, busy=0.5)  # 3 core seconds a user
    assert [cost.cores(users, assumed) for users in (1, 600, 601, 6_000)] == [1, 1, 2, 10]
    assert "| 20.0 (10.0 to 90.0) | 1,000 (1,000 to 1,000) |" in cost.row(assumed)


def test_capacity_measures_what_a_model_costs(tmp_path: Path) -> None:
    shown, found = run("capacity.py", tmp_path / "out.json", "--model", "movies", "--examples", "1")
    (cost,) = found["costs"]
    assert cost["model"] == "movies" and min(cost["prediction"] + cost["explanation"]) > 0
    assert "| `movies` |" in shown and found["assumed"]["explanations"] == 5


@pytest.mark.slow
@pytest.mark.parametrize(("name", "route"), [("penguins", "rest"), ("penguins", "gradio"), ("any-series", "rest")])
def test_users_are_answered_by_either_route(name: str, route: str, tmp_path: Path) -> None:
    sizes = ["--users", "2", "--seconds", "1", "--route", route]
    shown, found = run("load.py", tmp_path / "out.json", "--model", name, *sizes)
    loads = found["loads"][name]
    assert [load["server"] for load in loads] == ["ours", "plain", "nothing"]
    assert all(load["took"] and not load["failed"] and not load["refused"] for load in loads)
    assert f"**{name}**" in shown and len(loads[0]["memory"]) == 11

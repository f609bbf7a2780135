"""The file for Evaluate: what the model reads, what may be compared, and the truth, small enough to be cloned."""

from pathlib import Path

import pandas as pd
import pytest

from assets.recipes import evaluation
from assets.recipes.columns import Category, Columns, Number
from assets.recipes.targets import YesNo

COLUMNS = Columns(
    {"age": Number("Age", "In years.", (0, 120))}, {"part": Category("Part", "Of town.", {1: "east", 2: "west"})}
)
HELD_OUT = pd.DataFrame(
    {"part": ["east", "west"], "age": [40.0, 71.0], "single": ["no", "yes"], "late": [False, True], "name": ["A", "B"]},
    index=[7, 3],
)
SAID = YesNo("late", ("in time", "late")).said


def test_rows_hold_what_the_model_reads_the_groups_and_the_truth_in_words(tmp_path: Path) -> None:
    evaluation.write(tmp_path, evaluation.rows(COLUMNS, HELD_OUT, SAID, ["single"]))
    assert (tmp_path / evaluation.FILE).read_text().splitlines() == [
        "age,part,single,truth",
        "40,east,no,in time",
        "71,west,yes,late",
    ]


def test_training_rows_beside_them_are_told_apart() -> None:
    found = evaluation.rows(COLUMNS, HELD_OUT[:1], SAID, training=HELD_OUT[1:])
    assert found.to_dict("records") == [
        {"age": 40, "part": "east", "split": "held-out", "truth": "in time"},
        {"age": 71, "part": "west", "split": "training", "truth": "late"},
    ]


def test_without_a_truth_there_is_no_column_for_it() -> None:
    assert list(evaluation.rows(COLUMNS, HELD_OUT, None)) == COLUMNS.names


def test_a_sample_keeps_the_order_and_is_the_same_each_time() -> None:
    many = pd.DataFrame({"age": range(100)})
    drawn = evaluation.sample(many, 10)
    assert len(drawn) == 10
    assert drawn.index.is_monotonic_increasing
    assert drawn.equals(evaluation.sample(many, 10))


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="draw a sample"):
        evaluation.write(tmp_path, pd.DataFrame({"text": ["long " * 100] * 400}))
    assert not (tmp_path / evaluation.FILE).exists()

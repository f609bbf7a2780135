"""Cross-validation: every row is tested once a round, by models that did not see it."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")

from assets.recipes import crossvalidation, values
from assets.recipes.report import Measure, Predict

ROWS = pd.DataFrame({"y": np.arange(50.0), "alike": np.arange(50) % 2})


@pytest.mark.parametrize("strata", [None, "alike"])
def test_each_round_tests_every_row_once_and_shares_none(strata: str | None) -> None:
    tested: dict[int, list[int]] = {0: [], 1: []}
    for seed, training, validation, places in crossvalidation.folds(ROWS, 2, 0.25, strata):
        parts = [*training.index, *validation.index, *ROWS.index[places]]
        assert sorted(parts) == list(range(50))
        assert (len(training), len(validation)) == (30, 10)
        assert strata is None or training["alike"].mean() == 0.5
        tested[seed] += list(places)
    assert all(sorted(places) == list(range(50)) for places in tested.values())


def test_rows_that_belong_together_stay_in_one_part() -> None:
    rows = ROWS.assign(owner=np.arange(50) // 2)
    for _, training, validation, places in crossvalidation.whole(rows, 2, 0.25, "alike", "owner"):
        parts = [set(training["owner"]), set(validation["owner"]), set(rows.iloc[places]["owner"])]
        assert all(parts) and sum(map(len, parts)) == 25
        assert sum(map(len, (training, validation, places))) == 50


def mean_of_training(training: pd.DataFrame, validation: pd.DataFrame) -> Predict:
    mean = training["y"].mean()
    return lambda rows: np.full(len(rows), mean)


def the_truth(training: pd.DataFrame, validation: pd.DataFrame) -> Predict:
    return lambda rows: rows["y"].to_numpy()


def test_models_are_compared_fold_by_fold(capsys: pytest.CaptureFixture[str]) -> None:
    fits = {"truth": the_truth, "mean": mean_of_training}
    scores, first = crossvalidation.compare(ROWS, fits, "y", {"error": Measure(values.absolute_error)}, 2, 0.25)
    assert np.array_equal(first, ROWS["y"])
    assert scores["error"]["truth"].tolist() == [0] * 10
    assert len(scores["error"]["mean"]) == 10 and (scores["error"]["mean"] > 5).all()
    crossvalidation.differences(scores, ".1f")
    assert "truth lower in 10 of 10 folds" in capsys.readouterr().out

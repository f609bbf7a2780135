from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from inference.errors import InputError
from inference.study import removal
from inference.study.removal import Removals, absolute_errors, log_losses, removals

random = np.random.default_rng(0)
RAWS = [{"size": float(a), "age": float(b), "name": "x"} for a, b in random.normal(size=(400, 2))]


def price(raws: Sequence[Any]) -> np.ndarray:
    return np.array([[3 * raw["size"] + 0.5 * raw["age"]] for raw in raws])


def last(stream: Any) -> Removals:
    *_, found = stream
    return found


def test_what_the_model_does_not_read_costs_nothing() -> None:
    truth = price(RAWS)[:, 0] + random.normal(size=400)
    columns = {"size": "Size", "age": "Age", "name": "Name"}
    found = last(removals(price, RAWS, truth, absolute_errors, columns, "mean absolute error"))
    assert [each.field for each in found.columns] == ["size", "age", "name"]
    assert [each.verdict for each in found.columns] == ["needed", "needed", "free"]
    assert abs(found.columns[2].rise) < 1e-12 and [each.label for each in found.free] == ["Name"]


def test_the_rise_is_that_of_scikit_learns_permutation() -> None:
    from sklearn.base import BaseEstimator, RegressorMixin
    from sklearn.inspection import permutation_importance

    class Priced(RegressorMixin, BaseEstimator):
        def fit(self, x: Any, y: Any) -> Any:
            return self

        def predict(self, x: Any) -> Any:
            return 3 * x[:, 0] + 0.5 * x[:, 1]

        def __sklearn_is_fitted__(self) -> bool:
            return True

    table = np.array([[raw["size"], raw["age"]] for raw in RAWS])
    truth = Priced().predict(table) + random.normal(size=400)
    theirs = permutation_importance(
        Priced(), table, truth, scoring="neg_mean_absolute_error", n_repeats=30, random_state=0
    ).importances_mean
    ours = last(removals(price, RAWS, truth, absolute_errors, {"size": "Size", "age": "Age"}, "error"))
    assert [each.rise for each in ours.columns] == pytest.approx(theirs, rel=0.1)


def test_it_comes_column_by_column() -> None:
    stream = removals(price, RAWS, price(RAWS)[:, 0], absolute_errors, {"size": "Size", "age": "Age"}, "error")
    assert [len(each.columns) for each in stream] == [1, 2]


def test_log_losses_are_those_of_the_true_labels() -> None:
    found = log_losses(["no", "yes"])(np.array([[0.25, 0.75], [1, 0]]), np.array(["yes", "yes"]))
    assert found[0] == pytest.approx(-np.log(0.75)) and np.isfinite(found[1])


def test_many_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "ROWS", 50)
    asked: list[int] = []

    def counting(raws: Sequence[Any]) -> np.ndarray:
        asked.append(len(raws))
        return price(raws)

    found = last(removals(counting, RAWS, price(RAWS)[:, 0], absolute_errors, {"size": "Size", "age": "Age"}, "error"))
    assert set(asked) == {50} and found.rows == 50 and len(asked) == 1 + 2 * removal.REPEATS


def test_one_column_cannot_be_left_out() -> None:
    with pytest.raises(InputError, match="several"):
        next(removals(price, RAWS, [0.0] * 400, absolute_errors, {"size": "Size"}, "error"))

"""Every measure of many draws equals scikit-learn's own under the same weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from inference.study import bootstrap, weighted

ROWS = 60
random = np.random.default_rng(1)
truth, scores = random.random(ROWS) < 0.4, random.random(ROWS).round(1)  # with ties
said, classes = random.random(ROWS) < 0.5, random.integers(0, 4, ROWS)
amounts = random.normal(size=ROWS)
guesses = amounts + random.normal(size=ROWS)
held = np.concatenate(list(bootstrap.draws(ROWS, truth)))[:30]

CASES: dict[str, tuple[Any, Callable[[Any], float]]] = {
    "accuracy": (
        weighted.mean_of(truth == said),
        lambda w: metrics.accuracy_score(truth, said, sample_weight=w),
    ),
    "balanced": (
        weighted.mean_recall(truth.astype(int), truth == said),
        lambda w: metrics.balanced_accuracy_score(truth, said, sample_weight=w),
    ),
    "f1": (weighted.f1(truth, said), lambda w: metrics.f1_score(truth, said, sample_weight=w)),
    "roc": (weighted.roc_auc(truth, scores), lambda w: metrics.roc_auc_score(truth, scores, sample_weight=w)),
    "pr": (
        weighted.average_precision(truth, scores),
        lambda w: metrics.average_precision_score(truth, scores, sample_weight=w),
    ),
    "mae": (
        weighted.mean_of(np.abs(amounts - guesses)),
        lambda w: metrics.mean_absolute_error(amounts, guesses, sample_weight=w),
    ),
    "rmse": (
        weighted.root_mean_of((amounts - guesses) ** 2),
        lambda w: metrics.root_mean_squared_error(amounts, guesses, sample_weight=w),
    ),
    "r2": (weighted.explained(amounts, guesses), lambda w: metrics.r2_score(amounts, guesses, sample_weight=w)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_draw_is_measured_as_scikit_learn_measures_weighted_rows(name: str) -> None:
    ours, theirs = CASES[name]
    np.testing.assert_allclose(ours(held), [theirs(weights) for weights in held], rtol=1e-10)


def test_neighbours_in_rank_taken_for_ties_move_an_area_in_its_fifth_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    many = random.random(20_000)
    of_it = random.random(20_000) < 0.2 + 0.5 * many
    whole = np.ones((1, 20_000))
    assert weighted.roc_auc(of_it, many)(whole)[0] == pytest.approx(metrics.roc_auc_score(of_it, many), abs=2e-5)
    precision = metrics.average_precision_score(of_it, many)
    assert weighted.average_precision(of_it, many)(whole)[0] == pytest.approx(precision, abs=2e-4)


def test_the_gap_between_confidence_and_truth_by_hand() -> None:
    # bins 0.2 to 0.4: two rows, one right, mean 0.3; 0.8 to 1: two rows, both right, mean 0.9
    off = weighted.gap([0.25, 0.35, 0.85, 0.95], [True, False, True, True], 5)
    assert off(np.ones((1, 4)))[0] == pytest.approx((2 * 0.2 + 2 * 0.1) / 4)


def test_a_row_that_is_not_drawn_has_no_say() -> None:
    assert weighted.mean_of([1.0, 5.0])(np.array([[2.0, 0.0], [1.0, 1.0]])).tolist() == [1.0, 3.0]

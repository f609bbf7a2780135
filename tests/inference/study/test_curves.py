import numpy as np
import pytest
from sklearn import metrics

from inference.study import curves

random = np.random.default_rng(0)
truth = random.random(5_000) < 0.3
scores = np.clip(random.random(5_000) * 0.7 + truth * 0.3, 0, 1)


def test_roc_by_hand() -> None:
    found = curves.roc(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert list(zip(found.x, found.y, strict=True)) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    assert found.thresholds == (None, 0.9, 0.8, 0.7, 0.1) and found.chance is None


def test_precision_and_recall_by_hand() -> None:
    found = curves.precision_recall(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert list(zip(found.x, found.y, strict=True)) == [(0, 1), (0.5, 1), (0.5, 0.5), (1, 2 / 3), (1, 0.5)]
    assert found.thresholds == (None, 0.9, 0.8, 0.7, 0.1) and found.chance == 0.5


def test_lift_by_hand() -> None:
    found = curves.lift(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert list(zip(found.x, found.y, strict=True)) == [(0.25, 2), (0.5, 1), (0.75, 4 / 3), (1, 1)]


@pytest.mark.parametrize("curve", [curves.roc, curves.precision_recall, curves.lift])
def test_a_curve_of_many_rows_is_thinned_and_keeps_its_ends(curve: object) -> None:
    found = curve(truth, scores)  # type: ignore[operator]
    assert len(found.x) == curves.POINTS == len(found.y) == len(found.thresholds)
    assert found.x[0] <= 0.01 and found.x[-1] == 1


def test_the_thinned_curve_has_the_area_of_the_whole() -> None:
    found = curves.roc(truth, scores)
    assert np.trapezoid(found.y, found.x) == pytest.approx(metrics.roc_auc_score(truth, scores), abs=2e-3)


def test_calibration_counts_every_row_once() -> None:
    found = curves.calibration(truth, scores)
    assert sum(found.rows) == 5_000 and len(found.rows) == curves.BINS
    total = sum(share * rows for share, rows in zip(found.observed, found.rows, strict=True))
    assert total == pytest.approx(truth.sum())
    assert all(low <= share <= high for share, (low, high) in zip(found.observed, found.intervals, strict=True))


def test_calibration_of_scores_that_are_all_alike() -> None:
    found = curves.calibration(truth, np.full(5_000, 0.3))
    assert found.rows == (5_000,) and found.observed[0] == pytest.approx(truth.mean())


def test_confusion_by_hand() -> None:
    found = curves.confusion(["a", "a", "b", "b"], ["a", "b", "b", "b"], ["a", "b", "c"])
    assert found.counts == ((1, 1, 0), (0, 2, 0), (0, 0, 0))


def test_of_many_labels_the_rest_is_counted_together() -> None:
    labels = [f"c{i}" for i in range(50)]
    true = [label for i, label in enumerate(labels) for _ in range(50 - i)]
    found = curves.confusion(true, true, labels)
    assert found.labels[-1] == curves.REST and len(found.labels) == curves.LABELS
    assert sum(map(sum, found.counts)) == len(true) and found.counts[-1][-1] == sum(range(1, 32))


def test_residuals_show_where_amounts_are_off() -> None:
    predicted = random.random(1_000) * 100
    found = curves.residuals(predicted + np.where(predicted > 50, 10, 0), predicted)
    assert sum(found.counts) == 1_000 and sum(found.rows) == 1_000
    assert found.percentiles[0][2] == 0 and found.percentiles[-1][2] == pytest.approx(10)
    assert list(found.predicted) == sorted(found.predicted)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_residuals_of_few_rows(rows: int) -> None:
    found = curves.residuals(np.arange(rows, dtype=float), np.zeros(rows))
    assert sum(found.rows) == rows == sum(found.counts)


def test_curves_travel_as_json() -> None:
    for found in (curves.roc(truth, scores), curves.calibration(truth, scores), curves.residuals(scores, scores)):
        assert type(found).from_json(found.to_json()) == found

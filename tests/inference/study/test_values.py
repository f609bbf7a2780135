import numpy as np
import pytest

from inference.errors import InputError
from inference.study.anomalies import of_anomalies
from inference.study.values import of_values


def test_amounts_by_hand() -> None:
    found = of_values([10.0, 20.0, 60.0], [12.0, 20.0, 50.0], "$")
    mean, root, share = found.measures
    assert mean.value == pytest.approx(4) and mean.unit == "$"
    assert mean.baseline == pytest.approx((10 + 0 + 40) / 3)  # the median
    assert root.value == pytest.approx((104 / 3) ** 0.5)
    assert root.baseline == pytest.approx((1400 / 3) ** 0.5)  # the mean
    assert share.value == pytest.approx(1 - 104 / 1400) and share.baseline == pytest.approx(0)


def test_a_model_that_always_says_the_same_does_not_beat_the_dummy() -> None:
    truth = np.random.default_rng(0).normal(size=100)
    found = of_values(truth, np.full(100, truth.mean()))
    assert [each.verdict for each in found.measures] == ["unclear"] * 3


def test_rows_without_a_true_amount_are_said_to_be_left_out() -> None:
    found = of_values([1.0, np.nan, 3.0], [1.0, 2.0, 3.0])
    assert found.rows == 2 and found.notes == ("1 rows without a true amount are left out.",)
    with pytest.raises(InputError, match="No row has a true amount"):
        of_values([np.nan], [1.0])


def test_a_constant_truth_has_no_share_explained() -> None:
    assert [each.name for each in of_values([2.0, 2.0], [1.0, 2.0]).measures][-1] == "Root mean squared error"


def test_anomalies_by_hand() -> None:
    found = of_anomalies([True, False, True, False, False], [9.0, 7.0, 5.0, 3.0, 1.0])
    precision, area = found.measures
    assert precision.value == pytest.approx((1 + 2 / 3) / 2) and precision.baseline == pytest.approx(0.4)
    assert area.value == pytest.approx(5 / 6) and area.baseline == pytest.approx(0.5)


def test_anomalies_need_both_kinds_of_rows() -> None:
    with pytest.raises(InputError, match="rows that are anomalies and rows that are not"):
        of_anomalies([True, True], [1.0, 2.0])

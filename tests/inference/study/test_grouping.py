import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from inference.errors import InputError
from inference.study import grouping
from inference.study.grouping import of_groups

random = np.random.default_rng(0)
own = np.repeat(["a", "b", "c"], 40)
points = np.repeat([[0, 0], [6, 0], [0, 6]], 40, axis=0) + random.normal(size=(120, 2))


def test_the_silhouette_is_scikit_learns_beside_that_of_random_groups() -> None:
    (found,) = of_groups(points, own).measures
    assert found.value == pytest.approx(silhouette_score(points, own))
    assert found.interval and found.interval[0] < found.value < found.interval[1]
    assert found.baseline is not None and abs(found.baseline) < 0.1 and found.verdict == "better"


def test_scrambled_groups_are_no_better_than_random_ones() -> None:
    (found,) = of_groups(points, random.permutation(own)).measures
    assert found.value is not None and abs(found.value) < 0.1


def test_sizes_name_groups_that_nobody_is_in() -> None:
    assert "d 0 (0 %)" in of_groups(points, own, names=list("abcd")).notes[0]


def test_agreement_with_labels_the_model_never_saw() -> None:
    *_, found = of_groups(points, own, [*np.repeat(["x", "y", "z"], 40)[:-1], None]).measures
    assert found.value == 1 and found.rows == 119 and found.baseline is not None and abs(found.baseline) < 0.1


def test_of_many_rows_some_are_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST", 50)
    found = of_groups(points, own)
    assert found.measures[0].rows == 50 and "50 rows drawn at random" in found.notes[1]


def test_one_group_is_told() -> None:
    with pytest.raises(InputError, match="All rows are in one group"):
        of_groups(points, ["a"] * 120)

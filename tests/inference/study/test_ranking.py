import numpy as np
import pytest

from inference.errors import InputError
from inference.study.ranking import gain, of_rankings, recall


def test_ndcg_and_recall_of_one_row_by_hand() -> None:
    found = list("abcdefghij")
    assert gain({"a"}, found) == pytest.approx(1)
    assert gain({"b"}, found) == pytest.approx(1 / np.log2(3))
    assert gain({"a", "z"}, found) == pytest.approx(1 / (1 + 1 / np.log2(3)))
    assert gain({"z"}, found) == 0
    assert recall({"a", "z"}, found) == 0.5


def test_suggestions_are_measured_beside_what_is_chosen_most() -> None:
    chosen = [{"a"}, {"a"}, {"b"}, {"c"}, set()]
    suggested = [["a", "b"], ["a", "c"], ["b", "a"], ["c", "a"], ["a"]]
    found = of_rankings(chosen, suggested, list("abcdefgh"))
    by_name = {each.name: each for each in found.measures}
    assert by_name["NDCG@10"].value == 1 and by_name["Recall@10"].value == 1
    assert by_name["NDCG@10"].baseline == pytest.approx((1 + 1 + 1 / np.log2(3) + 1 / np.log2(4)) / 4)
    assert by_name["Coverage"].value == pytest.approx(3 / 8)
    assert by_name["Popularity"].value == pytest.approx((0.375 + 0.375 + 0.375 + 0.375) / 4)
    assert found.rows == 4 and "1 rows are left out" in found.notes[0]


def test_nothing_chosen_is_told() -> None:
    with pytest.raises(InputError, match="what was chosen afterwards"):
        of_rankings([set()], [["a"]], ["a"])

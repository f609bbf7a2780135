"""How far reasons move: by hand-counted cases."""

import numpy as np
import pytest
from explained import explained

from explain.moved import Moved, Shift, beyond, moved, of_values, shift


def test_the_same_values_have_not_moved() -> None:
    values = np.array([0.5, -0.2, 0.1, 0.05, 0.0, 0.3])
    assert of_values(values, values) == Moved(6, pytest.approx(1), 1, 1, 0)


def test_an_order_turned_round_and_other_strongest_are_seen() -> None:
    found = of_values(np.array([4.0, 3, 2, 1, 0.5, 0]), np.array([0.0, 0.5, 1, 2, 3, 4]))
    assert found.rank == pytest.approx(-1)
    assert (found.top3, found.top5) == (0, pytest.approx(4 / 5))
    assert found.distance is not None and found.distance > 1


def test_a_tops_share_is_of_more_features_than_it_has() -> None:
    found = of_values(np.array([1.0, 2, 3]), np.array([1.0, 2, 3]))
    assert (found.top3, found.top5, found.rank) == (None, None, pytest.approx(1))
    assert of_values(np.array([1.0, 2]), np.array([1.0, 2])).rank is None
    assert of_values(np.zeros(4), np.ones(4)).distance is None


def test_features_are_matched_by_their_ids() -> None:
    first, second = explained([0.4, 0.2, 0.1]), explained([0.1, 0.2, 0.4])
    turned = second.__class__(**{**vars(second), "features": tuple(reversed(second.features))})
    assert moved(first, turned).rank == pytest.approx(1)
    assert moved(first, turned).distance == 0


def test_means_leave_out_what_has_no_number() -> None:
    found = shift([Moved(6, 1, 1, 1, 0), Moved(2, None, None, None, 0.5), Moved(6, 0.5, 0, 1, 0.1)])
    assert found.rank and (found.rank.value, found.rank.rows) == (0.75, 2)
    assert found.distance and found.distance.rows == 3
    assert Shift.from_json(found.to_json()) == found
    assert shift([Moved(2)]) == Shift(None, None, None, None)


def test_farther_than_the_seed_is_positive_whichever_the_measure() -> None:
    pairs, own = [Moved(6, 0.5, 0, 0.6, 0.4)] * 3, [Moved(6, 0.9, 1, 1, 0.1)] * 3
    found = beyond(pairs, own)
    means = [found.rank, found.top3, found.top5, found.distance]
    assert [each and round(each.value, 6) for each in means] == [0.4, 1, 0.4, 0.3]

"""Which coalitions are asked for: nested, all different, none an end."""

import numpy as np
import pytest

from explain.design import Design, candidates


@pytest.mark.parametrize("n", [2, 5, 13, 14, 60])
def test_candidates_hold_one_of_each_pair_and_no_end(n: int) -> None:
    rows = candidates(n, 400, 0)
    sizes = rows.sum(1)
    assert sizes.min() > 0
    assert sizes.max() < n
    keys = {tuple(row) for row in rows.tolist()}
    assert len(keys) == len(rows)
    assert not keys & {tuple(not kept for kept in row) for row in keys}
    if n <= 13:
        assert len(rows) == 2 ** (n - 1) - 1


@pytest.mark.parametrize("n", [6, 15])
def test_a_longer_design_begins_like_a_shorter_one(n: int) -> None:
    step_by_step, at_once = Design(n), Design(n)
    for count in (0, 1, 5, 12):
        assert np.array_equal(step_by_step.first(count), at_once.first(25)[:count])
    assert len({tuple(row) for row in at_once.first(25).tolist()}) == 25


def test_the_whole_design_of_few_players_can_be_used_up() -> None:
    assert len({tuple(row) for row in Design(6).first(31).tolist()}) == 31

"""The search finds the fewest changes, as enumeration has them, and nothing that a smaller set would do."""

from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np
import pytest

from explain.search import Search
from explain.sets import Chosen, places_of
from inference.nearest import Verdict

Enough = Callable[[dict[int, int]], bool]


class Plain:
    """Places with so many options each; every change goes as far as its number says, from 1."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts = list(counts)

    def distance(self, chosen: Chosen) -> float:
        return sum(1.0 + option for _, option in chosen)

    def closer(self, place: int, option: int, share: float) -> int | None:
        return None


class Counting:
    """A rule, asked as a model is, as often as is allowed."""

    def __init__(self, enough: Enough, left: int) -> None:
        self.enough, self.left, self.asked = enough, left, list[Chosen]()

    def __call__(self, sets: Sequence[Chosen]) -> list[Verdict]:
        some = sets[: self.left]
        self.left -= len(some)
        self.asked += some
        return [Verdict(self.enough(dict(chosen)), -float(len(chosen))) for chosen in some]


def searched(counts: Sequence[int], enough: Enough, allowed: int = 10_000, count: int = 3) -> tuple[Search, Counting]:
    judge = Counting(enough, allowed)
    search = Search(Plain(counts), judge, count, step=16)
    assert all(found is None or enough(dict(found.chosen)) for found in search.run())
    return search, judge


def every(counts: Sequence[int]) -> list[dict[int, int]]:
    """All sets of changes, the smallest first."""
    groups = [group for size in range(1, len(counts) + 1) for group in combinations(range(len(counts)), size)]
    return [
        dict(zip(group, options, strict=True))
        for group in groups
        for options in product(*(range(counts[place]) for place in group))
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("counts", [[1] * 8, [2, 1, 3, 1, 2], [3, 3, 3]])
def test_of_any_rule_over_a_few_places_the_fewest_changes_are_found(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = every(counts)
    passing = {frozenset(chosen.items()) for chosen in sets if rng.random() < 0.02 and len(chosen) > 1}
    search, _ = searched(counts, lambda chosen: frozenset(chosen.items()) in passing)
    best = search.best_found()
    assert len(best) == 0 if not passing else len(best[0].chosen) == min(map(len, passing))
    for found in best:
        smaller = [set(part) for size in range(1, len(found.chosen)) for part in combinations(found.chosen, size)]
        assert found.least == (len(found.chosen) <= 6)
        assert not found.least or not any(frozenset(part) in passing for part in smaller)


def test_different_places_are_found_and_none_holds_another() -> None:
    search, _ = searched([1] * 8, lambda c: 0 in c or {1, 2} <= set(c) or {3, 4, 5} <= set(c))
    assert [places_of(found.chosen) for found in search.best_found()] == [(0,), (1, 2), (3, 4, 5)]


def test_of_many_places_those_that_are_enough_together_are_found_by_taking_back() -> None:
    needed = {7, 23, 51, 60}
    search, judge = searched([1] * 64, lambda chosen: needed <= set(chosen), allowed=400, count=1)
    assert [places_of(found.chosen) for found in search.best_found()] == [tuple(sorted(needed))]
    assert judge.left >= 0
    assert len(judge.asked) == len(set(judge.asked)) <= 400  # nothing is asked twice


def test_no_more_is_asked_than_allowed_and_nothing_is_found_where_nothing_is_enough() -> None:
    search, judge = searched([2] * 40, lambda chosen: False, allowed=123)
    assert (search.best_found(), judge.left, len(judge.asked)) == ([], 0, 123)


def test_a_set_that_is_enough_is_kept_where_too_little_is_left_to_make_it_smaller() -> None:
    search, judge = searched([1] * 200, lambda chosen: len(chosen) > 150, allowed=115)
    (found,) = search.best_found()
    assert (judge.left, found.least) == (0, False)


def test_all_sets_up_to_a_size_are_said_to_be_tried_only_if_they_were() -> None:
    search, judge = searched([1] * 6, lambda chosen: len(chosen) >= 4)
    assert search.tried >= 3
    assert {places_of(each) for each in judge.asked} >= {c for size in (1, 2, 3) for c in combinations(range(6), size)}
    search, _ = searched([1] * 60, lambda chosen: False, allowed=300)
    assert search.tried == 1

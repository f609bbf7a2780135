"""What is called settled stays as it is, and a stream stops no sooner than its errors allow."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from games import SMOOTH, additive_game, last, network_game

from explain.estimators import estimate
from explain.games import Estimate
from explain.priors import Floats
from explain.stopping import enough, settled


def test_reasons_far_apart_are_settled_and_near_ties_are_not() -> None:
    values, stderr = np.array([1.0, -0.5, 0.48, 0.1]), np.full(4, 0.02)
    assert settled(values, stderr).tolist() == [True, False, False, True]


def test_a_reason_of_uncertain_sign_is_not_settled() -> None:
    assert settled(np.array([1.0, 0.01]), np.array([0.01, 0.01])).tolist() == [True, False]


def test_a_wide_interval_unsettles_whatever_it_reaches() -> None:
    assert settled(np.array([1.0, 0.8, 0.5]), np.array([0.01, 0.01, 0.4])).tolist() == [False, False, False]


def test_nothing_is_settled_while_errors_are_not_told() -> None:
    assert settled(np.array([1.0, 0.0]), None).tolist() == [False, False]


def test_exact_values_are_settled_all_of_them() -> None:
    assert settled(np.array([1.0, 0.0, 0.0, -2.0]), np.zeros(4)).all()


@pytest.mark.parametrize("make", SMOOTH)
def test_what_is_settled_at_8n_keeps_its_place(make: object) -> None:
    kept = []
    for seed in range(12):
        game = make(11, seed)  # type: ignore[operator]
        truth = np.abs(last(estimate(game, 11, 2**11)).values[:, 0])
        found = last(estimate(game, 11, 88, seed))
        assert found.stderr is not None
        sure = settled(found.values[:, 0], found.stderr[:, 0])
        place = np.argsort(np.argsort(-np.abs(found.values[:, 0])))
        kept += (place == np.argsort(np.argsort(-truth)))[sure].tolist()
    assert len(kept) > 20
    assert np.mean(kept) > 0.93


def of(values: list[float], stderr: list[float] | None) -> Estimate:
    column: Floats = np.array(values)[:, None]
    errors = None if stderr is None else np.array(stderr)[:, None]
    return Estimate(column, errors, np.zeros(1), np.ones(1), np.zeros(1), 100, "by hand")


def test_a_stream_stops_once_the_top_reasons_stand_out_twice() -> None:
    clear, unclear = of([1, 0.8, 0.6, 0.3, 0.29], [0.06] * 5), of([1, 0.8, 0.6, 0.55, 0.29], [0.06] * 5)
    assert enough(clear, clear)
    assert not enough(clear, None)
    assert not enough(clear, unclear)
    assert not enough(unclear, clear)
    assert not enough(replace(clear, stderr=None), clear)


def test_near_ties_are_given_up_on_once_intervals_are_narrow() -> None:
    ties = of([1, 1, 0.5, 0.5], [0.04] * 4)
    assert enough(ties, ties)
    wider = of([1, 1, 0.5, 0.5], [0.04, 0.04, 0.04, 0.06])
    assert not enough(wider, wider)


def test_every_output_has_to_stand_out() -> None:
    clear, unclear = of([1, 0.5, 0.2], [0.02] * 3), of([1, 0.9, 0.8], [0.1] * 3)
    assert unclear.stderr is not None
    assert clear.stderr is not None
    both = replace(
        clear,
        values=np.hstack([clear.values, unclear.values]),
        stderr=np.hstack([clear.stderr, unclear.stderr]),
    )
    assert enough(clear, clear)
    assert not enough(both, both)


@pytest.mark.parametrize("n", [12, 20])
def test_a_stream_never_stops_before_4n(n: int) -> None:
    before = None
    for found in estimate(additive_game(np.arange(n, dtype=float)), n, 16 * n, step=8):
        if enough(found, before):
            break
        before = found
    assert 4 * n <= found.evaluations < 6 * n


def test_a_constant_game_is_enough_as_soon_as_errors_are_told() -> None:
    found = list(estimate(lambda rows: np.ones((len(rows), 1)), 12, 100, step=16))
    assert [enough(b, a) for a, b in pairwise(found[:5])] == [False, False, True, True]


def test_without_players_all_is_said() -> None:
    found = last(estimate(network_game(4, 0), 4, 16))
    none = replace(found, values=np.empty((0, 1)), stderr=np.empty((0, 1)))
    assert enough(none, none)

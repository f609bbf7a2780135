"""Pairs of features: sorted, in words, and as JSON."""

from dataclasses import dataclass

import numpy as np
import pytest
from explained import explained
from numpy.typing import NDArray

from explain.interplay import Interplay, of_pairs

EXPLANATION = explained([0.3, -0.1, 0.2], ["not", "a", "good"], [{"chars": [0, 1]}] * 3)


@dataclass(frozen=True)
class Given:
    """Interactions made by hand."""

    pairs: list[tuple[int, int]]
    values: NDArray[np.float64]
    stderr: NDArray[np.float64] | None
    evaluations: int = 8
    exact: bool = False


def given(*values: float, stderr: float | None = None, exact: bool = False) -> Interplay:
    """The pairs of three words."""
    errors = None if stderr is None else np.full((3, 1), stderr)
    found = Given([(0, 1), (0, 2), (1, 2)], np.array(values)[:, None], errors, exact=exact)
    return of_pairs(EXPLANATION, found, 0.25, 0)


def test_the_strongest_pair_comes_first_with_its_own_error() -> None:
    found = given(0.1, -0.3, 0.2, stderr=0.01)
    assert found.pairs == ((0, 2), (1, 2), (0, 1))
    assert found.values == (-0.3, 0.2, 0.1)
    assert found.stderr == (0.01, 0.01, 0.01)


@pytest.mark.parametrize(("value", "way"), [(-0.3, "lower"), (0.3, "higher")])
def test_the_verdict_names_the_pair_and_which_way_it_goes(value: float, way: str) -> None:
    assert (
        given(0.1, value, 0.2).verdict == f"Together, “not” and “good” bring the score 0.300 {way} than both do alone."
    )


def test_what_may_be_error_is_said_to_be() -> None:
    assert given(0.1, 0.3, 0.2, stderr=0.2).verdict.endswith("That is within the error of the estimate.")
    assert "error" not in given(0.1, 0.3, 0.2, stderr=0.1).verdict


def test_pairs_may_come_as_an_array() -> None:
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    found = of_pairs(EXPLANATION, Given(pairs, np.array([[0.1], [-0.3], [0.2]]), None), 0.25, 0)  # type: ignore[arg-type]
    assert found.pairs == ((0, 2), (1, 2), (0, 1))
    assert Interplay.from_json(found.to_json()) == found


def test_exact_values_have_no_errors() -> None:
    assert given(0.1, 0.3, 0.2, stderr=0.0, exact=True).stderr is None


def test_of_a_sum_no_two_parts_work_together() -> None:
    found = given(1e-14, 0.0, 0.0)
    assert found.verdict == "No two words work together: each does the same whatever the others do."
    assert found.values == (0, 0, 0)


def test_pairs_travel_as_json() -> None:
    found = given(0.1, -0.3, 0.2, stderr=0.01)
    assert Interplay.from_json(found.to_json()) == found

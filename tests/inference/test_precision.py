"""When bfloat16 is safe: a question of numbers alone."""

import numpy as np
import pytest
import torch
from scipy.special import chdtri

from inference.precision import FEWEST, SAFE, computes_bfloat16, rounding

SCORES = np.random.default_rng(0).normal(size=(64, 2))


def off(share: float) -> np.ndarray:
    """The scores with an error whose root mean square is this share of their spread, in each column."""
    sign = np.where(np.arange(len(SCORES)) % 2, 1.0, -1.0)[:, None]
    return SCORES + share * SCORES.std(axis=0) * sign


@pytest.mark.parametrize("share", [0.0, 0.001, SAFE * 0.999])
def test_a_small_error_is_safe_and_told(share: float) -> None:
    count = len(SCORES)
    assert 1 < (room := np.sqrt(count / chdtri(count, 0.95))) < 2  # so few coalitions tell the error roughly
    assert rounding(SCORES, off(share)) == pytest.approx(room * share * SCORES.std(axis=0), abs=1e-12)


def test_the_error_that_is_told_is_seldom_under_the_true_one() -> None:
    random = np.random.default_rng(0)
    exact = random.normal(size=(2_000, 8, 1))
    told = [rounding(each, each + 0.01 * random.normal(size=(8, 1))) for each in exact]
    assert np.mean([error[0] >= 0.01 for error in told if error is not None]) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("share", [SAFE * 1.001, 0.1, np.nan, np.inf])
def test_a_larger_error_is_refused(share: float) -> None:
    assert rounding(SCORES, off(share)) is None


def test_one_output_that_is_not_safe_refuses_all() -> None:
    assert rounding(SCORES, np.stack([SCORES[:, 0], off(0.1)[:, 1]], axis=1)) is None


def test_a_shift_of_all_scores_is_an_error_too() -> None:
    assert rounding(SCORES, SCORES + 0.1) is None


def test_few_coalitions_tell_nothing() -> None:
    assert rounding(SCORES[: FEWEST - 1], SCORES[: FEWEST - 1]) is None
    assert rounding(SCORES[:FEWEST], SCORES[:FEWEST]) is not None


def test_scores_that_never_change_leave_no_room_for_an_error() -> None:
    constant = np.ones((FEWEST, 1))
    assert rounding(constant, constant) == [0]
    assert rounding(constant, constant + 1e-6) is None


@pytest.mark.parametrize(
    ("found", "native"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx512_f": True, "avx512_bf16": False}, False)],
)
def test_a_processor_computes_in_bfloat16_where_it_says_so(
    found: dict[str, bool], native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    assert computes_bfloat16(torch.device("cpu")) is native
    assert not computes_bfloat16(torch.device("meta"))

import numpy as np
import pytest

from inference.study import bootstrap, weighted
from inference.study.bootstrap import Asked, draws, measured


def test_every_draw_holds_as_many_rows_of_each_kind_as_there_are() -> None:
    kinds = np.array([0] * 7 + [1] * 3)
    held = np.concatenate(list(draws(10, kinds)))
    assert held.shape == (bootstrap.DRAWS, 10)
    assert (held[:, :7].sum(1) == 7).all() and (held[:, 7:].sum(1) == 3).all()
    assert len({tuple(row) for row in held.tolist()}) > 100


def test_draws_follow_the_seed() -> None:
    one, same, other = (np.concatenate(list(draws(20, None, seed))) for seed in (3, 3, 4))
    assert (one == same).all() and (one != other).any()


def test_the_interval_of_a_mean_is_that_of_the_normal_theory() -> None:
    values = np.random.default_rng(0).normal(10, 2, 400)
    (found,) = measured([Asked("mean", float(values.mean()), weighted.mean_of(values))], 400)
    assert found.interval is not None
    half = 1.96 * values.std() / 20
    assert found.interval[0] == pytest.approx(values.mean() - half, abs=0.25 * half)
    assert found.interval[1] == pytest.approx(values.mean() + half, abs=0.25 * half)


def test_model_and_rival_are_compared_on_the_same_draws() -> None:
    """The model is right exactly where the rival is, and once more: that difference hardly varies."""
    rival = np.random.default_rng(0).random(200) < 0.5
    model = rival.copy()
    model[np.flatnonzero(~rival)[:20]] = True
    asked = Asked("Accuracy", float(model.mean()), weighted.mean_of(model), weighted.mean_of(rival))
    (found,) = measured([asked], 200)
    assert found.gain is not None and found.interval is not None
    assert found.gain[1] - found.gain[0] < 0.09 < found.interval[1] - found.interval[0]
    assert found.verdict == "better"


def test_what_some_draw_leaves_undefined_has_no_interval() -> None:
    (found,) = measured([Asked("ratio", 1.0, lambda held: np.where(held[:, 0] > 0, 1.0, np.nan))], 5)
    assert found.interval is None and found.value == 1.0


def test_many_rows_are_drawn_a_few_draws_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CELLS", 1_000)
    parts = list(draws(300))
    assert {len(part) for part in parts} <= {3, 1} and sum(map(len, parts)) == bootstrap.DRAWS

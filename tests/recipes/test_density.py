"""The mixture of ordinary rows finds what they consist of, repeats, and is not drawn away by a spike."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")

from assets.recipes import density
from assets.recipes.columns import Category, Columns, Number

COLUMNS = Columns(
    {"x": Number("X", "", (-99, 99), 0.01), "y": Number("Y", "", (-99, 99), 0.01)}, {"kind": Category("Kind", "")}
)
SETTINGS = density.Settings(n_components=2, rounds=30)


def rows(count: int = 600, seed: int = 3) -> pd.DataFrame:
    """Two groups: low with y = x and the word a, high with y = −x and the word b."""
    rng = np.random.default_rng(seed)
    high = rng.random(count) < 0.4
    x = np.where(high, 8.0, 0.0) + rng.normal(size=count)
    y = np.where(high, 8.0 - x, x) + 0.1 * rng.normal(size=count)
    return pd.DataFrame({"x": x, "y": y, "kind": np.where(high, "b", "a")})


def test_it_finds_the_groups_and_their_sizes() -> None:
    model = density.fit(COLUMNS, rows(), SETTINGS).model
    assert sorted(model.log_weights.exp().tolist()) == pytest.approx([0.4, 0.6], abs=0.05)
    tables = model.log_tables.exp()  # unseen, a, b in each component
    assert sorted(tables.argmax(1).tolist()) == [1, 2]
    assert tables.sum(1).tolist() == pytest.approx([1, 1])


def test_a_row_of_neither_group_surprises_more_than_any_of_theirs() -> None:
    fitted = density.fit(COLUMNS, rows(), SETTINGS)
    fresh = fitted(rows(seed=4))
    mixed = fitted(pd.DataFrame({"x": [0.0, 0.0], "y": [4.0, 0.0], "kind": ["a", "b"]}))
    assert mixed.min() > np.quantile(fresh, 0.98)


def test_the_median_ordinary_row_has_no_surprise_and_shares_lie_under_their_quantiles() -> None:
    fitted, fresh = density.fit(COLUMNS, rows(), SETTINGS), rows(seed=4)
    fitted.calibrate(fresh)
    assert np.median(fitted(fresh)) == pytest.approx(0, abs=1e-5)
    config = fitted.model.config
    assert config.levels == [0.5, 0.9, 0.95, 0.98]  # of 600 rows, ten lie beyond the last
    shares = [(fitted(fresh) <= end + 1e-6).mean() for end in config.quantiles]
    assert shares == pytest.approx(config.levels, abs=0.01)


def test_a_seed_repeats_to_the_bit() -> None:
    one, again = (density.fit(COLUMNS, rows(), SETTINGS).model.state_dict() for _ in range(2))
    assert all((one[name] == again[name]).all() for name in one)


def test_a_spike_among_the_ordinary_rows_moves_no_group() -> None:
    clean, spiked = rows(), rows()
    spiked.loc[0, "x"] = 1e9
    fits = [density.fit(COLUMNS, each, SETTINGS) for each in (clean, spiked)]
    fresh = rows(seed=4)
    gap = np.abs(fits[0](fresh) - fits[1](fresh))
    assert np.median(gap) < 0.1


def test_a_constant_column_does_not_shrink_the_density_to_a_point() -> None:
    flat = rows().assign(y=1.0)
    fitted = density.fit(COLUMNS, flat, SETTINGS)
    found = fitted(pd.DataFrame({"x": [0.0, 0.0], "y": [1.0, 1.02], "kind": ["a", "a"]}))
    assert np.isfinite(found).all()
    assert 0 < found[1] - found[0] < 20

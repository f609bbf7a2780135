"""Drift is found where it is planted, not where two samples come from one distribution, and every test is named."""

import numpy as np
import pytest
from scipy import stats

from inference.study import drift
from inference.study.drift import Drifts, drifts, psi
from inference.study.embedding import mmd
from inference.study.traits import Trait


def traits(generator: np.random.Generator, rows: int, shift: float = 0.0, share: float = 0.3) -> list[Trait]:
    return [
        Trait("age", "Age", "number", generator.normal(40 + shift, 10, rows), "years"),
        Trait("income", "Income", "number", generator.lognormal(10, 1, rows), "$"),
        Trait("town", "Town", "category", np.where(generator.random(rows) < share, "north", "south").astype(object)),
    ]


def test_planted_drift_is_found_with_its_test_and_in_words() -> None:
    generator = np.random.default_rng(0)
    before, now = traits(generator, 400), traits(generator, 600, shift=8, share=0.6)
    found = drifts(before, now, "last year")
    assert {each.name for each in found.drifted} == {"age", "town"}
    by_name = {each.name: each for each in found.columns}
    assert by_name["age"].statistic == pytest.approx(stats.ks_2samp(before[0].values, now[0].values).statistic)
    assert by_name["age"].test == "Kolmogorov–Smirnov" and by_name["town"].test == "chi-square"
    table = [[int((each.values == name).sum()) for name in ("north", "south")] for each in (before[2], now[2])]
    assert by_name["town"].statistic == pytest.approx(stats.chi2_contingency(table)[0])
    assert by_name["income"].size == "none"
    assert by_name["age"].words == "the middle one 39.5 years, now 48 years"
    first, then = (100 * row[0] / sum(row) for row in table)
    assert by_name["town"].words == f"north: {first:.0f} %, now {then:.0f} %"
    assert drift.sentence(found).startswith("Unlike last year: ")


def test_one_distribution_is_rarely_called_two() -> None:
    """Of 100 pairs of samples of three columns, at most as many have an alarm as 5 % allows in 95 of 100 such draws."""
    generator = np.random.default_rng(1)
    alarms = sum(bool(drifts(traits(generator, 150), traits(generator, 300), "").drifted) for _ in range(100))
    assert alarms <= 9


def test_p_values_are_those_of_benjamini_and_hochberg() -> None:
    generator = np.random.default_rng(2)
    before, now = traits(generator, 200), traits(generator, 200, shift=2)
    alone = [next(drift.of(*pair)).p for pair in zip(before, now, strict=True)]
    together = {each.name: each.p for each in drifts(before, now, "").columns}
    np.testing.assert_allclose([together[each.name] for each in before], stats.false_discovery_control(alone))


def test_what_is_missing_more_often_is_drift() -> None:
    generator = np.random.default_rng(3)
    before, now = (Trait("age", "Age", "number", generator.normal(size=300)) for _ in range(2))
    now.values[:90] = np.nan
    (first, *_) = drifts([before], [now], "").drifted
    assert (first.label, first.words) == ("Age missing", "known: 100 %, now 70 %")


def test_rare_categories_are_joined_and_new_ones_counted() -> None:
    before = Trait("town", "Town", "category", np.array(["a"] * 50 + ["b"] * 50, object))
    now = Trait("town", "Town", "category", np.array(["a"] * 50 + [f"n{place}" for place in range(50)], object))
    (found,) = drift.of(before, now)
    assert found.p < 1e-6 and len(found.bars) == drift.MOST
    assert found.words == "b: 50 %, now 0 %"


def test_few_rows_are_not_compared() -> None:
    generator = np.random.default_rng(4)
    found = drifts(traits(generator, 400), traits(generator, 10), "the reference")
    assert found.columns == () and "it takes 20" in drift.sentence(found)


def test_the_stability_index_is_that_of_its_formula() -> None:
    before, now = np.array([100, 100]), np.array([150, 50])
    assert psi(before, now) == pytest.approx((0.25 * np.log(1.5) - 0.25 * np.log(0.5)), rel=0.02)
    assert psi(before, before) == 0


def test_drift_travels_as_json() -> None:
    generator = np.random.default_rng(5)
    found = drifts(traits(generator, 100), traits(generator, 100, shift=9), "x")
    assert Drifts.from_json(found.to_json()) == found


def test_mmd_tells_samples_apart_and_has_an_even_p_value_otherwise() -> None:
    generator = np.random.default_rng(6)
    assert mmd(generator.normal(size=(60, 8)), generator.normal(0.8, 1, size=(60, 8)))[1] < 0.01
    alarms = sum(mmd(generator.normal(size=(30, 4)), generator.normal(size=(40, 4)), s)[1] < 0.1 for s in range(60))
    assert 0 < alarms <= 12
    statistic, p = mmd(np.zeros((20, 3)), np.zeros((20, 3)))
    assert statistic == pytest.approx(0) and p == 1

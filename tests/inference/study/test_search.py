"""The worst slices are found where they are planted, and hardly ever where there is nothing but noise."""

from typing import Any

import numpy as np
import pytest

from inference.errors import InputError
from inference.study import search as module
from inference.study.losses import Losses
from inference.study.search import search
from inference.study.traits import Trait


def traits(generator: np.random.Generator, rows: int) -> list[Trait]:
    return [
        Trait("ltv", "Loan to value", "number", generator.normal(80, 15, rows), "%"),
        Trait("condo", "Condominium", "category", generator.choice(["yes", "no"], rows).astype(object)),
        Trait("town", "Town", "category", generator.choice(list("abcde"), rows).astype(object)),
        Trait("a b", "Noise", "number", np.where(generator.random(rows) < 0.1, np.nan, generator.normal(size=rows))),
    ]


def planted(rows: int = 2_000, seed: int = 0) -> tuple[list[Trait], Losses]:
    generator = np.random.default_rng(seed)
    known = traits(generator, rows)
    bad = (known[0].values > 90) & (known[1].values == "yes")
    return known, Losses((generator.random(rows) < np.where(bad, 0.5, 0.1)) * 1.0, "error rate", True)


def test_a_planted_slice_is_found_and_named() -> None:
    known, losses = planted()
    found = search(known, losses)
    first = found.found[0]
    assert "Condominium is yes" in first.name and "Loan to value above" in first.name
    assert first.query.startswith("ltv > ") and first.query.endswith('and condo == "yes"')
    assert 0.4 < (first.value or 0) < 0.6 and (found.whole.value or 1) < 0.2


def test_a_planted_slice_of_amounts_is_found_too() -> None:
    generator = np.random.default_rng(1)
    known = traits(generator, 1_000)
    far = np.abs(generator.normal(size=1_000)) * np.where(known[2].values == "c", 5, 1)
    first = search(known, Losses(far, "mean absolute error", False, "$")).found[0]
    assert (first.name, first.query) == ("Town is c", 'town == "c"')


def test_it_is_measured_on_rows_that_did_not_find_it() -> None:
    """The same tree measured on the half that grew it is more flattering: here, what is told is what the others say."""
    known, losses = planted(600, seed=3)
    seen: list[Any] = []
    real = module.tested

    def tested(nodes: Any, others: Any, left: Losses) -> Any:
        seen.append(len(left.values))
        return real(nodes, others, left)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "tested", tested)
        found = search(known, losses)
    assert seen == [300] and found.whole.rows == 300
    assert all(each.rows <= 300 for each in found.slices)


@pytest.mark.parametrize("shares", [True, False])
def test_in_noise_hardly_anything_is_found(shares: bool) -> None:
    """Of 100 files of noise, at most as many have a finding as a rate of 5 % allows in 95 of 100 such draws."""
    generator, alarms = np.random.default_rng(7), 0
    for seed in range(100):
        noise = (generator.random(400) < 0.2) * 1.0 if shares else np.abs(generator.standard_t(3, 400))
        alarms += bool(search(traits(generator, 400), Losses(noise, "error", shares), seed).found)
    assert alarms <= 9


def test_without_a_second_half_noise_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the held-out half is for: measured on the half that grew them, the nodes of noise look bad."""
    generator, alarms = np.random.default_rng(7), 0
    for _ in range(30):
        known = traits(generator, 200)
        losses = Losses((generator.random(200) < 0.2) * 1.0, "error", True)
        nodes = module.grown(known, losses)
        alarms += bool(module.tested(nodes, known, losses).found)
    assert alarms > 9


def test_few_rows_are_not_searched() -> None:
    known, losses = planted(100)
    with pytest.raises(InputError, match="takes 200 rows"):
        search(known, losses)


def test_both_ends_of_a_number_are_told_together() -> None:
    trait = Trait("age", "Age", "number", np.arange(10.0), "years")
    path = [module.Condition(trait, 2.0, True), module.Condition(trait, 7.0, False)]
    assert module.worded(module.narrowed(path)) == "Age above 2 years, up to 7 years"
    narrower = [*path, module.Condition(trait, 5.0, False)]
    assert module.worded(module.narrowed(narrower)) == "Age above 2 years, up to 5 years"


def test_a_search_travels_as_json() -> None:
    found = search(*planted())
    assert module.Search.from_json(found.to_json()) == found

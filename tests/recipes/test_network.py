"""The network of a table learns what there is to learn, repeats to the bit, and keeps its best epoch."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

pytest.importorskip("sklearn")

from assets.recipes import network
from assets.recipes.columns import Category, Columns, Number
from assets.recipes.targets import LogValue, Target, YesNo

COLUMNS = Columns({"x": Number("X", "A number.", (-5, 5), 0.1)}, {"kind": Category("Kind", "One of two.", unseen=True)})
SETTINGS = network.Settings(
    {"n_bins": 4, "d_embedding": 4, "d_block": 8, "n_blocks": 1, "n_members": 4, "dropout": 0.0},
    {"lr": 1e-2},
    batch_size=32,
    patience=3,
)
YES_NO, PRICE = YesNo("sold", ("no", "yes")), LogValue("price", "Price")


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def rows(count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"x": rng.normal(size=count), "kind": rng.choice(["flat", "house"], count)})
    return table.assign(sold=table["x"] > 0, price=np.exp(table["x"] + (table["kind"] == "house")))


def fitted(target: Target, **changes: float) -> network.Network:
    return network.fit(COLUMNS, target, rows(160, 0), rows(60, 1), replace(SETTINGS, **changes))


@pytest.mark.parametrize("target", [YES_NO, PRICE])
def test_it_beats_the_best_single_answer(target: Target) -> None:
    held_out = rows(60, 2)
    truth = held_out[target.column]
    single = np.full(len(held_out), truth.mean() if target is YES_NO else truth.median())
    assert target.error(fitted(target)(held_out), held_out) < 0.7 * target.error(single, held_out)


def test_a_seed_repeats_to_the_bit_and_another_does_not() -> None:
    one, again, other = (fitted(PRICE, seed=seed).model.state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_the_slot_for_an_unseen_category_is_learned_only_where_some_are_hidden() -> None:
    def slots(hidden: float) -> tuple[float, float]:
        """How far the unseen category's and a seen one's vector are from those of a run with another step size."""
        states = [fitted(PRICE, hidden=hidden, optimiser={"lr": lr, "weight_decay": 0.0}) for lr in (1e-3, 1e-2)]
        weights = [state.model.categories.weight for state in states]
        moved = (weights[0] - weights[1]).norm(dim=1)
        return float(moved[0].detach()), float(moved[1].detach())

    unseen, seen = slots(0.0)
    assert unseen == 0 < seen
    assert slots(0.3)[0] > 0


def test_a_no_or_yes_is_answered_by_the_probability_of_yes() -> None:
    answers = fitted(YES_NO)(pd.DataFrame({"x": [-2.0, 2.0], "kind": ["flat", "flat"]}))
    assert 0 <= answers[0] < 0.3 and 0.7 < answers[1] <= 1


def test_what_stops_the_network_is_what_all_models_are_chosen_by() -> None:
    found, checked = fitted(YES_NO), rows(60, 1)
    with torch.inference_mode():
        logits = found.model(**found.extractor(checked.to_dict("records"))).logits
    stop = YES_NO.loss(logits, YES_NO.tensor(checked, found.model.config))
    assert stop == pytest.approx(YES_NO.error(found(checked), checked), abs=1e-5)

"""Draw settings of the network and of the trees for a table, and print how each does on the validation part.

Knows no particular column and no folder; writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from . import network, rivals
from .columns import Columns
from .targets import Target


@dataclass(frozen=True)
class Space:
    """Where settings are drawn from; what all tables share stands in the functions below."""

    bins: Sequence[int] = (4, 8, 16, 32)
    blocks: Sequence[int] = (32, 64, 96)
    leaves: tuple[int, int] = (3, 32)
    """From, and up to but not including."""


def networks(space: Space, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """Drawn sizes and optimiser of a network, as `network.Settings` takes them."""
    sizes = {
        "n_bins": int(rng.choice(space.bins)),
        "d_embedding": int(rng.choice([4, 8, 12])),
        "d_block": int(rng.choice(space.blocks)),
        "n_blocks": int(rng.integers(1, 4)),
        "dropout": float(rng.choice([0.0, 0.1, 0.2, 0.3])),
    }
    return sizes, {"lr": 10 ** rng.uniform(-3, -2), "weight_decay": 10 ** rng.uniform(-4, 0)}


def trees(space: Space, categories: bool, rng: np.random.Generator) -> dict[str, Any]:
    """Drawn settings of LightGBM, under its own names."""
    settings = {
        "learning_rate": 10 ** rng.uniform(-2, -1),
        "num_leaves": int(rng.integers(*space.leaves)),
        "min_child_samples": int(rng.integers(3, 30)),
        "colsample_bytree": rng.uniform(0.3, 1),
        "subsample": rng.uniform(0.5, 1),
        "reg_lambda": 10 ** rng.uniform(-2, 1.5),
    }
    return settings | ({"cat_smooth": 10 ** rng.uniform(0, 2)} if categories else {})


def search(
    columns: Columns,
    target: Target,
    parts: tuple[pd.DataFrame, pd.DataFrame],
    settings: network.Settings,
    space: Space,
    draws: int = 20,
) -> None:
    """Print the validation part's error of as many drawn settings of the network as of the trees."""
    rng = np.random.default_rng(settings.seed)
    for _ in range(draws):
        sizes, optimiser = networks(space, rng)
        model = network.fit(columns, target, *parts, replace(settings, sizes=sizes, optimiser=optimiser))
        print(f"network {target.error(model(parts[1]), parts[1]):.5f}", sizes, optimiser, flush=True)
    for _ in range(draws):
        chosen = trees(space, bool(columns.categories), rng)
        error = target.error(rivals.trees(columns, target, *parts, chosen)(parts[1]), parts[1])
        print(f"trees {error:.5f}", chosen, flush=True)

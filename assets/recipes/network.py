"""Train TabM-mini on the rows of a table, stopped where the validation part's loss is least.

Knows no particular column, measure of the card, or folder. Every random number comes from one seed, in one order, so
that a run repeats to the bit on the same machine.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import torch

from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel

from .columns import Columns
from .targets import Answers, Target


@dataclass(frozen=True)
class Settings:
    """Sizes as TabularConfig names them, AdamW's settings, and the stop after `patience` epochs without gain."""

    sizes: dict[str, Any] = field(default_factory=dict)
    optimiser: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 128
    patience: int = 16
    hidden: float = 0.0
    """Share of the categories that are hidden while training, so that the slot for an unseen one learns a sensible
    value too."""
    seed: int = 0


@dataclass(frozen=True)
class Network:
    """A trained network with what prepares its input."""

    extractor: TabularExtractor
    model: TabularModel
    target: Target

    @torch.inference_mode()
    def __call__(self, rows: pd.DataFrame) -> Answers:
        logits = self.model(**self.extractor(rows.to_dict("records"))).logits
        return self.target.read(logits, self.model.config)


def fit(
    columns: Columns, target: Target, training: pd.DataFrame, validation: pd.DataFrame, settings: Settings
) -> Network:
    """TabM-mini with AdamW, the weights of the epoch that was best on the validation part."""
    torch.set_num_threads(1)  # the matrices are small: one thread is faster, and its sums repeat exactly
    torch.manual_seed(settings.seed)
    extractor = extractor_of(columns, training)
    sizes = [len(words) for words in columns.known(training).values()]
    config = TabularConfig(
        n_numbers=len(columns.numbers), cardinalities=sizes, **target.config(training), **settings.sizes
    )
    model = TabularModel(config)
    batch, check = (dict(extractor(part.to_dict("records"))) for part in (training, validation))
    targets, truth = (target.tensor(part, config) for part in (training, validation))
    model.fit_bins(batch["numbers"])
    steps = torch.optim.AdamW(model.parameters(), **settings.optimiser)
    best, best_state, stale = float("inf"), model.state_dict(), 0
    while stale < settings.patience:
        train_once(model, steps, batch, targets, settings)
        with torch.inference_mode():
            loss = target.loss(model(**check).logits, truth)
        stale += 1
        if loss < best:
            best, stale = loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best_state)
    return Network(extractor, model, target)


def extractor_of(columns: Columns, training: pd.DataFrame) -> TabularExtractor:
    """The columns with the training part's means, deviations and known words."""
    numbers = [
        {"name": name, "kind": "number", "mean": training[name].mean(), "scale": training[name].std(ddof=0)}
        for name in columns.numbers
    ]
    known = columns.known(training)
    return TabularExtractor(
        [*numbers, *({"name": name, "kind": "category", "categories": words} for name, words in known.items())]
    )


def train_once(
    model: TabularModel,
    steps: torch.optim.Optimizer,
    batch: dict[str, torch.Tensor],
    targets: torch.Tensor,
    settings: Settings,
) -> None:
    """One epoch over the training rows in a new order; leaves the model ready to be asked."""
    model.train()
    for rows in torch.randperm(len(targets)).split(settings.batch_size):
        categories = batch["categories"][rows]
        if settings.hidden:
            categories = categories.masked_fill(torch.rand(categories.shape) < settings.hidden, 0)
        steps.zero_grad()
        model(batch["numbers"][rows], categories, targets[rows]).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.step()
    model.eval()

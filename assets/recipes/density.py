"""Fit the mixture of inference/modeling/density.py to ordinary rows by expectation and maximisation.

Knows no particular column, measure or folder. Every random number comes from one seed, so that a run repeats.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from torch import Tensor

from inference.modeling.density import DensityConfig, DensityModel
from inference.modeling.tabular import TabularExtractor

from .columns import Columns

LEVELS = (0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
"""Shares of ordinary rows whose surprise is written down, as far as there are rows enough to tell."""
BEYOND = 10
"""Ordinary rows that must lie beyond a level for it to be written down."""


@dataclass(frozen=True)
class Settings:
    """Components, Student's degrees of freedom, rounds, and the rows' worth of evenness that each category gets."""

    n_components: int = 8
    degrees: float = 4.0
    rounds: int = 60
    even: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Density:
    """A fitted mixture with what prepares its input."""

    extractor: TabularExtractor
    model: DensityModel

    @torch.inference_mode()
    def __call__(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """The surprise of each row in nats, float64[rows]."""
        return self.model(**self.extractor(rows.to_dict("records"))).logits[:, 0].double().numpy()

    def calibrate(self, ordinary: pd.DataFrame) -> None:
        """Set what counts as 0 and which shares stay under what, by ordinary rows that were not learned from."""
        config = self.model.config
        config.typical += float(np.median(self(ordinary)))
        config.levels = [level for level in LEVELS if (1 - level) * len(ordinary) >= BEYOND]
        config.quantiles = np.quantile(self(ordinary), config.levels).tolist()


def fit(columns: Columns, rows: pd.DataFrame, settings: Settings) -> Density:
    """The mixture of ordinary rows; its scales are a quarter of the stretch from the 2nd to the 98th percentile."""
    torch.manual_seed(settings.seed)
    extractor = TabularExtractor([*map(column(rows), columns.numbers.items()), *known(columns, rows)])
    batch = extractor(rows.to_dict("records"))
    sizes = [len(words) for words in columns.known(rows).values()]
    config = DensityConfig(
        n_numbers=len(columns.numbers),
        cardinalities=sizes,
        n_components=settings.n_components,
        degrees=settings.degrees,
        id2label={0: "surprise"},
        label2id={"surprise": 0},
        problem_type="regression",
    )
    model = DensityModel(config)
    scales = torch.tensor([each["scale"] for each in extractor.columns if each["kind"] == "number"]).double()
    steps = torch.tensor([number.step for number in columns.numbers.values()]).double()
    learn(model, batch["numbers"].double().asinh(), batch["categories"], (steps / scales) ** 2 / 12, settings)
    return Density(extractor, model)


def column(rows: pd.DataFrame) -> Any:
    """How a number's column is written down: its middle and its scale, never below the step of its readings."""

    def described(named: tuple[str, Any]) -> dict[str, Any]:
        name, number = named
        low, high = np.quantile(rows[name], [0.02, 0.98])
        return {
            "name": name,
            "kind": "number",
            "mean": float(rows[name].median()),
            "scale": max(float(high - low) / 4, float(number.step)),
        }

    return described


def known(columns: Columns, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The columns of categories with the words that occur."""
    return [{"name": n, "kind": "category", "categories": words} for n, words in columns.known(rows).items()]


@torch.no_grad()
def learn(model: DensityModel, points: Tensor, categories: Tensor, floor: Tensor, settings: Settings) -> None:
    """Fit bent numbers float64[rows, d] and categories int64[rows, c] (Peel and McLachlan 2000, section 3).

    floor: float64[d], the variance that rounding alone gives a reading, a twelfth of its step squared, added to each
    component's (Sheppard 1898); no component can then shrink to a point.
    """
    n, d, nu = *points.shape, settings.degrees
    start = KMeans(settings.n_components, n_init=3, random_state=settings.seed).fit_predict(points.clamp(-3, 3).numpy())
    share = torch.nn.functional.one_hot(torch.from_numpy(start).long(), settings.n_components).double()
    trust = torch.ones_like(share)  # of Student's t: rows far out count less
    codes = categories + model.offsets
    model.double()
    for _ in range(settings.rounds):
        counts = share.sum(0).clamp_min(1e-9)
        weighed = share * trust
        model.log_weights.copy_((counts / n).log())
        model.means.copy_(weighed.T @ points / weighed.sum(0).clamp_min(1e-9)[:, None])
        away = points.unsqueeze(1) - model.means
        spread = torch.einsum("bk,bki,bkj->kij", weighed, away, away) / counts[:, None, None] + floor.diag()
        model.whitening.copy_(torch.linalg.inv(torch.linalg.cholesky(spread)))
        tabulate(model, codes, share, settings.even)
        squares = torch.einsum("kij,bkj->bki", model.whitening, away).square().sum(-1)
        trust = (nu + d) / (nu + squares)
        share = model.log_joint(points.sinh(), categories).softmax(-1)
    model.float()


def tabulate(model: DensityModel, codes: Tensor, share: Tensor, even: float) -> None:
    """Set how often each component has each category, the slot of an unseen one among them."""
    start = 0
    for place, known in enumerate(model.config.cardinalities):
        table = torch.full((share.shape[1], known + 1), even / (known + 1), dtype=share.dtype)
        table = table.index_add(1, codes[:, place] - start, share.T)
        model.log_tables[:, start : start + known + 1] = (table / table.sum(1, keepdim=True)).log()
        start += known + 1
    if not model.config.cardinalities:
        model.log_tables.zero_()

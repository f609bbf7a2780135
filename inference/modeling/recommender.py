"""EASE in factored form, a linear recommender: which items somebody chose in, a score for every item out.

The model predicts each item from all others by one ridge regression in closed form (Steck 2019, "Embarrassingly Shallow
Autoencoders for Sparse Data", arXiv 1905.03375). Its matrix of items by items is kept as the product of two narrow
ones, less its diagonal, so that thousands of items fit into a megabyte. A score is still a plain sum of one number for
each chosen item, times what that item's rating weighs, so its reasons can be checked by hand.

This module knows no title, no person and no rule about what to show: it also scores the items of the history itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.feature_extraction_utils import BatchFeature, FeatureExtractionMixin
from transformers.utils import ModelOutput

Chosen = Sequence[str] | Mapping[str, float | None]
"""Item ids in any order, or the rating of each, None where it has none."""


class LinearRecommenderConfig(PreTrainedConfig):
    """`item_ids` names the items in order; titles are kept beside the model. `rank` is the width of the factors."""

    model_type = "seewhy-linear-recommender"

    item_ids: list[str] | tuple[str, ...] = ()
    rank: int = 1

    @property
    def n_items(self) -> int:
        """How many items the model scores."""
        return len(self.item_ids)


class HistoryExtractor(FeatureExtractionMixin):
    """Turns histories into rows of numbers; `item_ids` is the order of the columns.

    An item without a rating weighs 1, and so does one rated `liked`; one rated `neutral` weighs nothing, and all other
    ratings lie on the line through the two, below 0 for less than neutral.
    """

    model_input_names = ["history", "chosen"]  # noqa: RUF012  # as transformers declares it

    def __init__(self, item_ids: Sequence[str] = (), liked: float = 1.0, neutral: float = 0.0, **kwargs: Any) -> None:
        self.item_ids = list(item_ids)
        self.liked, self.neutral = liked, neutral
        super().__init__(**kwargs)

    def __call__(self, histories: Sequence[Chosen], return_tensors: str = "pt") -> BatchFeature:
        """Histories as history float32[batch, items], what each item weighs, and chosen bool[batch, items].

        An item that occurs twice counts once, as in training. Raises ValueError for an item the model does not have.
        """
        position = {item: i for i, item in enumerate(self.item_ids)}
        chosen = np.zeros((len(histories), len(position)), dtype=bool)
        history = np.zeros(chosen.shape, dtype=np.float32)
        for row, entries in enumerate(histories):
            ratings = entries if isinstance(entries, Mapping) else dict.fromkeys(entries)
            try:
                columns = [position[item] for item in ratings]
            except KeyError as error:
                raise ValueError(f"Unknown item {error}; choose among the model's {len(position):,} items.") from error
            chosen[row, columns] = True
            history[row, columns] = [self.weight(rating) for rating in ratings.values()]
        return BatchFeature({"history": history, "chosen": chosen}, tensor_type=return_tensors)

    def weight(self, rating: float | None) -> float:
        """What an item of this rating weighs, a number around 0 to 1."""
        return 1.0 if rating is None else (rating - self.neutral) / (self.liked - self.neutral)


@dataclass
class RecommenderOutput(ModelOutput):
    """`logits` float32[batch, items]: comparable within one history, not probabilities."""

    logits: Tensor | None = None


class LinearRecommender(PreTrainedModel):
    """EASE: item i in a history adds `given[i] · wanted[j]` to the score of item j, and nothing to its own."""

    config_class = LinearRecommenderConfig
    main_input_name = "history"

    def __init__(self, config: LinearRecommenderConfig) -> None:
        super().__init__(config)
        self.given = nn.Parameter(torch.empty(config.n_items, config.rank))
        self.wanted = nn.Parameter(torch.empty(config.n_items, config.rank))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if module is self:
            for factor in (self.given, self.wanted):
                init.normal_(factor)

    @torch.no_grad()
    def fit(self, history: Tensor, likes: Tensor, l2: float) -> None:
        """Solve for the matrix B that predicts likes Y from histories X, both float[people, items]; keep `rank` of it.

        B minimises |Y − XB|² + l2 |B|² with a diagonal of 0: B = P(XᵀY − diag(γ)), P = (XᵀX + l2)⁻¹, with γ such that
        the diagonal vanishes (arXiv 1905.03375, equation 8, of which X = Y is the case). By the matrix inversion lemma
        all of B but its diagonal is Xᵀ K (Y + X diag(γ) / l2) with K = (XXᵀ + l2)⁻¹, of no higher rank than there are
        people, so the best factors of a rank are those of its singular values (Eckart and Young 1936).

        `l2`, in squared likes, penalises large weights; Steck found values in the hundreds best on larger data.
        """
        x, y = history.double(), likes.double()  # the inverse of a nearly singular matrix needs the digits
        inverse = torch.linalg.inv(x @ x.T + l2 * torch.eye(len(x), dtype=x.dtype))
        seen, predicted = inverse @ x, inverse @ y
        multipliers = (x * predicted).sum(0) * l2 / (1 - (x * seen).sum(0))
        self._keep(x.T, predicted + seen * (multipliers / l2))

    def _keep(self, left: Tensor, right: Tensor) -> None:
        """The best factors of left [items, people] @ right [people, items]."""
        (q, r), (p, s) = torch.linalg.qr(left), torch.linalg.qr(right.T)
        u, values, v = torch.linalg.svd(r @ s.T)
        rank = min(self.config.rank, len(values))
        root = values[:rank].sqrt()
        self.given.zero_()[:, :rank] = (q @ u[:, :rank]) * root
        self.wanted.zero_()[:, :rank] = (p @ v[:rank].T) * root

    def forward(self, history: Tensor, **_: Any) -> RecommenderOutput:
        """Score every item for history float32[batch, items]; the scores are exactly linear in the history."""
        own = (self.given * self.wanted).sum(1)
        return RecommenderOutput(logits=(history @ self.given) @ self.wanted.T - history * own)


AutoConfig.register(LinearRecommenderConfig.model_type, LinearRecommenderConfig, exist_ok=True)
AutoModel.register(LinearRecommenderConfig, LinearRecommender, exist_ok=True)
AutoFeatureExtractor.register(LinearRecommenderConfig, HistoryExtractor, exist_ok=True)

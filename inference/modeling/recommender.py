"""EASE, a linear recommender: which items somebody liked in, a score for every item out.

The model is one item-by-item matrix in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data",
arXiv 1905.03375). A score is a plain sum of one weight per liked item, so its reasons can be checked by hand.

This module knows no title, no person and no rule about what to show: it also scores the items of the history itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.feature_extraction_utils import BatchFeature, FeatureExtractionMixin
from transformers.utils import ModelOutput


class LinearRecommenderConfig(PreTrainedConfig):
    """`item_ids` names the rows and columns of the matrix, in order; the items' titles are kept beside the model."""

    model_type = "seewhy-linear-recommender"

    item_ids: list[str] | tuple[str, ...] = ()

    @property
    def n_items(self) -> int:
        """How many items the model scores."""
        return len(self.item_ids)


class HistoryExtractor(FeatureExtractionMixin):
    """Turns lists of liked items into rows of zeros and ones; `item_ids` is the order of the columns."""

    model_input_names = ["history"]  # noqa: RUF012  # as transformers declares it

    def __init__(self, item_ids: Sequence[str] = (), **kwargs: Any) -> None:
        self.item_ids = list(item_ids)
        super().__init__(**kwargs)

    def __call__(self, histories: Sequence[Sequence[str]], return_tensors: str = "pt") -> BatchFeature:
        """Histories, each a sequence of item ids in any order, as history float32[batch, items] of 0 and 1.

        An item that occurs twice counts once, as in training. Raises ValueError for an item the model does not have.
        """
        position = {item: i for i, item in enumerate(self.item_ids)}
        try:
            columns = [position[item] for history in histories for item in history]
        except KeyError as error:
            raise ValueError(f"Unknown item {error}; choose among the model's {len(position):,} items.") from error
        rows = np.repeat(np.arange(len(histories)), [len(history) for history in histories])
        history = np.zeros((len(histories), len(position)), dtype=np.float32)
        history[rows, columns] = 1
        return BatchFeature({"history": history}, tensor_type=return_tensors)


@dataclass
class RecommenderOutput(ModelOutput):
    """`logits` float32[batch, items]: comparable within one history, not probabilities."""

    logits: Tensor | None = None


class LinearRecommender(PreTrainedModel):
    """EASE: `weight[i, j]` is what item i in the history adds to the score of item j; the diagonal is 0."""

    config_class = LinearRecommenderConfig
    main_input_name = "history"

    def __init__(self, config: LinearRecommenderConfig) -> None:
        super().__init__(config)
        self.weight = nn.Parameter(torch.empty(config.n_items, config.n_items))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if module is self:
            n_items = self.config.n_items
            init.copy_(self.weight, torch.randn(n_items, n_items).fill_diagonal_(0))

    @torch.no_grad()
    def fit(self, history: Tensor, l2: float) -> None:
        """Solve for the weights of likes float32[people, items] (arXiv 1905.03375, equation 8).

        `l2`, in squared likes, penalises large weights; Steck found values in the hundreds best on larger data.
        """
        likes = history.double()  # the inverse of a nearly singular matrix needs the digits
        gram = likes.T @ likes
        gram.diagonal().add_(l2)
        inverse = torch.linalg.inv(gram)
        self.weight.copy_((-inverse / inverse.diagonal()).fill_diagonal_(0))

    def forward(self, history: Tensor, **_: Any) -> RecommenderOutput:
        """Score every item for history float32[batch, items]; the scores are exactly linear in the history."""
        return RecommenderOutput(logits=history @ self.weight)


AutoConfig.register(LinearRecommenderConfig.model_type, LinearRecommenderConfig, exist_ok=True)
AutoModel.register(LinearRecommenderConfig, LinearRecommender, exist_ok=True)
AutoFeatureExtractor.register(LinearRecommenderConfig, HistoryExtractor, exist_ok=True)

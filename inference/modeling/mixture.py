"""A Gaussian mixture for the rows of a table: records in, how well each group accounts for a row out.

A row belongs to group k with probability softmax(logits)[k], and the log density of the row is logsumexp(logits)
(McLachlan and Peel 2000, "Finite Mixture Models", equations 1.12 and 1.13). What is not known of a row is left out of
both: the margins of a Gaussian are Gaussian. Centroids, as k-means finds them, are a mixture whose groups share one
variance in every direction.

This module knows no field, member or decision.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.utils import ModelOutput

from .tabular import TabularExtractor


class MixtureConfig(PreTrainedConfig):
    """`n_numbers` columns; the groups are the labels, `id2label`."""

    model_type = "seewhy-mixture"

    n_numbers: int = 1


class MixtureExtractor(TabularExtractor):
    """The same records; all columns are numbers, and NaN is a number that is not known."""


@dataclass
class MixtureOutput(ModelOutput):
    """`logits` float32[batch, groups]: log(share of the group × density of the row in it); `seen` bool[batch, numbers]
    tells which numbers were known."""

    logits: Tensor | None = None
    seen: Tensor | None = None


class MixtureModel(PreTrainedModel):
    """Groups with a share, a centre and a covariance each, over standardised numbers."""

    config_class = MixtureConfig
    main_input_name = "numbers"

    def __init__(self, config: MixtureConfig) -> None:
        super().__init__(config)
        k, d = len(config.id2label or ()), config.n_numbers
        self.log_shares = nn.Parameter(torch.empty(k))
        self.means = nn.Parameter(torch.empty(k, d))
        self.covariances = nn.Parameter(torch.empty(k, d, d))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if module is self:
            k, d = self.means.shape
            init.copy_(self.log_shares, torch.full((k,), -math.log(k)))
            init.normal_(self.means)
            init.copy_(self.covariances, torch.eye(d).expand(k, d, d))

    def forward(self, numbers: Tensor, **_: Any) -> MixtureOutput:
        """Standardised numbers float32[batch, n_numbers], NaN where one is not known."""
        seen = ~numbers.isnan()
        patterns, which = seen.unique(dim=0, return_inverse=True)
        logits = numbers.new_empty(len(numbers), len(self.means))
        for i, known in enumerate(patterns):
            rows = which == i
            logits[rows] = self.log_shares + self.log_density(numbers[rows][:, known], known)
        return MixtureOutput(logits=logits, seen=seen)

    def log_density(self, values: Tensor, known: Tensor) -> Tensor:
        """log N(values; mean, covariance) of each group, float32[batch, groups], over the `known` columns bool[d]."""
        means, covariances = self.means[:, known], self.covariances[:, known][:, :, known]
        factor = torch.linalg.cholesky(covariances)
        whitened = torch.linalg.solve_triangular(factor, (values - means[:, None]).mT, upper=False)
        spread = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        found: Tensor = -0.5 * (whitened.square().sum(1) + values.shape[1] * math.log(2 * math.pi)) - spread[:, None]
        return found.mT


AutoConfig.register(MixtureConfig.model_type, MixtureConfig, exist_ok=True)
AutoModel.register(MixtureConfig, MixtureModel, exist_ok=True)
AutoFeatureExtractor.register(MixtureConfig, MixtureExtractor, exist_ok=True)

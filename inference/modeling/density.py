"""A density of ordinary rows: how surprising a row is, and what would be usual in the place of some of its values.

A mixture of Student's t-distributions over the numbers (Peel and McLachlan 2000, "Robust mixture modelling using the t
distribution"), each component with a distribution over each category. Numbers are bent by asinh first, so that a value
a thousand times too large does not drown all others. This module knows no field, threshold or explanation.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.utils import ModelOutput

from .tabular import TabularExtractor

REACH = 2.0
"""How far, in scales a dimension, what is seen of a row may pull what is usual for the rest: relations between numbers
hold among ordinary rows, and are not drawn out to others."""


@strict
class DensityConfig(PreTrainedConfig):
    """Sizes of the mixture and the scale of its answer.

    `cardinalities` counts the known categories of each category column, without the slot for an unseen one. `degrees`
    are Student's degrees of freedom. `typical` is the median surprise of ordinary rows in nats, which counts as 0.
    `levels` are shares of ordinary rows, rising, and `quantiles` the surprise that so large a share stays under.
    """

    model_type = "seewhy-density"

    n_numbers: int = 1
    cardinalities: list[int] | tuple[int, ...] = ()
    n_components: int = 8
    degrees: float = 4.0
    typical: float = 0.0
    levels: list[float] | tuple[float, ...] = ()
    quantiles: list[float] | tuple[float, ...] = ()


@dataclass
class DensityOutput(ModelOutput):
    """`logits` float32[batch, 1], the surprise in nats above a typical ordinary row's."""

    logits: Tensor | None = None


@dataclass(frozen=True)
class Usual:
    """What would be usual in the place of some values: `numbers`, `low` and `high` float64[batch, n_numbers] in scales,
    a range of two standard deviations either way, and `categories` int64[batch, n_categories]."""

    numbers: Tensor
    low: Tensor
    high: Tensor
    categories: Tensor


class DensityModel(PreTrainedModel):
    """A mixture over rows of numbers and categories. Its numbers are standardised ones, bent by asinh on entry."""

    config_class = DensityConfig
    main_input_name = "numbers"
    offsets: Tensor

    def __init__(self, config: DensityConfig) -> None:
        super().__init__(config)
        k, d = config.n_components, config.n_numbers
        slots = [cardinality + 1 for cardinality in config.cardinalities]
        self.begins = [sum(slots[:i]) for i in range(len(slots))]
        self.log_weights = nn.Parameter(torch.empty(k))
        self.means = nn.Parameter(torch.empty(k, d))
        self.whitening = nn.Parameter(torch.empty(k, d, d))  # the inverse of the scale matrix's Cholesky factor
        self.log_tables = nn.Parameter(torch.empty(k, max(sum(slots), 1)))
        self.register_buffer("offsets", torch.tensor(self.begins, dtype=torch.int64))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if module is self:
            init.copy_(self.offsets, torch.tensor(self.begins, dtype=torch.int64))
            init.constant_(self.log_weights, -math.log(self.config.n_components))
            init.normal_(self.means)
            init.copy_(self.whitening, torch.eye(self.config.n_numbers).expand_as(self.whitening))
            init.copy_(self.log_tables, torch.randn(self.log_tables.shape).log_softmax(-1))

    def forward(self, numbers: Tensor, categories: Tensor, **_: Any) -> DensityOutput:
        """The surprise of numbers float32[batch, n_numbers] and categories int64[batch, n_categories]."""
        surprise = -self.log_joint(numbers, categories).logsumexp(-1, keepdim=True)
        return DensityOutput(logits=surprise - self.config.typical)

    def log_joint(self, numbers: Tensor, categories: Tensor) -> Tensor:
        """The log density of each row together with each component, [batch, n_components]."""
        away = numbers.asinh().unsqueeze(1) - self.means
        squares = torch.einsum("kij,bkj->bki", self.whitening, away).square().sum(-1)
        halves = self.whitening.diagonal(dim1=-2, dim2=-1).abs().log().sum(-1)
        tables = self.log_tables[:, categories + self.offsets].sum(-1).T
        return self.log_weights + halves + log_student(squares, self.config.n_numbers, self.config.degrees) + tables

    @torch.no_grad()
    def usual(self, numbers: Tensor, categories: Tensor, hidden: Tensor) -> Usual:
        """What would be usual where `hidden` bool[batch, n_numbers + n_categories], given the rest of each row.

        The mean of the numbers by the conditional mixture, back from the bend, and the most probable category that was
        seen. Each component's share follows from the density of what is not hidden (in closed form: Kotz and Nadarajah
        2004, "Multivariate t Distributions", section 1.11); its own mean is pulled no further than by `REACH`, and its
        range is that of a row whose other values are ordinary.
        """
        d, nu = self.config.n_numbers, self.config.degrees
        gone, unread = hidden[:, :d], hidden[:, d:]
        precision = (self.whitening.mT @ self.whitening).double()
        away = numbers.double().asinh().unsqueeze(1) - self.means.double()  # [batch, k, d]
        pulled, spread, halves, squares = complete(precision, away, gone)
        seen = (d - gone.sum(1, keepdim=True)).double()
        tables = torch.where(unread, 0.0, self.log_tables.double()[:, categories + self.offsets]).sum(-1).T
        share = (self.log_weights.double() + halves + log_student(squares, seen, nu) + tables).softmax(-1)
        far = (REACH * seen.sqrt() / squares.sqrt().clamp_min(1e-9)).clamp_max(1).unsqueeze(-1)
        centres = pulled * far + self.means.double()
        mean = torch.einsum("bk,bkd->bd", share, centres)
        variance = torch.einsum("bk,bkd->bd", share, spread + centres.square()) - mean.square()
        wide = 2 * variance.clamp_min(0).sqrt()
        middle, low, high = (
            torch.where(gone, end.sinh(), numbers.double()) for end in (mean, mean - wide, mean + wide)
        )
        return Usual(middle, low, high, torch.where(unread, self.likeliest(share), categories))

    def likeliest(self, share: Tensor) -> Tensor:
        """The most probable category of each column by the components' shares float64[batch, k], never unseen."""
        tables = self.log_tables.double().exp()
        found = [
            (share @ tables[:, start + 1 : start + 1 + count]).argmax(-1) + 1
            for start, count in zip(self.offsets.tolist(), self.config.cardinalities, strict=True)
        ]
        return torch.stack(found, 1) if found else torch.empty(len(share), 0, dtype=torch.int64)


def log_student(squares: Tensor, dimensions: Any, degrees: float) -> Tensor:
    """The log density of Student's t with unit scale at squared distances, in so many dimensions."""
    dimensions = torch.as_tensor(dimensions, dtype=squares.dtype)
    constant = torch.lgamma((degrees + dimensions) / 2) - math.lgamma(degrees / 2)
    constant = constant - dimensions / 2 * math.log(degrees * math.pi)
    return constant - (degrees + dimensions) / 2 * torch.log1p(squares / degrees)


def complete(precision: Tensor, away: Tensor, gone: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of rows away from the means [batch, k, d]: where the rest pulls what is gone bool[batch, d], 0 elsewhere.

    Also the conditional variances of what is gone [batch, k, d] (0 elsewhere), and of what is not: half the log
    determinant of its precision [batch, k] and its squared distance [batch, k]. With precision Λ and parts g gone and s
    seen, E[g | s] = −Λ_gg⁻¹ Λ_gs s, and det Λ = det Λ_gg · det (Σ_ss)⁻¹.
    """
    both = gone[:, None, :, None] & gone[:, None, None, :]
    eye = torch.eye(gone.shape[1], dtype=precision.dtype, device=precision.device)
    inner = torch.where(both, precision, eye)  # Λ_gg, and the identity where nothing is gone
    kept = torch.where(gone[:, None, :], 0.0, away)
    pull = torch.where(gone[:, None, :], torch.einsum("kij,bkj->bki", precision, kept), 0.0)
    inverse = torch.linalg.inv(inner)
    pulled = -torch.einsum("bkij,bkj->bki", inverse, pull)
    filled = kept + pulled
    spread = torch.where(gone[:, None, :], inverse.diagonal(dim1=-2, dim2=-1), 0.0)
    halves = (torch.linalg.slogdet(precision)[1] - torch.linalg.slogdet(inner)[1]) / 2
    squares = torch.einsum("bki,kij,bkj->bk", filled, precision, filled).clamp_min(0)
    return pulled, spread, halves, squares


AutoConfig.register(DensityConfig.model_type, DensityConfig, exist_ok=True)
AutoModel.register(DensityConfig, DensityModel, exist_ok=True)
AutoFeatureExtractor.register(DensityConfig, TabularExtractor, exist_ok=True)

"""TabM-mini for the rows of a table: records in, one number or the scores of the classes out.

The network is TabM-mini (Gorishniy, Kotelnikov and Babenko 2024, "TabM: Advancing Tabular Deep Learning with
Parameter-Efficient Ensembling", arXiv 2410.24210) over piecewise-linear embeddings of the numbers (Gorishniy, Rubachev
and Babenko 2022, "On Embeddings for Numerical Features in Tabular Deep Learning", arXiv 2203.05556).

This module knows no field, limit, decision or explanation: it takes records that were checked already.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.feature_extraction_utils import BatchFeature, FeatureExtractionMixin
from transformers.utils import ModelOutput


@strict
class TabularConfig(PreTrainedConfig):
    """Sizes of the network and the scale of its target.

    `cardinalities` counts the known categories of each category column, without the slot for an unseen one. Two labels
    or more (two unless said, as everywhere in transformers) are classification. `num_labels=1` is regression: an output
    y stands for `target_mean + target_scale * y` in the target's unit, or, where `target_transform` is "log", for the
    exponential of that.
    """

    model_type = "seewhy-tabular"

    n_numbers: int = 1
    cardinalities: list[int] | tuple[int, ...] = ()
    n_bins: int = 16
    d_embedding: int = 8
    d_block: int = 128
    n_blocks: int = 2
    n_members: int = 16
    dropout: float = 0.1
    target_transform: Literal["identity", "log"] = "identity"
    target_mean: float = 0.0
    target_scale: float = 1.0

    def encode_target(self, target: Tensor) -> Tensor:
        """Values in the target's unit, float32[...], as the standardised values that the model learns."""
        value = target.log() if self.target_transform == "log" else target
        return (value - self.target_mean) / self.target_scale

    def decode_target(self, output: Tensor) -> Tensor:
        """Outputs of a regression, float32[...], as values in the target's unit; the inverse of `encode_target`."""
        value = self.target_mean + self.target_scale * output
        return value.exp() if self.target_transform == "log" else value


class TabularExtractor(FeatureExtractionMixin):
    """Turns records into tensors; `columns` lists the fields in the model's order.

    A number column is `{"name", "kind": "number", "mean", "scale"}` in the field's own unit, or, with `"log": true`, in
    log(1 + value) of it; a category column is `{"name", "kind": "category", "categories"}`. Index 0 stands for a
    category that was not seen in training.
    """

    model_input_names = ["numbers", "categories"]  # noqa: RUF012  # as transformers declares it
    dtype: type[np.floating[Any]] = np.float32
    scaling = "brought to one scale"

    def __init__(self, columns: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        self.columns = [dict(column) for column in columns]
        super().__init__(**kwargs)

    def __call__(self, records: Sequence[Mapping[str, Any]], return_tensors: str = "pt") -> BatchFeature:
        """Records as numbers [batch, n_numbers] of `dtype`, standardised, and categories int64[batch, n_categories].

        Raises ValueError where a record lacks a column or holds something else than a number in a number column.
        """
        numbers = [column for column in self.columns if column["kind"] == "number"]
        categories = [column for column in self.columns if column["kind"] == "category"]
        table = np.empty((len(records), len(numbers)))
        codes = np.empty((len(records), len(categories)), np.int64)
        try:
            for i, column in enumerate(numbers):
                table[:, i] = [*map(itemgetter(column["name"]), records)]
            for i, column in enumerate(categories):
                places = {category: place for place, category in enumerate(column["categories"], start=1)}
                codes[:, i] = [places.get(value, 0) for value in map(itemgetter(column["name"]), records)]
        except KeyError as error:
            raise ValueError(f"A record lacks the column {error}; give every column a value.") from error
        # Standardising in float64 first: years near 2,000 would lose digits in float32.
        if logs := [i for i, column in enumerate(numbers) if column.get("log")]:
            table[:, logs] = np.log1p(table[:, logs])
        with np.errstate(over="ignore"):
            table = (table - [column["mean"] for column in numbers]) / [column["scale"] for column in numbers]
        largest = float(np.finfo(self.dtype).max)  # what is too large for the dtype counts as this
        table = np.clip(table, -largest, largest)
        data = {"numbers": table.astype(self.dtype), "categories": codes}
        return BatchFeature(data, tensor_type=return_tensors)


@dataclass
class TabularOutput(ModelOutput):
    """`logits` float32[batch, num_labels] of the ensemble, `member_logits` float32[batch, members, num_labels]."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    member_logits: Tensor | None = None


class PiecewiseLinearEmbedding(nn.Module):
    """Each number as a vector that is piecewise linear in it (arXiv 2203.05556, equation 1, then a linear layer)."""

    edges: Tensor

    def __init__(self, n_numbers: int, n_bins: int, d_embedding: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.empty(n_numbers, n_bins + 1))
        self.weight = nn.Parameter(torch.empty(n_numbers, n_bins, d_embedding))
        self.bias = nn.Parameter(torch.empty(n_numbers, d_embedding))

    def forward(self, numbers: Tensor) -> Tensor:
        """Standardised numbers float32[batch, n_numbers] as float32[batch, n_numbers, d_embedding]."""
        left, right = self.edges[:, :-1], self.edges[:, 1:]
        # Repeated edges fill up short rows; an infinite width leaves such a bin at 0 instead of dividing by 0.
        width = torch.where(right > left, right - left, math.inf)
        # The paper extends the outer bins beyond the data; clamped, a value never seen counts as the nearest one seen.
        filled = ((numbers.unsqueeze(-1) - left) / width).clamp(0, 1)
        return torch.einsum("bnt,ntd->bnd", filled, self.weight) + self.bias


class TabularModel(PreTrainedModel):
    """TabM-mini: members that share one network and differ by how they scale its input and by their last layer."""

    config_class = TabularConfig
    main_input_name = "numbers"
    offsets: Tensor

    def __init__(self, config: TabularConfig) -> None:
        super().__init__(config)
        n_labels = len(config.id2label or ())
        n_columns = config.n_numbers + len(config.cardinalities)
        slots = [cardinality + 1 for cardinality in config.cardinalities]
        self.begins = [sum(slots[:i]) for i in range(len(slots))]
        self.numbers = PiecewiseLinearEmbedding(config.n_numbers, config.n_bins, config.d_embedding)
        self.categories = nn.Embedding(max(sum(slots), 1), config.d_embedding)
        self.register_buffer("offsets", torch.tensor(self.begins, dtype=torch.int64))
        self.adapter = nn.Parameter(torch.empty(config.n_members, n_columns, config.d_embedding))
        layers: list[nn.Module] = []
        for i in range(config.n_blocks):
            layers.append(nn.Linear(n_columns * config.d_embedding if i == 0 else config.d_block, config.d_block))
            layers += [nn.ReLU(inplace=True), nn.Dropout(config.dropout)]
        self.network = nn.Sequential(*layers)
        self.head_weight = nn.Parameter(torch.empty(config.n_members, config.d_block, n_labels))
        self.head_bias = nn.Parameter(torch.empty(config.n_members, n_labels))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            init.kaiming_uniform_(module.weight, nonlinearity="relu")
            init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            init.normal_(module.weight, std=0.5)
        elif isinstance(module, PiecewiseLinearEmbedding):
            n_numbers, n_bins, _ = module.weight.shape
            init.copy_(module.edges, torch.linspace(-3, 3, n_bins + 1).repeat(n_numbers, 1))
            init.normal_(module.weight, std=0.5)
            init.normal_(module.bias, std=0.5)
        elif module is self:
            init.copy_(self.offsets, torch.tensor(self.begins, dtype=torch.int64))
            # One factor for a whole column, so that a member sees columns, not single coordinates, in its own way.
            init.copy_(self.adapter, torch.randn(*self.adapter.shape[:2], 1).expand_as(self.adapter))
            bound = self.config.d_block**-0.5
            init.uniform_(self.head_weight, -bound, bound)
            init.zeros_(self.head_bias)

    @torch.no_grad()
    def fit_bins(self, numbers: Tensor) -> None:
        """Set the bins' edges to quantiles of the training part float32[rows, n_numbers] (arXiv 2203.05556, 3.2)."""
        levels = torch.linspace(0, 1, self.config.n_bins + 1)
        for edges, column in zip(self.numbers.edges, numbers.T, strict=True):
            unique = torch.quantile(column, levels).unique()
            edges.fill_(unique[-1])[: len(unique)] = unique

    def forward(self, numbers: Tensor, categories: Tensor, labels: Tensor | None = None, **_: Any) -> TabularOutput:
        """Score numbers float32[batch, n_numbers] and categories int64[batch, n_categories].

        `labels` are standardised targets float32[batch] (see `TabularConfig.encode_target`) or classes int64[batch];
        the loss is the mean over the members' own losses, for they are trained apart (arXiv 2410.24210, section 3).
        The softmax of a classifier's logits is the mean of its members' probabilities.
        """
        embedded = torch.cat([self.numbers(numbers), self.categories(categories + self.offsets)], dim=1)
        hidden = (embedded.unsqueeze(1) * self.adapter).flatten(2)  # (batch, members, columns * d_embedding)
        hidden = self.network(hidden)  # (batch, members, d_block)
        members = torch.einsum("bmd,mdl->bml", hidden, self.head_weight) + self.head_bias
        regression = self.config.num_labels == 1
        if regression:
            logits = members.mean(dim=1)
        else:
            logits = members.log_softmax(dim=-1).logsumexp(dim=1) - math.log(members.shape[1])
        loss = None
        if labels is not None:
            each = labels.repeat_interleave(members.shape[1])
            flat = members.flatten(0, 1)
            loss = F.mse_loss(flat.squeeze(-1), each) if regression else F.cross_entropy(flat, each)
        return TabularOutput(loss=loss, logits=logits, member_logits=members)


AutoConfig.register(TabularConfig.model_type, TabularConfig, exist_ok=True)
AutoModel.register(TabularConfig, TabularModel, exist_ok=True)
AutoFeatureExtractor.register(TabularConfig, TabularExtractor, exist_ok=True)

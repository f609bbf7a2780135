"""Fitted trees as a transformers model, so that a row takes the same way to them as to a network.

It knows no file format: the trees are handed over, fitted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ..trees import Ensemble
from .tabular import TabularConfig, TabularExtractor, TabularOutput


class TreesConfig(TabularConfig):
    """Labels, and columns by number; a regression's output stands in the target's unit as it is."""

    model_type = "seewhy-trees"


class TreesExtractor(TabularExtractor):
    """Records as trees take them: numbers as they are, in float64, since a threshold may lie between two float32."""

    dtype = np.float64
    scaling = "as they are"

    def __init__(self, columns: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__([{"mean": 0.0, "scale": 1.0, **column} for column in columns], **kwargs)


class TreesModel(PreTrainedModel):
    """Calls the trees; their probabilities come back as logarithms, whose softmax they are."""

    config_class = TreesConfig
    main_input_name = "numbers"
    places: Tensor

    def __init__(self, config: TreesConfig, ensemble: Ensemble, kinds: Sequence[str], size: int) -> None:
        """kinds: "number" or "category" for each column in the model's order. size: bytes of the file."""
        super().__init__(config)
        self.ensemble, self.size = ensemble, size
        order = sorted(range(len(kinds)), key=lambda i: kinds[i] != "number")  # numbers first, as they arrive
        self.places = torch.tensor(np.argsort(order))
        self.idle = nn.Identity()

    @property
    def dtype(self) -> torch.dtype:
        return torch.float64

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def get_memory_footprint(self, return_buffers: bool = True) -> int:
        return self.size

    def forward(self, numbers: Tensor, categories: Tensor, **_: Any) -> TabularOutput:
        """Numbers float64[batch, n_numbers] and categories int64[batch, n_categories], 0 for one that is not known."""
        codes = torch.where(categories > 0, categories - 1.0, torch.nan).double()
        rows = torch.cat([numbers.double(), codes], dim=1)[:, self.places].numpy()
        found = torch.from_numpy(self.ensemble.scores(rows))
        return TabularOutput(logits=found.log() if self.ensemble.labels else found)

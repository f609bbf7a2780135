"""A linear forecast of the next step from a window of several columns and the time of year.

The change from the last step is a weighted sum of the standardised cells of the window, by ridge regression whose
penalty grows with the lag, and of two waves of a year's length (direct forecasting: Box and Jenkins 1970; the prior of
shrinking lags: Litterman 1986, "Forecasting with Bayesian Vector Autoregressions"). Being linear, it is additive in the
cells, and its explanations are exact.

This module knows no field, limit or interval: it takes windows that were checked already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.feature_extraction_utils import BatchFeature, FeatureExtractionMixin
from transformers.utils import ModelOutput

YEAR = 365.25
"""Days."""


class SeriesExtractor(FeatureExtractionMixin):
    """Turns records of a series into tensors: `columns` in the model's order, at most `length` steps.

    calendar: whether the model reads the dates; then a record has a list under "date", too.
    """

    model_input_names = ["values"]  # noqa: RUF012  # as transformers declares it

    def __init__(self, names: Sequence[str] = (), length: int = 0, calendar: bool = False, **kwargs: Any) -> None:
        self.names, self.length, self.calendar = list(names), length, calendar
        super().__init__(**kwargs)

    def __call__(self, records: Sequence[Mapping[str, Any]], return_tensors: str = "pt") -> BatchFeature:
        """Records, lists of numbers by column, as values float32[batch, length, columns] in the columns' own units.

        Before the start of a shorter series stand NaNs. season float32[batch, 2]: cosine and sine of the day of the
        year that is to be forecast. Raises ValueError where a record lacks a column or has too many steps.
        """
        try:
            windows = [np.array([record[name] for name in self.names], np.float64).T for record in records]
            ends = [record["date"][-1] for record in records] if self.calendar else []
        except KeyError as error:
            raise ValueError(f"A record lacks the column {error}; give every column its numbers.") from error
        if (longest := max(map(len, windows))) > self.length:
            raise ValueError(f"A window has at most {self.length} steps, got {longest}.")
        values = np.full((len(windows), self.length, len(self.names)), np.nan, np.float32)
        for row, window in zip(values, windows, strict=True):
            row[self.length - len(window) :] = window
        seasons = {"season": np.array(list(map(season, ends)), np.float32)} if self.calendar else {}
        return BatchFeature({"values": values, **seasons}, tensor_type=return_tensors)


def season(last: str) -> tuple[float, float]:
    """Cosine and sine of the day of the year after an ISO date."""
    angle = 2 * np.pi * (date.fromisoformat(last) + timedelta(days=1)).timetuple().tm_yday / YEAR
    return float(np.cos(angle)), float(np.sin(angle))


@strict
class ForecasterConfig(PreTrainedConfig):
    """The window's `length`, its columns' means and scales in training, and which of them (`target`) is forecast."""

    model_type = "seewhy-forecaster"

    length: int = 7
    means: list[float] | tuple[float, ...] = (0.0,)
    scales: list[float] | tuple[float, ...] = (1.0,)
    target: int = 0
    additive: bool = True


@dataclass
class ForecastOutput(ModelOutput):
    """`logits` float32[batch, 1]: the next step in the target's unit. `spread` float32[batch, 1]: how far a forecast of
    this series usually misses, in the same unit; 1 where the model does not tell. `skill` float32[batch, 1]: its error
    within the window over that of repeating the last value."""

    logits: Tensor | None = None
    spread: Tensor | None = None
    skill: Tensor | None = None


class ForecasterModel(PreTrainedModel):
    """The next value of one column."""

    config_class = ForecasterConfig
    base_model_prefix = "forecaster"
    main_input_name = "values"

    def __init__(self, config: ForecasterConfig) -> None:
        super().__init__(config)
        self.change = nn.Linear(config.length * len(config.means) + 2, 1)
        self.post_init()

    def forward(self, values: Tensor, season: Tensor, **_: Any) -> ForecastOutput:
        """Windows float32[batch, length, columns] and season float32[batch, 2] → logits float32[batch, 1]."""
        scaled = (values - values.new_tensor(self.config.means)) / values.new_tensor(self.config.scales)
        change = self.change(torch.cat([scaled.flatten(1), season], dim=1))
        target = self.config.target
        return ForecastOutput(logits=values[:, -1, target, None] + change * self.config.scales[target])


AutoConfig.register(ForecasterConfig.model_type, ForecasterConfig, exist_ok=True)
AutoModel.register(ForecasterConfig, ForecasterModel, exist_ok=True)
AutoFeatureExtractor.register(ForecasterConfig, SeriesExtractor, exist_ok=True)

"""A forecast of the next step of any single series, from that series alone: a combination of simple rules.

Each rule, such as "as the last one" or "as a week before", is tried on every step of the window, and the forecasts of
those that missed least get the largest weights (Bates and Granger 1969, "The Combination of Forecasts"). The rules are
exponential smoothing (Brown 1956), plain and of what is left after the value one season before, and drift. How far
their combination then leaves the last value behind depends on how clearly it has beaten it before (after the statistic
of Diebold and Mariano 1995, "Comparing Predictive Accuracy").

What is learned, from many series, is how much a rule is trusted before it is tried, how fast misses are forgotten, how
sharply they count, and how clear a lead must be. The forecast follows from the window alone and is the same every time;
it moves and grows with the window. This module knows no field, unit or interval.
"""

from typing import Any

import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from torch.nn.functional import softplus
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel

from .forecaster import ForecastOutput, SeriesExtractor

TINY = 1e-6
"""Relative to the largest number of a window, what counts as no miss at all."""


@strict
class SmootherConfig(PreTrainedConfig):
    """The longest window and the rules.

    `rates` are those of exponential smoothing, the last of them 1: the last value itself. Each is tried by itself and,
    for each of `periods`, on what is left after the value one period before. The first `warm_up` steps are not judged.
    """

    model_type = "seewhy-smoother"

    length: int = 90
    rates: list[float] | tuple[float, ...] = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
    periods: list[int] | tuple[int, ...] = (4, 5, 7, 12)
    warm_up: int = 15
    additive: bool = False


class SmootherModel(PreTrainedModel):
    """The next value of a series, how far such forecasts missed, and how that compares with the last value."""

    config_class = SmootherConfig
    base_model_prefix = "smoother"
    main_input_name = "values"

    def __init__(self, config: SmootherConfig) -> None:
        super().__init__(config)
        self.trust = nn.Parameter(torch.zeros(len(config.rates) * (1 + len(config.periods)) + 1))
        self.memory = nn.Parameter(torch.tensor(3.0))
        self.sharpness = nn.Parameter(torch.tensor(0.0))
        self.lead = nn.Parameter(torch.tensor([-1.0, 1.0]))
        self.post_init()

    def forward(self, values: Tensor, **_: Any) -> ForecastOutput:
        """Windows float32[batch, steps, 1], NaN before a shorter one → logits, spread and skill, float32[batch, 1]."""
        series = values[:, :, 0]
        seen = ~series.isnan()
        first = series.gather(1, seen.int().argmax(1, keepdim=True))
        shift = series[:, -1:]
        series = torch.where(seen, series, first) - shift
        scale = series.abs().amax(1, keepdim=True).clamp_min(torch.finfo(series.dtype).tiny)
        series = series / scale
        judged = (seen.long().cumsum(1) > self.config.warm_up).to(series.dtype)
        forecast = self.led(series, self.combined(series, self.rules(series), judged), judged)
        last = torch.cat([series[:, :1], series[:, :-1]], dim=1)
        own, plain = (mean((each - series) ** 2, judged) + TINY**2 for each in (forecast[:, :-1], last))
        return ForecastOutput(
            logits=shift + scale * forecast[:, -1:], spread=scale * own.sqrt(), skill=(own / plain).sqrt()
        )

    def rules(self, series: Tensor) -> Tensor:
        """What each rule says of every step, and of the one to come, from those before: [batch, steps + 1, rules]."""
        found = [self.smoothed(series)]
        for period in self.config.periods:
            before = torch.cat([series[:, :1].expand(-1, period), series], dim=1)  # the value one period earlier
            left = self.smoothed(series - before[:, : series.shape[1]])
            found.append(left + before[:, : series.shape[1] + 1, None])
        drift = series + (series - series[:, :1]) / torch.arange(1, series.shape[1] + 1, device=series.device)
        return torch.cat([*found, torch.cat([series[:, :1], drift], dim=1)[:, :, None]], dim=2)

    def smoothed(self, series: Tensor) -> Tensor:
        """The level before every step and after the last, at each rate: [batch, steps + 1, rates]."""
        rates = series.new_tensor(self.config.rates)
        levels = [series[:, :1].expand(-1, len(rates))]
        for step in range(series.shape[1]):
            levels.append(levels[-1] + rates * (series[:, step, None] - levels[-1]))
        return torch.stack(levels, dim=1)

    def combined(self, series: Tensor, rules: Tensor, judged: Tensor) -> Tensor:
        """The rules' weighted mean for every step and the one to come, [batch, steps + 1].

        The weights of a step follow from the misses before it alone, so that its own miss is that of a real forecast.
        """
        misses = (rules[:, :-1] - series[:, :, None]) ** 2 * judged[:, :, None]
        total, count = torch.zeros_like(misses[:, 0]), torch.zeros_like(series[:, :1])
        keep, sharpness, found = torch.sigmoid(self.memory), softplus(self.sharpness), []
        for step in range(series.shape[1] + 1):
            error = ((total + TINY**2) / count.clamp_min(1)).log()
            relative = (error - error.mean(1, keepdim=True)) * (count + TINY).sqrt()
            found.append((torch.softmax(self.trust - sharpness * relative, dim=1) * rules[:, step]).sum(1))
            if step < series.shape[1]:
                total, count = keep * total + misses[:, step], keep * count + judged[:, step, None]
        return torch.stack(found, dim=1)

    def led(self, series: Tensor, combined: Tensor, judged: Tensor) -> Tensor:
        """The last value, left behind as far as the combination has led before that step: [batch, steps + 1].

        Its lead is the mean of how much more the last value's squared misses were, in standard errors.
        """
        last = torch.cat([series[:, :1], series], dim=1)
        gain = ((last[:, :-1] - series) ** 2 - (combined[:, :-1] - series) ** 2) * judged
        sums = [nn.functional.pad(each.cumsum(1), (1, 0)) for each in (gain, gain**2, judged)]
        count = sums[2].clamp_min(1)
        centre = sums[0] / count
        error = ((sums[1] / count - centre**2).clamp_min(0) / count + TINY**4).sqrt()
        share = torch.sigmoid(self.lead[0] + softplus(self.lead[1]) * (centre / error).clamp(-9, 9))
        return last + share * (combined - last)


def mean(numbers: Tensor, weights: Tensor) -> Tensor:
    """The weighted mean of each row, [batch, 1]."""
    return (numbers * weights).sum(1, keepdim=True) / weights.sum(1, keepdim=True).clamp_min(1)


AutoConfig.register(SmootherConfig.model_type, SmootherConfig, exist_ok=True)
AutoModel.register(SmootherConfig, SmootherModel, exist_ok=True)
AutoFeatureExtractor.register(SmootherConfig, SeriesExtractor, exist_ok=True)

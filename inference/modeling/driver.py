"""A driver: the cars around in, what to do and how much it will earn out.

Each car goes through the same small network; what they say together is their strongest and their summed features, so
that neither the order nor the number of cars matters (Zaheer et al. 2017, "Deep Sets", arXiv 1703.06114). An empty road
says nothing, which is 0.

This module knows no simulator, no person and no rule about when to trust the driver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.feature_extraction_utils import BatchFeature, FeatureExtractionMixin
from transformers.utils import ModelOutput

ACTIONS = ("left", "keep", "right", "faster", "slower")
Scene = Mapping[str, Any]
"""`lane` (from 1, the leftmost; a fraction between two lanes), `speed` in km/h, `cars`: each `distance` in metres from
middle to middle (negative: behind), `lane` and `speed`."""


class DriverConfig(PreTrainedConfig):
    """`width` units in each layer; id2label names the actions in the order of the scores."""

    model_type = "seewhy-driver"

    width: int = 64


class SceneExtractor(FeatureExtractionMixin):
    """Turns scenes into numbers of one size, and says which actions there are.

    lanes: of the road. cruise: the speeds in km/h that the car can be set to, evenly spaced, slowest first.
    """

    model_input_names = ["own", "cars", "present", "possible"]  # noqa: RUF012  # as transformers declares it

    def __init__(self, lanes: int = 3, cruise: Sequence[float] = (72, 90, 108), **kwargs: Any) -> None:
        self.lanes, self.cruise = lanes, list(cruise)
        super().__init__(**kwargs)

    def __call__(self, scenes: Sequence[Scene]) -> BatchFeature:
        """own float32[scenes, 2], cars float32[scenes, most, 3], present bool[scenes, most], possible bool[scenes, 5].

        own is (lane, speed) and a car (distance, lane, speed), brought to about −1..1; absent cars are 0.
        """
        most = max((len(scene["cars"]) for scene in scenes), default=0)
        cars = [[[c["distance"], c["lane"], c["speed"]] for c in scene["cars"]] for scene in scenes]
        filled = [row + [[0.0, 0.0, 0.0]] * (most - len(row)) for row in cars]
        own = torch.tensor([[scene["lane"], scene["speed"]] for scene in scenes], dtype=torch.float32)
        present = torch.arange(most) < torch.tensor([len(row) for row in cars])[:, None]
        return self.scaled(own, torch.tensor(filled, dtype=torch.float32).reshape(len(scenes), most, 3), present)

    def scaled(self, own: Tensor, cars: Tensor, present: Tensor) -> BatchFeature:
        """The same from own float32[scenes, 2] and cars float32[scenes, most, 3] in lanes, metres and km/h."""
        small = (cars - torch.tensor([0.0, 2.0, 90.0])) / torch.tensor([50.0, 1.0, 20.0])
        found = {
            "own": (own - torch.tensor([2.0, 90.0])) / torch.tensor([1.0, 20.0]),
            "cars": small * present[..., None],
            "present": present,
            "possible": self.possible(own),
        }
        return BatchFeature(found)

    def possible(self, own: Tensor) -> Tensor:
        """Which actions change anything, bool[scenes, 5], for own float32[scenes, 2] of lane and speed in km/h.

        There is no lane left of the first, and no speed above the highest that the car can be set to.
        """
        lane, last = own[:, 0].round(), len(self.cruise) - 1
        step = (self.cruise[-1] - self.cruise[0]) / last
        gear = ((own[:, 1] - self.cruise[0]) / step).round().clip(0, last)
        return torch.stack([lane > 1, lane > 0, lane < self.lanes, gear < last, gear > 0], dim=1)


@dataclass
class DriverOutput(ModelOutput):
    """`logits` float32[batch, actions], impossible ones at the lowest number; `value` float32[batch], a return."""

    logits: Tensor | None = None
    value: Tensor | None = None


class Driver(PreTrainedModel):
    """`softmax(logits)` is the policy, `value` the discounted reward that its training expected from there on."""

    config_class = DriverConfig
    main_input_name = "own"

    def __init__(self, config: DriverConfig) -> None:
        super().__init__(config)
        width = config.width
        self.car = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.scene = nn.Sequential(nn.Linear(2 * width + 2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.actions, self.worth = nn.Linear(width, len(ACTIONS)), nn.Linear(width, 1)
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            init.kaiming_uniform_(module.weight, nonlinearity="relu")
            init.zeros_(module.bias)

    def forward(self, own: Tensor, cars: Tensor, present: Tensor, possible: Tensor, **_: Any) -> DriverOutput:
        """Scenes as SceneExtractor makes them."""
        shown = self.car(relative(own, cars)) * present[..., None]
        nobody = shown.new_zeros(len(own), 1, shown.shape[2])
        strongest = torch.cat([nobody, shown], dim=1).amax(1)
        found = self.scene(torch.cat([strongest, 0.2 * shown.sum(1), own], dim=1))
        logits = self.actions(found)
        logits = logits.masked_fill(~possible, torch.finfo(logits.dtype).min)
        return DriverOutput(logits=logits, value=self.worth(found)[:, 0])


def relative(own: Tensor, cars: Tensor) -> Tensor:
    """What each car is to the driver, float32[batch, cars, 8].

    Distance, the same up close, lane, lane difference, speed difference, closing speed by distance, and the own two.
    """
    distance, lane, speed = cars.unbind(-1)
    own_lane, own_speed = (each.expand_as(distance) for each in own[:, None].unbind(-1))
    faster = speed - own_speed
    near = torch.tanh(4 * distance)
    closing = -faster * torch.sign(distance) / (distance.abs() + 0.1)
    return torch.stack([distance, near, lane, lane - own_lane, faster, closing, own_lane, own_speed], dim=-1)


AutoConfig.register(DriverConfig.model_type, DriverConfig, exist_ok=True)
AutoModel.register(DriverConfig, Driver, exist_ok=True)
AutoFeatureExtractor.register(DriverConfig, SceneExtractor, exist_ok=True)

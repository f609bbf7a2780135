"""The cars around a driver in, what to do out: keep on, faster, slower, a lane to the left or to the right.

The network is in inference/modeling/driver.py, learned in a simulator. transformers has no such pipeline:
`pipeline("control-policy", model=folder)` works once `inference.tasks` is imported. Nothing is ever steered from here.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..extracted import ExtractedPipeline
from ..fields import Field, Scene, SceneField
from ..fields.scene import OF_CAR, OWN, paired
from ..masks import Kept, Parts, Variants
from ..modeling import driver  # noqa: F401  registers the architecture
from ..outputs import ItemTask
from ..trace import Batch
from ..types import Item, Prediction, Raw

IMPOSSIBLE = {
    "left": "not possible in the leftmost lane",
    "right": "not possible in the rightmost lane",
    "faster": "not possible at the highest cruising speed",
    "slower": "not possible at the lowest cruising speed",
}
"""Why an action has no share of the policy."""


class ControlPolicyPipeline(ExtractedPipeline):
    """`pipe({"lane": 2, "speed": 90, "cars": [{"distance": 40, "lane": 2, "speed": 80}]})`: the policy's shares."""

    def preprocess(self, scene: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Batch:
        """own, cars, present and possible, as SceneExtractor makes them."""
        assert self.feature_extractor is not None  # loaded by declaration above
        return self._cast(self.feature_extractor([scene] if isinstance(scene, Mapping) else scene))

    def scaled(self, own: torch.Tensor, cars: torch.Tensor, present: torch.Tensor) -> Batch:
        """The same from tensors, as SceneExtractor.scaled takes them."""
        assert self.feature_extractor is not None  # loaded by declaration above
        return self._cast(self.feature_extractor.scaled(own, cars, present))

    def _cast(self, batch: Batch) -> Batch:
        """A batch with its numbers in the model's precision."""
        return {**batch, **{name: batch[name].to(self.model.dtype) for name in ("own", "cars")}}

    def _forward(self, batch: Batch) -> Batch:
        return {"logits": self.model(**batch).logits, "possible": batch["possible"]}

    def postprocess(self, outputs: Batch) -> list[dict[str, Any]]:
        """Every action with its probability, the most probable first."""
        shares = outputs["logits"][0].float().softmax(-1)
        order = shares.argsort(descending=True, stable=True).tolist()
        return [{"action": self.model.config.id2label[i], "probability": shares[i].item()} for i in order]


PIPELINE_REGISTRY.register_pipeline(
    "control-policy", pipeline_class=ControlPolicyPipeline, pt_model=AutoModel, type="text"
)


class ControlPolicy(ItemTask):
    """What to do about the cars around, with the probability of each action."""

    id = "control-policy"
    kind = "action"
    scale = "probability"
    same_items = True
    batch_size = 4096
    fields: ClassVar[tuple[Field, ...]] = (SceneField(name="scene", label="Road around you"),)

    @cached_property
    def positions(self) -> dict[str, int]:
        return {name: i for i, name in self.pipeline.model.config.id2label.items()}

    @property
    def road(self) -> SceneField:
        """The field that the policy looks at."""
        found = self.demo.first("scene")
        assert isinstance(found, SceneField)  # by its kind
        return found

    def prepare(self, raw: Raw) -> dict[str, Any]:
        scene: Scene = raw[self.road.name]
        cars = [{"distance": car.distance, "lane": car.lane, "speed": car.speed} for car in scene.cars]
        return {"lane": scene.lane, "speed": scene.speed, "cars": cars}

    def prepared(self, raw: Raw, batch: Batch) -> str:
        count = int(batch["present"].sum())
        return f"lane, speed and {count} car{'' if count == 1 else 's'} brought to one scale"

    def summary(self, prediction: Prediction) -> str:
        return f"a probability for each of {len(self.positions)} actions"

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """All scenes at once."""
        batch: Batch = self.pipeline.preprocess([self.prepare(raw) for raw in raws])
        return batch

    def variants(
        self, raw: Raw, parts: Parts, rows: Sequence[Raw] = (), weights: NDArray[np.float64] | None = None
    ) -> Variants | None:
        name = self.road.name
        if list(parts) != [name]:
            return None
        assert weights is not None  # hidden numbers come from reference scenes
        scene, others = raw[name], [row[name] for row in rows]
        own, cars = (torch.tensor(part) for part in numbers(scene, scene))
        found = [numbers(scene, other) for other in others]
        other_own, other_cars = (torch.tensor(np.array(part)) for part in zip(*found, strict=True))

        def encode(coalitions: Sequence[Kept]) -> Batch:
            kept = torch.from_numpy(np.array(coalitions))[:, None]
            seen = kept[..., 2:].unflatten(-1, (len(scene.cars), 3))
            there = seen.any(-1) & (seen.all(-1) | ~other_cars.isnan().any(-1))
            mixed_own = torch.where(kept[..., :2], own, other_own).flatten(0, 1)
            mixed_cars = torch.where(seen, cars, other_cars.nan_to_num()).flatten(0, 1)
            batch: Batch = self.pipeline.scaled(mixed_own, mixed_cars, there.flatten(0, 1))
            return batch

        return Variants(encode, weights)

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = outputs["logits"].double().softmax(-1).numpy()
        return scores

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        rows = zip(self.all_scores(outputs), outputs["possible"].tolist(), strict=True)
        return [self.ranked(scores, possible) for scores, possible in rows]

    def ranked(self, scores: NDArray[np.float64], possible: Sequence[bool]) -> Prediction:
        """The actions by their scores, float64[actions]; those that would change nothing say why."""
        items = []
        for i in np.argsort(-scores, kind="stable"):
            name = self.pipeline.model.config.id2label[int(i)]
            facts = None if possible[i] else {"possible": IMPOSSIBLE.get(name, "not possible here")}
            items.append(Item(name, name, float(scores[i]), facts=facts))
        return Prediction(self.kind, self.scale, tuple(items))


def numbers(scene: Scene, other: Scene) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Own float32[2] and cars float32[cars, 3] of another scene, paired with the cars of this one; NaN for none."""
    cars = [[getattr(car, name) if car else np.nan for name in OF_CAR] for car in paired(scene, other)]
    own = np.array([getattr(other, name) for name in OWN], np.float32)
    return own, np.array(cars, np.float32).reshape(len(cars), len(OF_CAR))

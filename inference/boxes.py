"""The kind of output that finds things in a picture: boxes, each with a label and a probability.

A target is a label in a box as it was shown, so that explaining it never looks for boxes anew.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .fields import NumberField
from .task import Task
from .trace import Batch
from .types import Item, ItemTarget, Prediction, Raw, Target
from .units import percent

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""
ID = re.compile(r"(?P<label>.+)@(?P<box>-?\d+,-?\d+,-?\d+,-?\d+)", re.DOTALL)

THRESHOLD = NumberField(
    name="threshold",
    label="Least probability",
    role="setting",
    limits=(0.05, 0.95),
    seen=(0.05, 0.95),
    step=0.05,
    default=0.5,
    description="Boxes below it are not shown.",
)


class BoxesTask(Task):
    """A detector of the DETR family: a fixed number of boxes, each with logits of the labels."""

    kind = "boxes"
    scale = "probability"

    def threshold(self, raw: Raw) -> float:
        """The least probability of a box that is shown."""
        least: float = raw.get(THRESHOLD.name, 0.5)
        return least

    def options_for(self, raw: Raw) -> dict[str, Any]:
        return {THRESHOLD.name: self.threshold(raw)}

    def target(self, prediction: Prediction) -> Target | None:
        return ItemTarget(prediction.items[0].id) if prediction.items else None

    def targets(self, prediction: Prediction) -> list[Target]:
        return [ItemTarget(item.id) for item in prediction.items]

    def name_of(self, target: Target) -> str:
        return parsed(target.item)[0] if isinstance(target, ItemTarget) else super().name_of(target)

    def summary(self, prediction: Prediction) -> str:
        count = len(prediction.items)
        return f"{count} box{'es' if count != 1 else ''}" if count else "no box that is likely enough"

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.found(outputs, i, raw) for i, raw in enumerate(raws)]

    def found(self, outputs: Batch, row: int, raw: Raw) -> Prediction:
        """The boxes of one picture that are likely enough, the likeliest first.

        Of two boxes of a label that nearly coincide the likelier one stands for both, by the measure that explanations
        have: else they would be of a higher score than the one shown.
        """
        part = {name: outputs[name][row : row + 1] for name in ("logits", "pred_boxes", "target_size")}
        entries = self.pipeline.postprocess(Outputs(part), threshold=self.threshold(raw))
        entries.sort(key=lambda entry: -entry["score"])
        items = [item(entry["label"], tuple(entry["box"].values()), entry["score"]) for entry in entries]
        items = [each for each in items if each.box and each.box[0] < each.box[2] and each.box[1] < each.box[3]]
        if items:
            scores = self.score(part, [ItemTarget(each.id) for each in items])[0]
            items = [each for each, score in zip(items, scores, strict=True) if score <= each.score * (1 + 1e-6)]
        return Prediction(self.kind, self.scale, tuple(items))

    def remarks(self, outputs: Batch) -> Iterator[str]:
        best = float(self.probabilities(outputs)[0].max())
        if best < 0.1:
            yield f"Nothing in the picture looks like what the model knows: its likeliest box has {percent(best)}."

    def probabilities(self, outputs: Batch) -> NDArray[np.float64]:
        """Of each label in each box, float64[batch, boxes, labels]: softmax beside "no object", or a sigmoid each."""
        logits = outputs["logits"].double()
        nothing = logits.shape[-1] > len(self.pipeline.model.config.id2label)
        found: NDArray[np.float64] = (logits.softmax(-1)[..., :-1] if nothing else logits.sigmoid()).numpy()
        return found

    def boxes(self, outputs: Batch) -> NDArray[np.float64]:
        """Corners in pixels, float64[batch, boxes, 4], cut to whole ones as the pipeline does."""
        centre, size = outputs["pred_boxes"].numpy()[..., :2], outputs["pred_boxes"].numpy()[..., 2:]
        whole = outputs["target_size"].numpy()[:, None, ::-1].astype(np.float32)
        corners = np.concatenate([(centre - 0.5 * size) * whole, (centre + 0.5 * size) * whole], axis=-1)
        return np.trunc(corners).astype(np.float64)

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        """The largest IoU(b, box) · P(label | b) of any box b, after Petsiuk et al. 2021 (D-RISE, arXiv 2006.03204)."""
        boxes, probabilities = self.boxes(outputs), self.probabilities(outputs)
        found = np.empty((len(boxes), len(targets)))
        for column, target in enumerate(targets):
            label, box = parsed(target.item if isinstance(target, ItemTarget) else "")
            found[:, column] = (overlap(boxes, box) * probabilities[..., self.column(label)]).max(1)
        return found

    def column(self, label: str) -> int:
        """A label's place in the logits. Raises InputError."""
        labels = {name: i for i, name in self.pipeline.model.config.id2label.items()}
        if label not in labels:
            raise InputError.among("label of a box", label, labels)
        return labels[label]


class Outputs(dict[str, Any]):
    """The outputs of a detector as image processors read them: by name and as attributes."""

    __getattr__ = dict.__getitem__


def item(label: str, box: Box, score: float) -> Item:
    """A box whose id says all that explaining it needs."""
    return Item(f"{label}@{','.join(str(int(end)) for end in box)}", label, score, box=box)


def parsed(target: str) -> tuple[str, Box]:
    """Label and box of a target's id. Raises InputError."""
    match = ID.fullmatch(target)
    if not match:
        raise InputError(
            "The target of this model is a label in a box: send {'item': 'label@x0,y0,x1,y1'}, in whole pixels."
        )
    x0, y0, x1, y1 = map(float, match["box"].split(","))
    if not (x0 < x1 and y0 < y1):
        raise InputError(f"A box runs from its upper left to its lower right corner, got {match['box']}.")
    return match["label"], (x0, y0, x1, y1)


def overlap(boxes: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    """Intersection over union of boxes float64[…, 4] with one, float64[…], 0 to 1."""
    other = np.array(box)
    low, high = np.maximum(boxes[..., :2], other[:2]), np.minimum(boxes[..., 2:], other[2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    sizes = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(-1) + (other[2:] - other[:2]).prod()
    found: NDArray[np.float64] = shared / (sizes - shared)
    return found

"""Labels that come with each input, to choose among: what the zero-shot tasks share. It knows no text or picture."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, ModelError
from .fields import LabelsField
from .outputs import LabelsTask
from .trace import Batch
from .types import Item, ItemTarget, Prediction, Raw, Target

Labels = tuple[str, ...]


class OfferedLabels(LabelsTask):
    """A probability for each of an input's own labels; a label that was not offered scores 0."""

    same_items = False  # they come with the input
    carried: ClassVar[str]
    """The name under which batches and outputs carry the labels of each input."""

    def options_for(self, raw: Raw) -> dict[str, Any]:
        return {"candidate_labels": list(raw[self.offered.name])}

    @cached_property
    def offered(self) -> LabelsField:
        """The field that the labels come from. Raises ModelError."""
        for field in self.demo.inputs:
            if isinstance(field, LabelsField):
                return field
        raise ModelError(f"demo.json of {self.demo.title!r} needs a field of kind 'labels'.")

    def names(self, outputs: Batch) -> list[str]:
        """The labels that were offered to any input of a batch, each once: the columns of `all_scores`."""
        return list(dict.fromkeys(label for labels in outputs[self.carried] for label in labels))

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        names = self.names(outputs)
        wanted = [self.wanted(target, names) for target in targets]
        scores = np.column_stack([self.all_scores(outputs), np.zeros(len(outputs[self.carried]))])
        return scores[:, [names.index(label) if label in names else -1 for label in wanted]]

    def wanted(self, target: Target, names: Sequence[str]) -> str:
        """The label that a target names. Raises InputError; labels that are players may be hidden from all inputs."""
        if not isinstance(target, ItemTarget):
            raise InputError("The target of this model is a label: send {'item': label}.")
        if self.offered.role == "setting" and target.item not in names:
            raise InputError.among("label", target.item, names)
        return target.item

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        names = self.names(outputs)
        predictions = []
        for scores, raw in zip(self.all_scores(outputs), raws, strict=True):
            found = [Item(label, label, float(scores[names.index(label)])) for label in raw[self.offered.name]]
            found.sort(key=lambda item: -item.score)
            predictions.append(Prediction(self.kind, self.scale, tuple(found)))
        return predictions

    def summary(self, prediction: Prediction) -> str:
        return f"a probability for each of {len(prediction.items)} labels"

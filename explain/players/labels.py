"""The players of a list of labels: each of them. Knows no classifier."""

from collections.abc import Sequence

from inference.fields import LabelsField
from inference.masks import Kept

from ..types import Feature
from .field import FieldPlayers, singles


class LabelsPlayers(FieldPlayers):
    """The labels on offer; a hidden one was never offered, and what is not offered scores 0."""

    kind = "labels"
    words = "labels"

    def __init__(self, field: LabelsField, value: Sequence[str], stand_in: str) -> None:
        self.labels = tuple(value)
        self.features = tuple(
            Feature(f"{field.name}:{label}", field.name, label, {"item": label, "position": i})
            for i, label in enumerate(value)
        )
        self.groups = singles(len(self.labels))
        self.baseline = f"hidden entries of {field.label} are not offered"

    def show(self, kept: Kept) -> tuple[str, ...]:
        return tuple(label for label, keep in zip(self.labels, kept, strict=True) if keep)

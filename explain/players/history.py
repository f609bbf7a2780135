"""The players of a history: its items. Knows no recommender."""

from collections.abc import Sequence

from inference.fields import HistoryField
from inference.masks import Kept

from ..types import Feature
from .field import FieldPlayers


class HistoryPlayers(FieldPlayers):
    """The items of a history; a hidden one was never there."""

    kind = "history"

    def __init__(self, field: HistoryField, value: Sequence[str], stand_in: str) -> None:
        self.items = tuple(value)
        self.features = tuple(
            Feature(f"{field.name}:{item}", field.name, field.catalogue[item], {"item": item, "position": i})
            for i, item in enumerate(value)
        )
        self.baseline = f"hidden entries are absent from {field.label}"

    def show(self, kept: Kept) -> tuple[str, ...]:
        return tuple(item for item, keep in zip(self.items, kept, strict=True) if keep)

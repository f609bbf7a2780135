"""Items of a history that were never chosen, were rated otherwise, or were chosen besides."""

from collections.abc import Mapping
from typing import Any

from inference.fields import HistoryField
from inference.fields.history import History

from ..players import HistoryPlayers
from ..types import Feature
from .edit import Edit, FieldEdits, Known

ADDED = 5
"""Suggestions after the first that might have been chosen besides."""
BESIDES = 1.25
"""An item that was never chosen goes further than one that is left out."""


class HistoryEdits(FieldEdits):
    """Each item, left out or, where there are ratings, rated as the worst or the best; and suggestions, chosen too."""

    kind = "history"

    def __init__(self, field: HistoryField, value: History, known: Known) -> None:
        self.field, self.raw = field, value
        own = HistoryPlayers(field, value, known.stand_in)
        likely = [item.id for item in known.prediction.items[1:] if item.id in field.catalogue and item.id not in value]
        room = max(0, field.max_items - len(value))
        self.items = [*value, *likely[: min(ADDED, room)]]
        more = self.items[len(value) :]
        self.places = [*own.features, *(Feature(f"{field.name}:{i}", field.name, field.catalogue[i]) for i in more)]
        self.options = [self.changed(item) for item in value] + [[Edit("added", "chosen, too", BESIDES)] for _ in more]

    def changed(self, item: str) -> list[Edit]:
        """What can be done about an item that was chosen."""
        edits = [Edit(None, "left out")]
        if self.field.ratings and isinstance(self.raw, dict):
            (low, high), now = self.field.ratings, self.raw[item]
            others = [rating for rating in (low, high) if rating != now]
            far = [abs(rating - (low + high) / 2 if now is None else rating - now) / (high - low) for rating in others]
            edits += [Edit(rating, f"★ {rating:g}", share) for rating, share in zip(others, far, strict=True)]
        return edits

    def before(self, place: int, edit: Edit) -> str:
        if place >= len(self.raw):
            return "not chosen"
        rating = self.raw[self.items[place]] if isinstance(self.raw, dict) else None
        return "chosen" if rating is None else f"★ {rating:g}"

    def value(self, edits: Mapping[int, Edit]) -> History:
        ratings = self.raw if isinstance(self.raw, dict) else dict.fromkeys(self.raw)
        kept: dict[str, Any] = {}
        for place, item in enumerate(self.items):
            edit = edits.get(place)
            if edit is None and item in ratings:
                kept[item] = ratings[item]
            elif edit and edit.after is not None:
                kept[item] = None if edit.after == "added" else edit.after
        return self.field.parse(kept if self.field.ratings else list(kept))

    def sent(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return list(value)
        return [
            {"item": item} if rating is None else {"item": item, "rating": rating} for item, rating in value.items()
        ]

"""The players of a row: its columns, whose hidden values come from reference rows."""

from typing import Any

from inference.fields import Field
from inference.masks import Kept

from ..types import Feature
from .field import FieldPlayers


class ColumnPlayers(FieldPlayers):
    """One number, as one player; hidden, it takes the values of the reference rows in turn (interventional)."""

    kind = "number"
    referenced = True

    def __init__(self, field: Field, value: Any, stand_in: str) -> None:
        self.value = value
        self.features = (Feature(field.name, field.name, field.describe(value)),)
        self.baseline = "hidden columns take their values from the reference rows, averaged"

    def show(self, kept: Kept) -> Any:
        return self.value


class CategoryPlayers(ColumnPlayers):
    """One category, likewise."""

    kind = "category"

"""What can be changed in one field of an input: the base of one class per kind of field. Knows no model.

A field has places, such as a word or a column, and options for each, such as to remove it. What results is a value that
a visitor could have sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from inference.fields import Field
from inference.types import Prediction, Raw

from ..players import FieldPlayers, Reference
from ..types import Feature, LabelMap


@dataclass(frozen=True)
class Edit:
    """One option of one place.

    after: what the field's own class puts there; None removes it. words: the same for people. distance: how far it
    goes; 1 is the spread of a number, another category, or a part that is gone.
    """

    after: Any
    words: str
    distance: float = 1.0


@dataclass(frozen=True)
class Known:
    """What there is to choose changes from.

    rows: reference rows. prediction: that of the input as it is. readable: the part of it that the model reads.
    stand_in: what hides a token, by name. words: words that may take the place of others.
    """

    rows: Sequence[Raw]
    prediction: Prediction
    readable: Raw
    stand_in: str = ""
    words: tuple[str, ...] = ()


class FieldEdits:
    """The places and options of one field of one input. Subclasses register themselves by the `kind` of field."""

    kind: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type["FieldEdits"]]] = {}

    places: Sequence[Feature]
    options: Sequence[Sequence[Edit]]
    """Of each place."""

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            FieldEdits.kinds[cls.kind] = cls

    def __init__(self, field: Any, value: Any, known: Known) -> None:
        raise NotImplementedError

    def value(self, edits: Mapping[int, Edit]) -> Any:
        """The checked value with some places changed. Raises InputError where there is no such value."""
        raise NotImplementedError

    def before(self, place: int, edit: Edit) -> str:
        """What an edit changes in a place, as it is, for people."""
        return self.places[place].label

    def closer(self, place: int, edit: Edit, share: float) -> Edit | None:
        """The edit that goes only a share of the way; None where it goes all the way or not at all."""
        return None

    def toward(self, place: int, value: Any) -> Edit | None:
        """The edit that makes a place as it is in another value of the field; None where they are alike."""
        return None

    def sent(self, value: Any) -> Any:
        """A value as a program sends it; None for what is no JSON."""
        return value

    def label_map(self) -> LabelMap | None:
        """Where the places lie in a picture."""
        return None


GONE = {"image": "brushed away", "audio": "silenced"}
"""What is said of a part that is hidden; any other is removed."""


class PartEdits(FieldEdits):
    """Parts that can go: the players of a field of any kind whose hidden value is one that could be sent."""

    def __init__(self, field: Any, value: Any, known: Known) -> None:
        stand_in = Reference.every(known.rows).words if field.referenced else known.stand_in
        self.field, self.raw = field, value
        self.players = FieldPlayers.kinds[field.kind](field, value, stand_in)
        self.units = self.players.groups
        self.places = [self.players.together(unit) for unit in self.units]
        self.options = [[Edit(None, GONE.get(field.kind, "removed"))] for _ in self.units]

    def value(self, edits: Mapping[int, Edit]) -> Any:
        kept = np.ones(len(self.players.features), bool)
        kept[[atom for place in edits for atom in self.units[place]]] = False
        shown = self.players.show(kept)
        return self.field.parse(shown.composed() if hasattr(shown, "composed") else shown)

    def sent(self, value: Any) -> Any:
        return list(value) if isinstance(value, tuple) else None

    def label_map(self) -> LabelMap | None:
        return self.players.label_map(self.units)


def edits_of(field: Field, value: Any, known: Known) -> FieldEdits:
    """What can be changed in a field."""
    return FieldEdits.kinds.get(field.kind, PartEdits)(field, value, known)

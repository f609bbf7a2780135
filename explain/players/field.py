"""What splitting a field into players means: the base of one class per kind of field. Knows no kind.

A field falls into atoms, the smallest parts that are ever hidden, and these into groups of neighbours. Where there are
many atoms, an explanation begins with the groups; explain/hierarchy.py says which of them it then takes apart.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from inference.masks import Hidden, Kept

from ..types import Feature, LabelMap, Partition


class FieldPlayers:
    """The atoms of one field of one input. Subclasses register themselves by the `kind` of field they split."""

    kind: ClassVar[str]
    words: ClassVar[str]
    """What the players are called, for people: `regions of the picture`."""
    kinds: ClassVar[dict[str, type["FieldPlayers"]]] = {}
    referenced: bool = False
    """Whether a hidden value comes from a reference row, by `filled`, instead of from `show`."""

    features: tuple[Feature, ...]
    """The atoms, each as a player of its own."""
    groups: Partition
    """The players to begin with."""
    baseline: str
    masks: Hidden | None = None
    """What hides the atoms of a text, a picture, a recording or a series."""

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            FieldPlayers.kinds[cls.kind] = cls

    def __init__(self, field: Any, value: Any, stand_in: str) -> None:
        raise NotImplementedError

    def otherwise(self) -> None:
        """Hide by other means from now on, if there are any: to see how much the means matter."""

    def show(self, kept: Kept) -> Any:
        """The raw value with only the atoms in `kept` (bool[n]) to be seen."""
        raise NotImplementedError

    def filled(self, kept: Kept, reference: Any) -> Any:
        """The raw value with the atoms in `kept` (bool[n]) as they are and the others as in a reference row's value."""
        return reference

    def together(self, atoms: Sequence[int]) -> Feature:
        """The feature that stands for some neighbouring atoms as one player."""
        (atom,) = atoms
        return self.features[atom]

    def label_map(self, players: Partition) -> LabelMap | None:
        """Where the players lie in a picture, by the indices in their features."""
        return None


def singles(count: int) -> Partition:
    """Each of `count` atoms as a player of its own."""
    return tuple((atom,) for atom in range(count))


def several(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and 3 more`."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"

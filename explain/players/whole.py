"""The players of a whole input: those of its fields together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from typing import Any

import numpy as np

from inference.errors import ModelError
from inference.fields import Field
from inference.masks import Kept
from inference.types import Raw

from ..types import Feature, LabelMap, Partition
from .columns import Reference, joined
from .field import FieldPlayers, singles


class Players:
    """The atoms of a whole input: those of its input fields, one after the other.

    rows, weights: the reference rows, float64[rows].
    """

    def __init__(
        self, fields: Sequence[Field], raw: Raw, reference: Reference, stand_in: str, second_baseline: bool = False
    ) -> None:
        """fields: those that reach the model. stand_in: what hides a token, by name; second_baseline: not so."""
        self.raw, self.rows, self.weights = raw, reference.rows, reference.weights
        self.fields = {field.name: field for field in fields if field.role == "input"}
        self.parts: dict[str, FieldPlayers] = {}
        for name, field in self.fields.items():
            kind = FieldPlayers.kinds[field.kind]
            self.parts[name] = kind(field, raw[name], reference.words if field.referenced else stand_in)
        if any(part.referenced for part in self.parts.values()) and not self.rows:
            raise ModelError("Explaining a table needs reference rows: name a CSV of them as background in demo.json.")
        if second_baseline:
            for part in self.parts.values():
                part.otherwise()
        self.masks = {name: part.masks for name, part in self.parts.items()}
        sizes = [len(part.features) for part in self.parts.values()]
        self.starts = dict(zip(self.parts, accumulate(sizes, initial=0), strict=False))
        self.owners = [name for name, part in self.parts.items() for _ in part.features]
        self.groups = self._groups(reference.clusters)
        self.features = self.level(singles(len(self.owners)))
        self.baseline = "; ".join(dict.fromkeys(part.baseline for part in self.parts.values()))

    def __len__(self) -> int:
        return len(self.features)

    def _groups(self, clusters: Sequence[Sequence[str]]) -> Partition:
        """The players to begin with; columns of one cluster are one player."""
        together = [tuple(self.starts[name] for name in names if name in self.starts) for names in clusters]
        clustered = set(chain(*together))
        own = [
            tuple(start + atom for atom in group)
            for start, part in zip(self.starts.values(), self.parts.values(), strict=True)
            for group in part.groups
        ]
        return tuple(sorted([group for group in own if group[0] not in clustered] + [g for g in together if g]))

    @property
    def columns_apart(self) -> Partition:
        """The players to begin with, where columns of one cluster are to stay apart."""
        of_one_field = lambda atoms: len({self.owners[atom] for atom in atoms}) == 1  # noqa: E731
        split = [[group] if of_one_field(group) else [(atom,) for atom in group] for group in self.groups]
        return tuple(sorted(chain(*split)))

    def together(self, atoms: Sequence[int]) -> Feature:
        """The feature that stands for some atoms as one player."""
        owners = list(dict.fromkeys(self.owners[atom] for atom in atoms))
        if len(owners) > 1:
            return joined([(name, self.fields[name].label) for name in owners])
        start = self.starts[owners[0]]
        return self.parts[owners[0]].together([atom - start for atom in atoms])

    def level(self, players: Partition) -> tuple[Feature, ...]:
        """The features of some players; a part of a group names it as its parent."""
        parents = {atom: self.together(group).id for group in self.groups if len(group) > 1 for atom in group}
        found = [(self.together(atoms), parents.get(atoms[0])) for atoms in players]
        return tuple(f if parent in (None, f.id) else replace(f, parent=parent) for f, parent in found)

    def label_map(self, players: Partition) -> LabelMap | None:
        """The regions of the first picture, by the indices in the players' features."""
        for name, part in self.parts.items():
            start, count = self.starts[name], len(part.features)
            own = tuple(tuple(a - start for a in atoms) for atoms in players if start <= atoms[0] < start + count)
            if found := part.label_map(own):
                return found
        return None

    def inputs(self, kept: Kept) -> Iterator[tuple[float, Raw]]:
        """The inputs that together stand for one coalition (bool[n]), each with its weight; weights add up to 1."""
        shown, hidden = dict(self.raw), dict[str, Kept]()
        for name, part in self.parts.items():
            own = kept[self.starts[name] : self.starts[name] + len(part.features)]
            if part.referenced and not own.all():
                hidden[name] = own
            else:
                shown[name] = part.show(own)
        for values, weight in self._references(hidden).items():
            yield weight, {**shown, **dict(zip(hidden, values, strict=True))}

    def _references(self, hidden: Mapping[str, Kept]) -> Mapping[tuple[Any, ...], float]:
        """The distinct values that rows give to fields with hidden atoms (those kept, by field), and their shares."""
        if not hidden:
            return {(): 1.0}
        shares: dict[tuple[Any, ...], float] = defaultdict(float)
        for row, weight in zip(self.rows, np.asarray(self.weights).tolist(), strict=True):
            shares[tuple(self.parts[name].filled(own, row[name]) for name, own in hidden.items())] += weight
        return shares

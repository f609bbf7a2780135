"""Games v: bool[m, n] → float64[m, k], and what can be said of their values. Knows no task, model or tokenizer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from inference.errors import InputError

from .priors import Coalitions, Floats

STEP = 32
"""Evaluations between two estimates, ends and complements included; an even number."""
Game = Callable[[Coalitions], Floats]
"""The score of every output while only some players take part."""


@dataclass(frozen=True)
class Estimate:
    """Shapley values after some evaluations, or Owen values where the method aims at them.

    values float64[n, k]; stderr float64[n, k] or None; base, score (all hidden, none hidden) and residual float64[k].
    reason: why this method, a clause in words. excluded: pairs left out because the game gave no number for them.
    """

    values: Floats
    stderr: Floats | None
    base: Floats
    score: Floats
    residual: Floats
    evaluations: int
    method: str
    estimand: Literal["Shapley", "Owen"] = "Shapley"
    reason: str = ""
    excluded: int = 0

    def of(self, outputs: slice) -> "Estimate":
        """The same of some outputs."""
        return replace(
            self,
            values=self.values[:, outputs],
            stderr=None if self.stderr is None else self.stderr[:, outputs],
            base=self.base[outputs],
            score=self.score[outputs],
            residual=self.residual[outputs],
        )


class Unexplainable(InputError, ValueError):
    """A game, or bounds, for which there are no values; the message says why and what to do."""


class NoNumber(ValueError):
    """The game gave none for some coalition."""


class Memo:
    """A game that never scores a coalition twice."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self._known: dict[bytes, Floats] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, coalitions: Coalitions) -> Floats:
        """bool[m, n] → float64[m, k]; only coalitions not seen before reach the game, in one call."""
        keys = [key.tobytes() for key in np.packbits(coalitions, axis=1)]
        new = {key: i for i, key in enumerate(keys) if key not in self._known}
        if new:
            self._known |= zip(new, self.game(coalitions[list(new.values())]), strict=True)
        return np.array([self._known[key] for key in keys])

    def narrowed(self, game: Game, outputs: Sequence[int]) -> "Memo":
        """The same answers of a game that goes on with some of the outputs alone."""
        found, chosen = Memo(game), list(outputs)
        found._known = {key: scores[chosen] for key, scores in self._known.items()}
        return found


Closed = Callable[[Memo], Estimate | None]
"""A closed form of one input's game, such as that of trees, or None if it has none; it asks for little but the ends."""


def ends(base: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Both as they are. Raises ValueError where one is no number: then there is nothing to explain."""
    for v, which in ((score, "for this input"), (base, "with everything hidden")):
        if not np.isfinite(v).all():
            raise Unexplainable(
                f"The model gave no number {which}, but {v[~np.isfinite(v)][0]}: it cannot be explained."
            )
    return base, score

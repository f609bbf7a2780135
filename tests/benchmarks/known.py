"""Games whose Shapley values are known: from all coalitions of few players, or from many permutations of many.

The value function is the product's: its way to hide, its target, its precision; the players of a
picture are the cells of a grid. What was computed can be kept in a folder from one run to the next.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explain.estimators import estimate
from explain.games import Game, Memo
from explain.priors import Coalitions, Floats
from explain.scoring import Tensors, scorer
from inference.masks import Regions
from inference.task import Task


@dataclass(frozen=True)
class Known:
    """A game of one output with its Shapley values, float64[n].

    own_error: how far `truth` itself may be off, as a relative standard error; 0 where all coalitions were asked.
    noise: as in explain.estimators.estimate.
    """

    case: str
    n: int
    game: Game
    truth: Floats
    own_error: float = 0.0
    noise: Floats | None = None
    dtype: str = "float64"

    def distance(self, values: Floats) -> float:
        """Relative L2 distance of float64[n] to the true values."""
        return float(np.linalg.norm(values - self.truth) / np.linalg.norm(self.truth))


class Keep:
    """Arrays by name in a folder; without one, they are computed each time."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def __call__(self, name: str, compute: Callable[[], Floats]) -> Floats:
        if self.folder is None:
            return compute()
        path = self.folder / f"{name}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            np.save(path, compute())
        found: Floats = np.load(path)
        return found


def coalitions(n: int) -> Coalitions:
    """All of them, bool[2ⁿ, n]; player i is bit i."""
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(bool)


def table(values: Floats) -> Game:
    """The game that looks its values up, float64[2ⁿ]."""
    return lambda z: values[z @ (1 << np.arange(z.shape[1]))][:, None]


def enumerated(case: str, values: Floats, noise: Floats | None = None, dtype: str = "float64") -> Known:
    """From the values of all coalitions, float64[2ⁿ]."""
    n = int(math.log2(len(values)))
    *_, exact = estimate(table(values), n, 2**n, method="exact", step=2**n)
    return Known(case, n, table(values), exact.values[:, 0], 0.0, noise, dtype)


def small(case: str, task: Task, inputs: Any, keep: Keep, name: str, cells: tuple[int, int] | None = None) -> Known:
    """An input of few players, by all of their coalitions; a picture by the cells of a grid (rows, columns)."""
    n, game, noise, dtype = played(task, inputs, cells)
    return enumerated(case, keep(f"{name}-{dtype}", lambda: game(coalitions(n))[:, 0]), noise, dtype)


def large(
    case: str, task: Task, inputs: Any, keep: Keep, name: str, evaluations: int, cells: tuple[int, int] | None = None
) -> Known:
    """An input of many players, by permutations; its game stays live, and answers no coalition twice."""
    n, game, noise, dtype = played(task, inputs, cells)
    found = keep(f"{name}-{dtype}-{evaluations}", lambda: by_permutations(game, n, evaluations))
    error = float(np.linalg.norm(found[1]) / np.linalg.norm(found[0]))
    return Known(case, n, Memo(game), found[0], error, noise, dtype)


def played(task: Task, inputs: Any, cells: tuple[int, int] | None) -> tuple[int, Game, Floats | None, str]:
    """Players, game, rounding error and precision of an input, for what the model puts first."""
    raw = task.parse(inputs)
    targets = [task.target(task.predict(raw).prediction)]
    play = scorer(task, raw, targets)
    if cells is None:
        return len(play.players), play.game, play.noise, play.dtype
    name, covered = next(iter(play.players.masks.items()))
    variants = task.variants(raw, {name: Regions(grid(*cells), covered.cover)}, (), np.ones(1))
    game = Tensors(task, [variants], targets, np.random.default_rng(0).random((8, math.prod(cells))) < 0.5)
    return math.prod(cells), game, game.noise, game.dtype


def grid(rows: int, columns: int) -> Any:
    """The cell of a grid that each pixel lies in, uint8[256, 256]."""
    row, column = np.arange(256) * rows // 256, np.arange(256) * columns // 256
    return (row[:, None] * columns + column).astype(np.uint8)


def by_permutations(game: Game, n: int, evaluations: int, seed: int = 2026) -> Floats:
    """Shapley values and their standard errors, float64[2, n], from random orders, each walked forwards and backwards.

    Castro, Gómez & Tejada (2009), with each order's reverse (Mitchell et al. 2022): the plain definition, nothing of
    ours. A pair of walks asks 2n − 2 coalitions beside the two ends.
    """
    rng, found = np.random.default_rng(seed), []
    bottom, top = game(np.array([[False] * n, [True] * n]))[:, 0]
    for _ in range(max(2, (evaluations - 2) // (2 * n - 2))):
        order = rng.permutation(n)
        ahead = np.empty((n + 1, n), bool)
        ahead[:, order] = np.tri(n + 1, n, -1, dtype=bool)
        inner = game(np.concatenate([ahead[1:-1], ~ahead[1:-1]]))[:, 0]
        forwards = np.diff([bottom, *inner[: n - 1], top])
        backwards = -np.diff([top, *inner[n - 1 :], bottom])
        values = np.empty(n)
        values[order] = (forwards + backwards) / 2
        found.append(values)
    return np.stack([np.mean(found, 0), np.std(found, 0, ddof=1) / math.sqrt(len(found))])

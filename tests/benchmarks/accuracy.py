"""How many evaluations an error takes, ours beside shap's, and whether our error bars hold: nothing here knows time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from contenders import KERNEL, OURS, PARTITION, PERMUTATION, Point, points
from crossing import Curve
from known import Known

from explain.stopping import LEVEL

RANDOM = (OURS, PERMUTATION, KERNEL)
ROUNDING = 1e-9


@dataclass(frozen=True)
class Bars:
    """How our 95 % intervals did: the share that held the true value, and their half-width over the actual error.

    Both medians of widths and errors are over the players of an input; a perfect normal bar has 1.96 / 0.674 = 2.9.
    """

    step: int
    covered: float
    width: float


def curves(games: Sequence[Known], seeds: int, most: int) -> dict[str, Curve]:
    """By contender; Partition draws nothing at random, so it has one seed."""
    found = {}
    for by in (*RANDOM, PARTITION):
        runs = collected(games, by, range(1 if by == PARTITION else seeds), most).values()
        curve = [(median(p.evaluations for _, p in run), median(g.distance(p.values) for g, p in run)) for run in runs]
        found[by] = rising(curve)
    return found


def collected(games: Sequence[Known], by: str, seeds: Sequence[int], most: int) -> dict[int, list[tuple[Known, Point]]]:
    """Estimates of all games and seeds, by evaluations a player; only budgets that every game has."""
    found: dict[int, list[tuple[Known, Point]]] = {}
    for game in games:
        for seed in seeds:
            for point in points(game, by, seed, most):
                found.setdefault(point.step, []).append((game, point))
    return {step: run for step, run in found.items() if len(run) == len(games) * len(seeds)}


def median(figures: Iterable[float]) -> float:
    """The middle one."""
    return float(np.median(list(figures)))


def rising(curve: Curve) -> Curve:
    """The last of the points that took equally many evaluations."""
    return sorted(dict(curve).items())


def coverage(games: Sequence[Known], seeds: int, most: int) -> Iterator[Bars]:
    """By evaluations a player, from where errors are told."""
    for step, run in collected(games, OURS, range(seeds), most).items():
        bars = [(LEVEL * p.stderr, np.abs(p.values - g.truth)) for g, p in run if p.stderr is not None]
        if len(bars) == len(run):
            held = float(np.mean(np.concatenate([error <= half + ROUNDING for half, error in bars])))
            width = float(np.median([np.median(half) / max(np.median(error), 1e-12) for half, error in bars]))
            yield Bars(step, held, width)


HARD: Mapping[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "a vote, more than half of a weighted twelve": lambda z, rng: z @ (w := rng.random(12)) > w.sum() / 2,
    "three parities of five": lambda z, rng: sum(z[:, rng.choice(12, 5, replace=False)].sum(1) % 2 for _ in range(3)),
    "three ANDs of three": lambda z, rng: sum(z[:, rng.choice(12, 3, replace=False)].all(1) for _ in range(3)),
    "a sum and six exclusive ors": lambda z, rng: (z[:, ::2] ^ z[:, 1::2]) @ rng.random(6) + z @ rng.random(12),
}
"""Games of twelve players that are steps or parities, by name: coalitions bool[m, 12] → float64[m]."""

"""Players by hierarchy: groups of atoms first, then the parts of the groups that matter. Knows no field and no model.

Each level is a game of its own: its values are the Shapley values of the players as they are at that level, and add up
to the score exactly. A group's value is not the sum of what its parts get at the next level: where parts interact with
other players, a group shares that as one player and its parts as many. What is shown is always one level's values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .estimators import estimate
from .games import STEP, Estimate, Game, Memo
from .priors import Floats
from .types import Partition

SPARED = 6
"""Evaluations that must be left for each player of a finer level."""
ADDED = 32
"""Players that a level has more than the one before, at most."""
SURE, SHOWN = 0.3, 0.5
"""The relative errors from which players are taken apart, and from which a finer level is shown. Nearly additive games
come to both with 4 evaluations a player; patches of a photo that needs most of its regions took 7 to come to 0.5."""
COVERED = 0.8
"""The strongest players are taken apart that make up this share of Σ|values|."""
LEVELS = 3
"""Levels at most: each costs evaluations of its own, and three reach the single words of 10,000."""


@dataclass(frozen=True)
class Level:
    """An estimate for some players. `finer`: whether a level of more players follows."""

    players: Partition
    estimate: Estimate
    finer: bool


def sharpen(
    game: Game,
    groups: Partition,
    budget: int,
    seed: int = 0,
    additive: bool = False,
    step: int = STEP,
    levels: int = LEVELS,
    **options: Any,
) -> Iterator[Level]:
    """A stream of ever better estimates, of ever finer players, from at most `budget` evaluations of `game` in all.

    game: of the atoms, bool[m, atoms] → float64[m, k]. groups: the players to begin with. As soon as a level is sure,
    those of its players that matter are taken apart; both are judged by the first of the k outputs. Until the finer
    level can be shown, the last estimate comes again, so that the stream can be left; where the budget ends before
    that, the finer level comes last as it is. Deterministic in the number of evaluations for a seed. `options` go to
    `estimate`. Raises ValueError for a budget under 2.
    """
    memo, atoms = Memo(game), sum(map(len, groups))
    players: Partition | None = groups
    if additive and atoms + 2 <= budget:
        players = tuple((atom,) for atom in range(atoms))
    last, depth = None, 0
    while players is not None:
        now, players, depth = players, None, depth + 1
        left = budget - len(memo) + (2 if last else 0)  # the two ends are known from the level before
        for found in estimate(grouped(memo, now), len(now), left, seed, additive=additive, step=step, **options):
            if depth < levels and sure(found):
                players = refine(now, found.values[:, 0], min(len(now) + ADDED, (budget - len(memo)) // SPARED))
            if sure(found, SHOWN) or last is None or last.players is now:
                last = Level(now, found, players is not None)
            last = replace(last, estimate=replace(last.estimate, evaluations=len(memo)))
            yield last
            if players is not None:
                break
        if last is not None and last.players is not now and found.stderr is not None:
            yield Level(now, replace(found, evaluations=len(memo)), finer=False)


def sure(found: Estimate, within: float = SURE) -> bool:
    """Whether errors can be told, and the root mean square of the standard errors is `within` that of the values."""
    if found.stderr is None:
        return False
    return float(np.linalg.norm(found.stderr[:, 0])) <= within * float(np.linalg.norm(found.values[:, 0]))


def grouped(game: Game, players: Partition) -> Game:
    """The game of groups of atoms: v(z) = game(z[:, group]), where group[atom] is the player an atom is part of."""
    group = grouping(players)
    return lambda coalitions: game(coalitions[:, group])


def grouping(players: Partition) -> NDArray[np.intp]:
    """The player that each atom is part of, intp[atoms]."""
    group = np.empty(sum(map(len, players)), np.intp)
    for player, atoms in enumerate(players):
        group[list(atoms)] = player
    return group


def refine(players: Partition, values: Floats, room: int) -> Partition | None:
    """The players of the next level, at most `room`: the strongest taken apart, all others as they are.

    values: float64[players]. Those are taken apart that make up COVERED of Σ|values|, the strongest first and into
    single atoms as far as there is room, else into runs of neighbours. None where nothing is left to take apart.
    """
    strength = np.abs(values)
    wanted, spare = COVERED * strength.sum(), room - len(players)
    parts: dict[int, list[tuple[int, ...]]] = {}
    for player in np.argsort(-strength, kind="stable").tolist():
        if wanted <= 0 or spare < 1:
            break
        wanted -= strength[player]
        runs = np.array_split(players[player], min(len(players[player]), spare + 1))
        spare -= len(runs) - 1
        if len(runs) > 1:
            parts[player] = [tuple(run.tolist()) for run in runs]
    if not parts:
        return None
    return tuple(part for player, atoms in enumerate(players) for part in parts.get(player, [atoms]))

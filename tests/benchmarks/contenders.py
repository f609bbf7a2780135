"""Ways to Shapley values from some evaluations of one shared game: ours, and shap's Permutation, Kernel and Partition.

Evaluations are those that are asked for, as a model would be. Ours are distinct; shap's Permutation asks some twice.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from known import Known

from explain.estimators import estimate
from explain.games import Game
from explain.priors import Coalitions, Floats
from explain.shap_methods import drawing, explained

STEPS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Evaluations a player at which an error is taken."""
OURS, PERMUTATION, KERNEL, PARTITION = "ours", "shap Permutation", "shap Kernel", "shap Partition"


@dataclass(frozen=True)
class Point:
    """An estimate: by whom, at how many evaluations a player, evaluations really used, values and errors float64[n]."""

    by: str
    step: int
    evaluations: int
    values: Floats
    stderr: Floats | None = None


class Counted:
    """A game that counts the coalitions it is asked for."""

    def __init__(self, game: Game) -> None:
        self.game, self.asked = game, 0

    def __call__(self, coalitions: Coalitions) -> Floats:
        self.asked += len(coalitions)
        return self.game(coalitions)


def steps(known: Known, most: int) -> list[int]:
    """Those of STEPS that leave half of the coalitions unasked, up to `most` evaluations in all."""
    return [step for step in STEPS if step * known.n <= min(most, 2 ** (known.n - 1))]


def points(known: Known, by: str, seed: int, most: int) -> Iterator[Point]:
    """One estimate for each of `steps`."""
    if by == OURS:
        yield from ours(known, seed, most)
        return
    for step in steps(known, most):
        game = Counted(known.game)
        budget = step * known.n
        if by == KERNEL:
            values = kernel(game, known.n, budget, seed)
        else:
            least = 2 * known.n + 1 if by == PERMUTATION else 2
            values = explained(game, known.n, max(budget, least), seed, by.split()[1], budget)[:, 0]
        yield Point(by, step, game.asked, values)


def ours(known: Known, seed: int, most: int) -> Iterator[Point]:
    """As the product estimates, to the end of each budget."""
    for step in steps(known, most):
        budget = step * known.n
        game = Counted(known.game)  # a Memo would count what others have asked it before
        *_, last = estimate(game, known.n, budget, seed, "anytime", noise=known.noise, step=budget)
        stderr = None if last.stderr is None else last.stderr[:, 0]
        yield Point(OURS, step, game.asked, last.values[:, 0], stderr)


def kernel(game: Game, n: int, budget: int, seed: int) -> Floats:
    """shap's KernelExplainer without its selection of features, which would only add to its error."""
    import shap

    with drawing(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a regression that has too few samples
        explainer = shap.KernelExplainer(lambda rows: game(np.asarray(rows) > 0.5)[:, 0], np.zeros((1, n)), silent=True)
        found: Floats = explainer.shap_values(np.ones((1, n)), nsamples=budget - 2, l1_reg=False, silent=True)[0]
    return found

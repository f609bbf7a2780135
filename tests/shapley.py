"""Shapley values as the references have them, written from the definitions."""

import itertools

import numpy as np

from explain.exact import enumeration
from explain.games import Game, Memo
from explain.priors import Floats


def by_definition(game: Game, n: int) -> Floats:
    """The mean over all orders of what each player adds on arrival (Shapley 1953)."""
    values, orders = 0.0, list(itertools.permutations(range(n)))
    for order in orders:
        rows = np.zeros((n + 1, n), bool)
        for step, player in enumerate(order):
            rows[step + 1 :, player] = True
        added = np.diff(game(rows), axis=0)
        values = values + added[np.argsort(order)]
    return values / len(orders)


def exact(game: Game, n: int) -> Floats:
    (found,) = enumeration(Memo(game), n)
    return found.values


def by_permutations(game: Game, n: int, budget: int, seed: int) -> Floats:
    """Plain permutation sampling; the two ends are paid for once, so an order costs n − 1 evaluations."""
    rng = np.random.default_rng(seed)
    values, count = np.zeros((n, 1)), max(1, (budget - 2) // (n - 1))
    for _ in range(count):
        order = rng.permutation(n)
        values[order] += np.diff(game(np.tri(n + 1, n, -1, dtype=bool)[:, np.argsort(order)]), axis=0)
    return values / count

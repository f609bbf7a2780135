"""Games to estimate values of, shared by tests: tables, sums, probabilities, networks; and one that keeps count."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from explain.games import Estimate, Game
from explain.priors import Coalitions, Floats


def table_game(table: Floats) -> Game:
    """The game that looks its values up: float64[2ⁿ, k], player i is bit i."""
    return lambda coalitions: table[coalitions @ (1 << np.arange(coalitions.shape[1]))]


def random_game(n: int, seed: int, outputs: int = 1) -> Game:
    """No structure at all."""
    return table_game(np.random.default_rng(seed).normal(size=(2**n, outputs)))


def additive_game(weights: NDArray[np.float64], base: float = 0.0) -> Game:
    return lambda coalitions: (base + coalitions @ weights)[:, None]


def logistic_game(n: int, seed: int) -> Game:
    """A probability: the sigmoid of a sum."""
    weights = np.random.default_rng(seed).normal(size=n)
    return lambda coalitions: (1 / (1 + np.exp(-(coalitions @ weights - weights.sum() / 3))))[:, None]


def pairwise_game(n: int, seed: int) -> Game:
    """A sum with weaker interactions of two and three."""
    rng = np.random.default_rng(seed)
    weights, pairs = rng.normal(size=n), rng.normal(size=(n, n)) / n
    triples = rng.normal(size=(n, n, n)) / n**2

    def game(coalitions: Coalitions) -> Floats:
        x = coalitions.astype(float)
        second = pairs + (x @ triples.reshape(n, -1)).reshape(-1, n, n)
        return (x @ weights + np.einsum("mi,mij,mj->m", x, second, x))[:, None]

    return game


def network_game(n: int, seed: int) -> Game:
    """A small random network with a smooth output."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(n, 8)) / math.sqrt(n), rng.normal(size=8)
    return lambda coalitions: (np.tanh(1.5 * coalitions @ first) @ second)[:, None]


SMOOTH: list[Callable[[int, int], Game]] = [logistic_game, pairwise_game, network_game]


class Counted:
    """A game that keeps what it was asked."""

    def __init__(self, game: Game) -> None:
        self.game, self.asked = game, []

    def __call__(self, coalitions: Coalitions) -> Floats:
        assert coalitions.dtype == bool
        self.asked += [tuple(row) for row in coalitions.tolist()]
        return self.game(coalitions)


def last(stream: Iterator[Estimate]) -> Estimate:
    *_, found = stream
    return found

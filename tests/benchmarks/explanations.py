"""Our estimates against shap's, on one shared value function: python tests/benchmarks/explanations.py

The games are the six examples of `sentiment`, cut to 11 words so that all 2,048 coalitions can be enumerated. Every
estimator asks the same function v (coalitions to probabilities) and may see as many distinct coalitions as the budget
says. Printed: the median over the sentences of the relative L2 distance to the exact Shapley values, and the ratio.
"""

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import shap

import inference
from explain.estimators import estimate
from explain.scoring import scorer

BUDGETS = {"2n": 2, "4n": 4, "8n": 8, "16n": 16}
WORDS = 11
SEEDS = range(3)


class Table:
    """A game whose values are all known; it counts the distinct coalitions it is asked for."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.asked = values, set[int]()

    def __call__(self, coalitions: np.ndarray) -> np.ndarray:
        codes = (np.asarray(coalitions) > 0.5) @ (1 << np.arange(coalitions.shape[1]))
        self.asked |= set(codes.tolist())
        return self.values[codes]


def games() -> list[np.ndarray]:
    """float64[2^n, 1] for each example sentence, in binary order of the coalitions."""
    task = inference.load("sentiment")
    tables = []
    for example in task.demo.examples:
        raw = task.parse({"text": " ".join(example.inputs["text"].split()[:WORDS])})
        players, game = scorer(task, raw, task.target(task.predict(raw).prediction))
        codes = np.arange(2 ** len(players))
        tables.append(game(((codes[:, None] >> np.arange(len(players))) & 1).astype(bool)))
    return tables


def ours(game: Table, n: int, budget: int, seed: int) -> np.ndarray:
    *_, last = estimate(game, n, budget, seed)
    return last.values[:, 0]


def permutation(game: Table, n: int, budget: int, seed: int) -> np.ndarray:
    explainer = shap.PermutationExplainer(lambda z: game(z)[:, 0], np.zeros((1, n)), seed=seed)
    return explainer(np.ones((1, n)), max_evals=max(budget, 2 * n + 1), silent=True).values[0]


def kernel(game: Table, n: int, budget: int, seed: int) -> np.ndarray:
    np.random.seed(seed)  # shap's kernel explainer draws from the global generator
    explainer = shap.KernelExplainer(lambda z: game(z)[:, 0], np.zeros((1, n)), silent=True)
    return explainer.shap_values(np.ones((1, n)), nsamples=budget - 2, l1_reg=False, silent=True)[0]


PEERS: dict[str, Callable[..., np.ndarray]] = {"ours": ours, "shap Permutation": permutation, "shap Kernel": kernel}


def main() -> None:
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {}
    tables = games()
    for label, factor in BUDGETS.items():
        for name, peer in PEERS.items():
            errors, asked = [], []
            for values in tables:
                n = int(np.log2(len(values)))
                *_, exact = estimate(Table(values), n, 2**n)
                for seed in SEEDS:
                    game = Table(values)
                    guess = peer(game, n, factor * n, seed)
                    errors.append(np.linalg.norm(guess - exact.values[:, 0]) / np.linalg.norm(exact.values))
                    asked.append(len(game.asked))
            found.setdefault(label, {})[name] = {"error": float(np.median(errors)), "asked": float(np.median(asked))}
        row = found[label]
        told = ", ".join(f"{name} {entry['error']:.3f} ({entry['asked']:.0f} asked)" for name, entry in row.items())
        print(f"{label}: {told}; Permutation / ours {row['shap Permutation']['error'] / row['ours']['error']:.1f}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

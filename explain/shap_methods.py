"""shap's own estimators on a game, to compare with: Permutation (Shapley values) and Partition (Owen values).

shap is imported on the first call, which takes seconds. Knows no task, model or tokenizer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from .exact import enumeration
from .games import Estimate, Memo, Unexplainable, ends
from .priors import Floats

AIMS: dict[str, tuple[str, Literal["Shapley", "Owen"]]] = {
    "shap permutation": ("Permutation", "Shapley"),
    "shap partition": ("Partition", "Owen"),
}
"""By method: shap's name of the explainer, and what its values estimate."""


def references(memo: Memo, n: int, budget: int, seed: int, method: str, step: int) -> Iterator[Estimate]:
    """What shap says with ever larger parts of the budget, each twice the last, and with all of it at the end.

    budget: shap's max_evals, in which a coalition counts as often as it is asked for; `evaluations` counts it once.
    Partition joins neighbours, then pairs of neighbours, and so on.
    A stream can be left between two estimates only. Errors are not told. Raises ValueError for a budget under 2n + 1
    (Permutation) or 2, and where the game gives no number.
    """
    name, estimand = AIMS[method]
    least = 2 * n + 1 if name == "Permutation" else 2
    if n > 1 and budget < least:
        raise Unexplainable(f"shap's {name} needs {least:,} evaluations for {n} players, got {budget:,}.")
    if n < 2:
        yield from enumeration(memo, n, reason="one player gets the whole difference")
        return
    base, score = ends(*memo(np.array([[False] * n, [True] * n])))
    for part in parts(max(least, step), budget):
        known = len(memo)
        values = explained(memo, n, part, seed, name, step)
        if known == len(memo):  # the tree is used up
            return
        if not np.isfinite(values).all():
            raise Unexplainable(
                f"The model gave no number for some combinations, which shap's {name} cannot leave out."
            )
        residual = np.abs(base + values.sum(0) - score)
        yield Estimate(values, None, base, score, residual, len(memo), f"shap {name}", estimand, "asked for")


def parts(least: int, budget: int) -> Iterator[int]:
    """least, 2 · least, …, budget."""
    part = least
    while part < budget:
        yield part
        part *= 2
    yield budget


def explained(memo: Memo, n: int, budget: int, seed: int, name: str, step: int) -> Floats:
    """shap's values float64[n, k]; to shap the game is a function of one row of ones before zeros."""
    import shap

    class Rows(shap.maskers.Masker):
        """A coalition is its own masked input."""

        shape = (1, n)

        def __call__(self, mask: Any, row: Floats) -> Floats:
            return (mask * row)[None]

    masker = Rows()
    masker.clustering = neighbours(n) if name == "Partition" else None
    kind = getattr(shap.explainers, f"{name}Explainer")
    own = {"seed": seed} if name == "Permutation" else {}  # without, it would seed the generator anew
    with drawing(seed):
        explainer = kind(lambda rows: memo(np.asarray(rows) > 0.5), masker, **own)
        found = explainer(np.ones((1, n)), max_evals=budget, batch_size=step, silent=True)
    values: Floats = np.asarray(found.values[0], np.float64).reshape(n, -1)  # Permutation drops a single output's axis
    return values


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """shap draws from NumPy's global generator, which is put back afterwards."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)


def neighbours(n: int) -> Floats:
    """A linkage float64[n − 1, 4] that joins neighbours, then neighbouring pairs, and so on; heights count levels."""
    rows: list[tuple[int, int, int, int]] = []
    level, height = [(i, 1) for i in range(n)], 0
    while len(level) > 1:
        height += 1
        joined = []
        for (a, size), (b, other) in zip(level[::2], level[1::2], strict=False):
            joined.append((n + len(rows), size + other))
            rows.append((a, b, height, size + other))
        level = joined + level[len(level) // 2 * 2 :]
    return np.array(rows, np.float64)

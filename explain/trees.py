"""Shapley values of fitted tree ensembles in closed form, by shap's TreeExplainer. Knows no task.

Interventional values over reference rows (Lundberg et al. 2020, "From local explanations to global understanding with
explainable AI for trees"): the game in which a hidden column takes the values of the reference rows in turn. shap is
imported on the first call.
"""

from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np

from .games import Closed, Estimate, Memo, ends
from .priors import Floats


def of_trees(
    model: Any,
    background: Floats,
    row: Floats,
    outputs: Sequence[int],
    scale: Literal["raw", "probability"],
) -> Closed:
    """The closed form for `explain.estimators.estimate`, if there is one: each column of the model is a player.

    model: fitted trees over numbers, of scikit-learn, LightGBM or whatever TreeExplainer reads.
    background: reference rows float64[rows, n]. row: what is explained, float64[n].
    outputs: the class of each output of the game, or [0] for a number. scale: what the game scores: "probability", or
    "raw", the number of a regressor or the log-odds of a classifier that adds up its trees.
    Probabilities have a closed form only where the trees themselves vote with them, as in forests; of summed log-odds
    TreeExplainer rescales the values, which are then not Shapley's. The residual tells if model and game agree.
    """
    return partial(closed_form, model, background, row, tuple(outputs), scale)


def closed_form(
    model: Any, background: Floats, row: Floats, outputs: Sequence[int], scale: str, memo: Memo
) -> Estimate | None:
    """The values, and what the game says of its two ends; None where there is no closed form."""
    explainer = explainer_of(model, background, scale)
    if scale == "probability" and explainer.model.tree_output != "probability":
        return None
    values = by_class(np.asarray(explainer.shap_values(row[None], check_additivity=False), np.float64)[0], model)
    values = values[:, list(outputs)]
    base, score = ends(*memo(np.array([[False] * len(row), [True] * len(row)])))
    return Estimate(
        values,
        np.zeros_like(values),
        base,
        score,
        np.abs(base + values.sum(0) - score),
        len(memo),
        "TreeExplainer",
        reason="values of trees have a closed form",
    )


KEPT = 4
"""Explainers that are kept with a model, by reference rows and scale; making one reads all trees."""
_kept: WeakKeyDictionary[Any, dict[tuple[bytes, str], Any]] = WeakKeyDictionary()
_keeping = Lock()


def explainer_of(model: Any, background: Floats, scale: str) -> Any:
    """shap's TreeExplainer of a model over reference rows, made once for all rows that are explained against them."""
    import shap

    key = (background.tobytes(), scale)
    with _keeping:
        known = _kept.setdefault(model, {})
        if key not in known:
            masker = shap.maskers.Independent(background, max_samples=len(background))  # it would keep 100 of them
            made = shap.TreeExplainer(model, masker, model_output=scale, feature_perturbation="interventional")
            while len(known) >= KEPT:
                known.pop(next(iter(known)))
            known[key] = made
        return known[key]


def by_class(values: Floats, model: Any) -> Floats:
    """float64[n, classes], or float64[n, 1] of a number; what speaks of the second class alone is turned into both."""
    columns = values[:, None] if values.ndim == 1 else values
    if columns.shape[1] == 1 and len(getattr(model, "classes_", ())) == 2:
        return np.concatenate([-columns, columns], axis=1)
    return columns

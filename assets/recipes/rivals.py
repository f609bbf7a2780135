"""The models that a network on a table has to beat: gradient-boosted trees and a linear model, on the same columns.

Knows no particular column and no measure of the card.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from . import network
from .columns import Columns
from .report import Predict
from .targets import Target

Fit = Callable[[pd.DataFrame, pd.DataFrame], Predict]
"""A model fitted on the training part, and stopped or chosen by the validation part."""


def fits(
    columns: Columns,
    target: Target,
    settings: network.Settings,
    tree_settings: dict[str, Any],
    logarithms: Sequence[str] = (),
) -> dict[str, Fit]:
    """The network and its rivals by name."""
    return {
        "network": lambda learnt, checked: network.fit(columns, target, learnt, checked, settings),
        "LightGBM": lambda learnt, checked: trees(columns, target, learnt, checked, tree_settings),
        target.linear_model: lambda learnt, checked: linear(columns, target, learnt, checked, logarithms),
    }


def trained(
    columns: Columns, target: Target, settings: network.Settings, parts: Sequence[pd.DataFrame]
) -> network.Network:
    """The network of a card; says how long it took, on how many rows of training, validation and held-out part."""
    start, (training, validation, held_out) = time.perf_counter(), parts
    model = network.fit(columns, target, training, validation, settings)
    print(f"Trained in {time.perf_counter() - start:.0f} s on {len(training)}, {len(validation)}, {len(held_out)}.")
    return model


def compare(models: dict[str, Predict], target: Target, validation: pd.DataFrame) -> None:
    """Say how far each is off on the validation part."""
    errors = {name: round(target.error(predict(validation), validation), 4) for name, predict in models.items()}
    print(errors, "validation log loss")


def beside(
    model: Predict, others: dict[str, Fit], baseline: str, answer: float, parts: tuple[pd.DataFrame, pd.DataFrame]
) -> dict[str, Predict]:
    """The models of the card's table: a baseline of one answer, the rivals, fitted on these parts, and this model."""
    rivals = {name: fit(*parts) for name, fit in reversed(others.items()) if name != "network"}
    return {baseline: lambda rows: np.full(len(rows), answer), **rivals, "this model": model}


def trees(
    columns: Columns, target: Target, training: pd.DataFrame, validation: pd.DataFrame, settings: dict[str, Any]
) -> Predict:
    """LightGBM with its own handling of categories, stopped by the same measure as the network."""
    import lightgbm  # of the extra `train`, which the rest of these modules does without

    known = columns.known(training)

    def prepare(rows: pd.DataFrame) -> pd.DataFrame:
        words = {name: pd.Categorical(rows[name].where(rows[name].isin(c)), c) for name, c in known.items()}
        return rows[columns.names].assign(**words)

    model = target.trees(
        n_estimators=4000, subsample_freq=1, random_state=0, deterministic=True, n_jobs=1, verbose=-1, **settings
    )
    model.fit(
        prepare(training),
        target.values(training),
        eval_X=(prepare(validation),),
        eval_y=(target.values(validation),),
        eval_metric=target.metric,
        callbacks=[lightgbm.early_stopping(100, first_metric_only=True, verbose=False)],
    )
    return lambda rows: target.ask(model, prepare(rows))


def linear(
    columns: Columns,
    target: Target,
    training: pd.DataFrame,
    validation: pd.DataFrame,
    logarithms: Sequence[str] = (),
) -> Predict:
    """Logistic or ridge regression, the best of 20 strengths by the same measure; some numbers as ln(1 + x)."""

    def prepare(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[columns.names].assign(**{name: np.log1p(rows[name]) for name in logarithms})

    def fit(strength: float) -> Predict:
        encode = make_column_transformer(
            (StandardScaler(), list(columns.numbers)),
            (OneHotEncoder(handle_unknown="ignore"), list(columns.categories)),
        )
        model = make_pipeline(encode, target.linear(strength))
        model.fit(prepare(training), target.values(training))
        return lambda rows: target.ask(model, prepare(rows))

    return min((fit(c) for c in target.strengths), key=lambda f: target.error(f(validation), validation))

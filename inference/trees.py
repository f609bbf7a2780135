"""Fitted trees from files: XGBoost's and LightGBM's own formats, and scikit-learn's through skops.

These are models of the presenter's own. XGBoost and LightGBM parse data, not code, yet neither parser is made for a
stranger's file, so a model of the hub is never read so; of a skops file only the types listed here are made. The three
packages are imported where a file is read. This module knows no task's fields and no explanation.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .folders import home, name_of

Floats = NDArray[np.float64]

FILES = ("model.json", "model.ubj", "model.txt", "model.skops")
"""XGBoost's JSON and its binary twin, LightGBM's text, scikit-learn's trees by skops."""
MAX_BYTES = 200 * 10**6
TRUSTED = ("sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor")
"""What skops may make beside scikit-learn's estimators and numpy's arrays."""
ESTIMATORS = ("DecisionTree", "RandomForest", "ExtraTrees", "GradientBoosting", "HistGradientBoosting")


@dataclass(frozen=True)
class Ensemble:
    """Fitted trees. A category is its place among the known ones, from 0; NaN is what is not known.

    columns: names in the model's order, `f0`, `f1`, … where it has none, which `named` tells.
    categories: by column, its known categories, or () where the model has categories without names.
    labels: the classes' names, or their numbers where the model keeps none; empty where a number is predicted.
    predict: float64[batch, columns] → probabilities float64[batch, labels], or of the second of two alone
    float64[batch], or values float64[batch]; `scores` has always a column for each.
    explained: what shap's TreeExplainer reads where it gives Shapley values of just that, else None.
    gaps: whether a number may be NaN.
    log_odds: of two labels, the log-odds of the second as a number, where that is what the trees add up.
    """

    columns: tuple[str, ...]
    named: bool
    categories: dict[str, tuple[str, ...]]
    labels: tuple[str, ...]
    predict: Callable[..., Floats]
    explained: Any = None
    gaps: bool = True
    log_odds: "Ensemble | None" = None

    def scores(self, rows: Floats) -> Floats:
        """Probabilities float64[batch, labels], or values float64[batch, 1], for float64[batch, columns]."""
        found = self.predict(rows)
        if found.ndim == 2:
            return found
        return np.column_stack([1 - found, found]) if self.labels else found[:, None]

    @property
    def task(self) -> str:
        """The id of the task that the trees are for."""
        return "tabular-classification" if self.labels else "tabular-regression"


def file_of(folder: Path) -> Path | None:
    """The trees in a presenter's folder; None where there are none, and in the hub's cache whatever is there."""
    if home(folder) != folder.resolve():
        return None
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def read(file: Path) -> Ensemble:
    """The trees in a file, by its ending. Raises ModelError."""
    if file.stat().st_size > MAX_BYTES:
        raise ModelError(f"{named(file)} has {file.stat().st_size:,} bytes; at most {MAX_BYTES:,} are read.")
    package, reader = READERS[file.suffix]
    try:
        return reader(file)
    except ImportError as error:
        raise ModelError(f'{named(file)} needs the package {package}: `pip install -e ".[trees]"`.') from error
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged file makes of these packages: each has errors of its own
        raise ModelError(f"{named(file)} is no model that {package} reads ({type(error).__name__}).") from error


def named(file: Path) -> str:
    """What a file is called in a message: `folder/model.json`."""
    return f"{name_of(file.parent)}/{file.name}"


def numbered(count: int, labels: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of columns and labels for a model that keeps none."""
    return tuple(f"f{i}" for i in range(count)), tuple(str(i) for i in range(labels))


def xgboost(file: Path) -> Ensemble:
    """A Booster, up to its best round where training stopped early."""
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(str(file))
    learner = json.loads(booster.save_config())["learner"]
    objective, classes = learner["objective"]["name"], int(learner["learner_model_param"]["num_class"])
    value = objective.startswith(("reg:", "count:")) and objective != "reg:logistic"
    if not value and objective not in ("binary:logistic", "multi:softprob"):
        raise ModelError(f"{named(file)} was trained for {objective}, which gives neither a number nor probabilities.")
    if learner["learner_model_param"].get("num_target", "1") != "1":
        raise ModelError(f"{named(file)} predicts several numbers at once; save a model for each.")
    if (best := booster.attr("best_iteration")) is not None:
        booster = booster[: int(best) + 1]
    names, types = booster.feature_names, booster.feature_types
    columns, labels = numbered(booster.num_features(), 0 if value else max(classes, 2))
    columns = tuple(names or columns)
    kinds = dict(zip(columns, types or (), strict=False))

    def predict(rows: Floats, raw: bool = False) -> Floats:
        options = {"feature_names": names, "feature_types": types, "enable_categorical": True}
        return np.asarray(booster.predict(xgboost.DMatrix(rows, **options), output_margin=raw), np.float64)

    categories: dict[str, tuple[str, ...]] = {name: () for name, kind in kinds.items() if kind == "c"}
    plain = not categories and learner["gradient_booster"]["name"] == "gbtree"
    return boosted(Ensemble(columns, bool(names), categories, labels, predict, booster if plain else None))


def lightgbm(file: Path) -> Ensemble:
    """A Booster; categories by name where the training table had them so."""
    import lightgbm

    head, _, rest = file.read_text(encoding="utf-8").partition("\n\n")
    said = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    objective, classes = said.get("objective", "none").split()[0], int(said["num_class"])
    value = objective in LIGHTGBM_VALUES
    if not value and objective not in ("binary", "multiclass"):
        raise ModelError(f"{named(file)} was trained for {objective}, which gives neither a number nor probabilities.")
    booster = lightgbm.Booster(model_file=str(file))
    columns, labels = tuple(booster.feature_name()), numbered(0, 0 if value else max(classes, 2))[1]
    # A number's range stands as [low:high], a column that was never used as none.
    infos = dict(zip(columns, said["feature_infos"].split(), strict=True))
    found = [name for name, info in infos.items() if info != "none" and not info.startswith("[")]
    known = booster.pandas_categorical or []
    known = known if len(known) == len(found) else [()] * len(found)
    categories = {name: tuple(map(str, words)) for name, words in zip(found, known, strict=True)}

    def predict(rows: Floats, raw: bool = False) -> Floats:
        return np.asarray(booster.predict(rows, raw_score=raw), np.float64)

    is_named = list(columns) != [f"Column_{i}" for i in range(len(columns))]
    plain = not categories and "is_linear=1" not in rest
    return boosted(Ensemble(columns, is_named, categories, labels, predict, booster if plain else None))


LIGHTGBM_VALUES = ["regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"]


def skops(file: Path) -> Ensemble:
    """Trees of scikit-learn over numbers.

    HistGradientBoosting with `categorical_features` brings an encoder of its own, and TreeExplainer's values of it are
    wrong without a word: it is refused.
    """
    import skops.io

    if unknown := set(skops.io.get_untrusted_types(file=file)) - {*TRUSTED}:
        raise ModelError(
            f"{named(file)} holds {sorted(unknown)[0]}, which is not among the types that are read here: plain trees "
            "over numbers, with categories one-hot."
        )
    model = skops.io.load(file, trusted=list(TRUSTED))
    kind = type(model).__name__.removesuffix("Classifier").removesuffix("Regressor")
    if kind not in ESTIMATORS or getattr(model, "n_outputs_", 1) != 1:
        raise ModelError(
            f"{named(file)} holds {type(model).__name__}; read are {', '.join(ESTIMATORS)}, each Classifier or "
            "Regressor, for one output. Anything else can be handed over as a Python function."
        )
    labels = tuple(str(each) for each in getattr(model, "classes_", ()))
    names = getattr(model, "feature_names_in_", None)
    columns = numbered(model.n_features_in_, 0)[0] if names is None else tuple(map(str, names))
    if names is not None:  # else it would ask for a table with names at every call
        del model.feature_names_in_

    def predict(rows: Floats, raw: bool = False) -> Floats:
        ask = model.decision_function if raw else model.predict_proba if labels else model.predict
        return np.asarray(ask(rows), np.float64)

    gaps = model.__sklearn_tags__().input_tags.allow_nan
    found = Ensemble(columns, names is not None, {}, labels, predict, model, gaps)
    return found if kind in ("DecisionTree", "RandomForest", "ExtraTrees") else boosted(found)


def boosted(found: Ensemble) -> Ensemble:
    """Trees that add up log-odds where they have labels: of their probabilities TreeExplainer knows no Shapley values.

    `found.predict` takes raw=True for the sums.
    """
    if not found.labels:
        return found
    sums = replace(found, labels=(), predict=partial(found.predict, raw=True))
    return replace(found, explained=None, log_odds=sums if len(found.labels) == 2 else None)


READERS: dict[str, tuple[str, Callable[[Path], Ensemble]]] = {
    ".json": ("xgboost", xgboost),
    ".ubj": ("xgboost", xgboost),
    ".txt": ("lightgbm", lightgbm),
    ".skops": ("skops", skops),
}

"""The record of an explanation: version 1, frozen, JSON both ways. It knows no estimator and no screen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from inference.types import Record, Scale, Target

if TYPE_CHECKING:
    import pandas
    import shap

Numbers = tuple[float, ...]
Where = dict[str, Any]
Partition = tuple[tuple[int, ...], ...]
"""Players as the atoms that each is made of, neighbours side by side; every atom belongs to one player."""


@dataclass(frozen=True)
class Feature(Record):
    """One player: a word, a region, a column or an item.

    `where` places it in its field: {"chars": [start, end]}, {"message": from 0, "chars": [start, end]},
    {"region": index in the label map}, {"item": id, "position": from 0}, {"items": [id, …], "position": of the
    first}, {"fields": [name, …]} of columns that are one player, {"steps": [start, end], "column": name} of a series,
    {"seconds": [start, end]}, {"car": from 1 or 0 for the own, "part": its number, if not all of it}; a whole field
    has none. `parent` is the id of the feature that this one is a part of.
    """

    id: str
    field: str
    label: str
    where: Where | None = None
    parent: str | None = None


@dataclass(frozen=True)
class LabelMap(Record):
    """The regions of a picture: an 8-bit grey PNG as a data URI whose pixel values are region indices.

    It covers the whole picture, often at a lower resolution.
    """

    field: str
    width: int
    height: int
    png: str


@dataclass(frozen=True)
class Progress(Record):
    """How far a check of an explanation has come: evaluations `done` of about `total`."""

    done: int
    total: int


@dataclass(frozen=True)
class Explanation(Record):
    """Why a model gave a score: `base` + Σ `values` = `score`, up to `residual`.

    values, stderr: one number a feature, in `scale` and `unit`; for many outputs at once one such row an output.
    stderr: standard errors, or null while there are too few evaluations to trust one.
    base: the score with every feature hidden, as `baseline` says in words.
    output: the name of what is explained, such as a label.
    residual: |base + Σ values − score| before any of it was spread over the features.
    evaluations: distinct coalitions scored so far, of the `allowed`; seconds: time spent on them.
    dtype: in which they were computed; base and score always in the model's own.
    kept: it was known already from an earlier question about the same input; the seconds are those that it took then.
    reason: why this method, a clause in words. excluded: pairs of coalitions left out because the model gave no number.
    """

    target: Target
    output: str
    features: tuple[Feature, ...]
    values: Numbers | tuple[Numbers, ...]
    stderr: Numbers | tuple[Numbers, ...] | None
    base: float | Numbers
    score: float | Numbers
    scale: Scale
    unit: str | None
    baseline: str
    estimand: Literal["Shapley", "Owen"]
    method: str
    evaluations: int
    seconds: float
    dtype: str
    seed: int
    residual: float
    label_map: LabelMap | None = None
    allowed: int = 0
    reason: str = ""
    excluded: int = 0
    kept: bool = False
    version: Literal[1] = 1

    def to_frame(self) -> "pandas.DataFrame":
        """One row a feature, in the order of the input: id, field, feature, value and stderr (NaN while unknown).

        Of many outputs at once, the first. Sort it by `value` for the strongest effects.
        """
        import pandas

        many = not isinstance(self.base, float)
        values: Any = self.values[0] if many else self.values
        stderr: Any = self.stderr[0] if many and self.stderr else self.stderr
        return pandas.DataFrame(
            {
                "id": [feature.id for feature in self.features],
                "field": [feature.field for feature in self.features],
                "feature": [feature.label for feature in self.features],
                "value": values,
                "stderr": stderr or float("nan"),
            }
        )

    def to_shap(self) -> "shap.Explanation":
        """The same as a `shap.Explanation`, ready for `shap.plots.waterfall`; importing shap takes seconds."""
        import shap

        return shap.Explanation(
            values=np.array(self.values).T,  # shap puts outputs last
            base_values=self.base if isinstance(self.base, float) else np.array(self.base),
            data=np.array([feature.label for feature in self.features], dtype=object),
            feature_names=[feature.label for feature in self.features],
            error_std=None if self.stderr is None else np.array(self.stderr).T,
        )

"""What the models of a table learn: a yes or no, or the logarithm of a positive value.

Says for each what the network, the trees and the linear model are given, by which measure all three are stopped or
chosen, and how their outputs are read. Knows no column but the one that holds the truth, and no way of training.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from torch import Tensor
from torch.nn.functional import nll_loss

from inference.modeling.tabular import TabularConfig

Answers = NDArray[np.float64]
"""One answer a row: the probability of yes, or the value in its own unit."""


@dataclass(frozen=True)
class YesNo:
    """A column of truths (bool); `labels` name no and yes."""

    column: str
    labels: tuple[str, str]

    linear_model = "logistic regression"
    metric = "binary_logloss"
    strengths = np.geomspace(1e-3, 1e3, 20)

    def config(self, training: pd.DataFrame) -> dict[str, Any]:
        """What TabularConfig has to know of the target."""
        labels = dict(enumerate(self.labels))
        ids = {label: i for i, label in labels.items()}
        return {"id2label": labels, "label2id": ids, "problem_type": "single_label_classification"}

    def tensor(self, rows: pd.DataFrame, config: TabularConfig) -> Tensor:
        """What the network learns: int64[rows]."""
        return torch.tensor(rows[self.column].to_numpy(dtype=np.int64))

    def loss(self, logits: Tensor, truth: Tensor) -> float:
        """Log loss of logits float32[rows, 2]: the measure by which the network stops."""
        return float(nll_loss(logits.log_softmax(-1), truth))

    def read(self, logits: Tensor, config: TabularConfig) -> Answers:
        """Logits float32[rows, 2] as probabilities of yes."""
        return logits.double().softmax(-1)[:, 1].numpy()

    def values(self, rows: pd.DataFrame) -> pd.Series:
        """What the trees and the linear model learn: bool[rows]."""
        return rows[self.column]

    def trees(self, **settings: Any) -> Any:
        """LightGBM for this target, not fitted yet."""
        import lightgbm  # of the extra `train`, which the networks do without

        return lightgbm.LGBMClassifier(**settings)

    def linear(self, strength: float) -> Any:
        """The linear model for this target, one of `strengths`, not fitted yet."""
        return LogisticRegression(C=strength, max_iter=5000)

    def ask(self, model: Any, table: pd.DataFrame) -> Answers:
        """The answers of fitted trees or of a fitted linear model."""
        return model.predict_proba(table)[:, 1]

    def said(self, rows: pd.DataFrame) -> list[str]:
        """What was true, as the label of each row."""
        return [self.labels[yes] for yes in rows[self.column].astype(int)]

    def told(self, said: pd.Series) -> pd.Series:
        """The way back from `said`: bool[rows] from labels str[rows]. Raises ValueError for another word."""
        if strange := set(said) - set(self.labels):
            raise ValueError(f"The truth must be {' or '.join(self.labels)}, got {sorted(strange)[0]!r}.")
        return said == self.labels[1]

    def error(self, answers: Answers, rows: pd.DataFrame) -> float:
        """Mean of −ln(probability of what was true), in nats: the measure of every choice."""
        return log_loss(rows[self.column], answers, labels=[False, True])


@dataclass(frozen=True)
class LogValue:
    """A column of positive values, which are learned as logarithms; `label` names them."""

    column: str
    label: str

    linear_model = "linear (ridge)"
    metric = "l1"
    strengths = np.geomspace(0.01, 1000, 20)

    def config(self, training: pd.DataFrame) -> dict[str, Any]:
        """What TabularConfig has to know of the target, the scale of the training part's logarithms included."""
        logs = self.values(training)
        scale = {"target_mean": float(logs.mean()), "target_scale": float(logs.std(ddof=0))}
        labels = {"id2label": {0: self.label}, "label2id": {self.label: 0}}
        return labels | scale | {"problem_type": "regression", "target_transform": "log"}

    def tensor(self, rows: pd.DataFrame, config: TabularConfig) -> Tensor:
        """What the network learns: standardised logarithms float32[rows]."""
        return config.encode_target(torch.tensor(rows[self.column].to_numpy(), dtype=torch.float32))

    def loss(self, logits: Tensor, truth: Tensor) -> float:
        """Mean absolute error of logits float32[rows, 1]: the measure by which the network stops."""
        return float((logits[:, 0] - truth).abs().mean())

    def read(self, logits: Tensor, config: TabularConfig) -> Answers:
        """Logits float32[rows, 1] as values in their own unit."""
        return config.decode_target(logits[:, 0]).double().numpy()

    def values(self, rows: pd.DataFrame) -> pd.Series:
        """What the trees and the linear model learn: logarithms float64[rows]."""
        return np.log(rows[self.column])

    def trees(self, **settings: Any) -> Any:
        """LightGBM for this target, not fitted yet."""
        import lightgbm  # of the extra `train`, which the networks do without

        return lightgbm.LGBMRegressor(**settings)

    def linear(self, strength: float) -> Any:
        """The linear model for this target, one of `strengths`, not fitted yet."""
        return Ridge(alpha=strength)

    def ask(self, model: Any, table: pd.DataFrame) -> Answers:
        """The answers of fitted trees or of a fitted linear model."""
        return np.exp(model.predict(table))

    def said(self, rows: pd.DataFrame) -> pd.Series:
        """What was true, in its own unit: float64[rows]."""
        return rows[self.column]

    def told(self, said: pd.Series) -> pd.Series:
        """The way back from what a file says, float64[rows] from str[rows]. Raises ValueError unless positive."""
        found = pd.to_numeric(said).astype(float)
        if not (found > 0).all():
            raise ValueError("The truth must be a positive number in every row.")
        return found

    def error(self, answers: Answers, rows: pd.DataFrame) -> float:
        """Mean absolute error of the logarithm, close to the mean relative error: the measure of every choice."""
        return float(np.abs(np.log(answers) - np.log(rows[self.column])).mean())


Target = YesNo | LogValue

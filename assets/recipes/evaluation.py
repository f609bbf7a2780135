"""Held-out rows as the file that Evaluate opens first: what a model reads, what may be compared, and the truth.

Knows no model and no measure. Held out are rows from which nothing was learned and by which nothing was chosen.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .columns import Columns

Truth = Callable[[pd.DataFrame], Sequence[Any] | pd.Series]
"""What was true of each row."""
FILE = "evaluation.csv"
LARGEST = 200_000  # bytes: it is cloned with the project


def rows(
    columns: Columns,
    held_out: pd.DataFrame,
    truth: Truth | None,
    also: Iterable[str] = (),
    training: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The columns that the model reads, those named in `also`, and `truth`, where there is any.

    training: rows to put beside them, so that what was learned by heart shows; the column `split` tells them apart.
    """
    parts = {"held-out": held_out} | ({} if training is None else {"training": training})
    found = []
    for name, part in parts.items():
        read = part[[*columns.names, *also]]
        read = read if training is None else read.assign(split=name)
        found.append(read if truth is None else read.assign(truth=truth(part)))
    return pd.concat(found).convert_dtypes()  # what is whole is written so


def sample(held_out: pd.DataFrame, count: int) -> pd.DataFrame:
    """As many rows, drawn with a seed, in their order."""
    return held_out.sample(count, random_state=0).sort_index()


def write(folder: Path, labelled: pd.DataFrame) -> None:
    """Write the rows in their order. Raises ValueError where they would be too large a file."""
    text = labelled.to_csv(index=False)
    if len(text.encode()) > LARGEST:
        raise ValueError(
            f"{len(labelled):,} rows take {len(text.encode()):,} bytes of {LARGEST:,}; draw a sample of them."
        )
    (folder / FILE).write_text(text, encoding="utf-8")
    print(f"{FILE}: {len(labelled):,} rows")

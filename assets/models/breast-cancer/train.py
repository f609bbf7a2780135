"""Train the classifier of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/breast-cancer/train.py              train, measure, write
    python assets/models/breast-cancer/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/breast-cancer/train.py compare      cross-validate the network beside the other models
    python assets/models/breast-cancer/train.py evaluation   write evaluation.csv alone

Needs the extra `train`. Every choice was made on the training and validation parts; the held-out part is only measured.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import crossvalidation, evaluation, folder, network, rivals, search  # noqa: E402
from assets.recipes.columns import Columns, Number  # noqa: E402
from assets.recipes.probabilities import COMPARED, OF_A_TABLE  # noqa: E402
from assets.recipes.report import Predict, report  # noqa: E402
from assets.recipes.targets import YesNo  # noqa: E402

SEED = 0
TRUTH = "malignant"
TARGET = YesNo(TRUTH, ("benign", "malignant"))
REFER, REPEAT = 0.5, 0.05  # made up: likelier than not; and one in twenty is too many to let go

NUMBERS = {  # each is the mean over the nuclei outlined in one picture
    "radius": Number(
        "Radius",
        "Mean distance from a nucleus' centre to its outline, in pixels of the digitised picture.",
        (1, 100),
        0.1,
        "pixels",
    ),
    "texture": Number("Texture", "Standard deviation of the grey values within a nucleus.", (0, 128), 0.1),
    "perimeter": Number(
        "Perimeter", "Length of a nucleus' outline, in pixels of the picture.", (6, 700), 0.1, "pixels"
    ),
    "area": Number("Area", "Pixels within a nucleus' outline, with half of those on it.", (3, 32000), 0.1, "pixels"),
    "smoothness": Number(
        "Unevenness",
        "How much neighbouring radii differ; 0 for a circle. The authors call it smoothness.",
        (0, 1),
        0.001,
    ),
    "compactness": Number(
        "Compactness", "Perimeter² / area, rescaled: larger for a less round nucleus.", (0, 3), 0.001
    ),
    "concavity": Number("Concavity", "How deep the dents of the outline are; 0 without dents.", (0, 3), 0.001),
    "concave_points": Number("Dents", "How much of the outline is dented, rescaled; 0 without dents.", (0, 1), 0.001),
    "symmetry": Number(
        "Asymmetry",
        "How much the two sides of the longest axis differ; 0 for equal sides. The authors call it symmetry.",
        (0, 1),
        0.001,
    ),
    "fractal_dimension": Number(
        "Fractal dimension",
        "Raggedness of the outline: its fractal dimension (coastline approximation) less 1.",
        (0, 1),
        0.001,
    ),
}
COLUMNS = Columns(NUMBERS, {})
FIELDS = COLUMNS.names

# The best of 20 drawn settings each, by the validation part's log loss.
NETWORK = network.Settings(
    {"n_bins": 16, "d_embedding": 4, "d_block": 64, "n_blocks": 2, "dropout": 0.0},
    {"lr": 4.26e-3, "weight_decay": 0.511},
    batch_size=32,
    patience=24,
)
TREES = {
    "learning_rate": 0.0504,
    "num_leaves": 21,
    "min_child_samples": 28,
    "colsample_bytree": 0.389,
    "subsample": 0.932,
    "reg_lambda": 0.0161,
}
FITS = rivals.fits(COLUMNS, TARGET, NETWORK, TREES)


def read_pictures() -> pd.DataFrame:
    """The 569 pictures with their ten mean measurements, and whether the lump was malignant (bool)."""
    data = load_breast_cancer(as_frame=True)
    pictures = data.frame[[f"mean {name.replace('_', ' ')}" for name in NUMBERS]].set_axis(FIELDS, axis=1)
    return pictures.assign(malignant=data.target_names[data.target] == "malignant")


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 55 %, validation 20 %, held-out 25 %, at random with a seed, with equal shares of malignant lumps."""
    rest, held_out = train_test_split(rows, test_size=0.25, random_state=SEED, stratify=rows[TRUTH])
    training, validation = train_test_split(rest, test_size=0.2 / 0.75, random_state=SEED, stratify=rest[TRUTH])
    return training, validation, held_out


def report_decisions(predict: Predict, rows: pd.DataFrame) -> None:
    """Print what the rule would do with the held-out lumps."""
    action = np.digitize(predict(rows), [REPEAT, REFER])
    print(pd.crosstab(rows[TRUTH], pd.Categorical.from_codes(action, ["routine", "repeat", "refer"])))


def pick_examples(held_out: pd.DataFrame, predict: Predict) -> dict[str, pd.Series]:
    """Real held-out lumps, by rule and not by how well they look."""
    rows = held_out.assign(p=predict(held_out))
    benign, malignant = rows[~rows[TRUTH]], rows[rows[TRUTH]]

    def typical(part: pd.DataFrame) -> pd.Series:
        return part.loc[((part[FIELDS] - part[FIELDS].median()) / rows[FIELDS].std()).abs().sum(axis=1).idxmin()]

    return {
        "A typical benign lump": typical(benign),
        "A typical malignant lump": typical(malignant),
        "Large nuclei": rows.loc[rows["area"].idxmax()],
        "Close to the line of referral": rows.loc[(rows.p - REFER).abs().idxmin()],
        "A cancer it misses": malignant.loc[malignant.p.idxmin()],
        "A false alarm": benign.loc[benign.p.idxmax()],
    }


def write(training: pd.DataFrame, held_out: pd.DataFrame, model: network.Network) -> None:
    """Write the weights, the reference rows, the form and the held-out rows."""
    examples = pick_examples(held_out, model)
    for title, row in examples.items():
        print(f"{title}: {TARGET.labels[int(row[TRUTH])]}, probability of malignant {row.p:.4f}")
    about = {
        "task": "tabular-classification",
        "title": "Benign or malignant",
        "summary": "Does a breast lump look malignant, by ten measurements of its cell nuclei under the microscope?",
        "picture": "picture.svg",
    }
    decision = {
        "of": TRUTH,
        "rules": [
            {"action": "Refer to a specialist", "at_least": REFER, "tone": "bad"},
            {"action": "Repeat the reading", "at_least": REPEAT, "tone": "caution"},
            {"action": "Routine follow-up", "tone": "good"},
        ],
    }
    inputs = {title: COLUMNS.inputs(row) for title, row in examples.items()}
    fields, labelled = COLUMNS.fields(training), evaluation.rows(COLUMNS, held_out, TARGET.said)
    folder.write(FOLDER, COLUMNS, model, training, about, fields, inputs, decision, held_out=labelled)


def train(training: pd.DataFrame, validation: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Train, measure beside the rivals, write."""
    model = rivals.trained(COLUMNS, TARGET, NETWORK, (training, validation, held_out))
    models = rivals.beside(model, FITS, "base rate", training[TRUTH].mean(), (training, validation))
    rivals.compare(models, TARGET, validation)
    report(models, {"training": training, "held-out": held_out}, TRUTH, OF_A_TABLE)
    report_decisions(model, held_out)
    write(training, held_out, model)


def main() -> None:
    """Run the recipe, one of the two studies behind it, or write evaluation.csv."""
    rows = read_pictures()
    training, validation, held_out = split(rows)
    if sys.argv[1:] == ["search"]:
        search.search(COLUMNS, TARGET, (training, validation), NETWORK, search.Space())
    elif sys.argv[1:] == ["compare"]:
        scores, _ = crossvalidation.compare(rows, FITS, TRUTH, COMPARED, rounds=5, share=0.25, strata=TRUTH)
        crossvalidation.differences(scores)
    elif sys.argv[1:] == ["evaluation"]:
        evaluation.write(FOLDER, evaluation.rows(COLUMNS, held_out, TARGET.said))
    else:
        train(training, validation, held_out)


if __name__ == "__main__":
    main()

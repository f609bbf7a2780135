"""Train the classifier of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/breast-cancer/train.py              train, measure, write
    python assets/models/breast-cancer/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/breast-cancer/train.py compare      cross-validate the network beside the other models

Needs the extra `train`. Every choice was made on the training and validation parts; the held-out part is only measured.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import torch
from scipy.stats import t as student
from sklearn import metrics
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2]))

from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel  # noqa: E402

SEED = 0
TRUTH = "malignant"
LABELS = ("benign", "malignant")
REFER, REPEAT = 0.5, 0.05  # made up: likelier than not; and one in twenty is too many to let go
Predict = Callable[[pd.DataFrame], np.ndarray]

# name: (label, unit, description, limits, step); each is the mean over the nuclei outlined in one picture
NUMBERS: dict[str, tuple[str, str, str, tuple[float, float], float]] = {
    "radius": (
        "Radius",
        "pixels",
        "Mean distance from a nucleus' centre to its outline, in pixels of the digitised picture.",
        (1, 100),
        0.1,
    ),
    "texture": ("Texture", "", "Standard deviation of the grey values within a nucleus.", (0, 128), 0.1),
    "perimeter": ("Perimeter", "pixels", "Length of a nucleus' outline, in pixels of the picture.", (6, 700), 0.1),
    "area": ("Area", "pixels", "Pixels within a nucleus' outline, with half of those on it.", (3, 32000), 0.1),
    "smoothness": (
        "Unevenness",
        "",
        "How much neighbouring radii differ; 0 for a circle. The authors call it smoothness.",
        (0, 1),
        0.001,
    ),
    "compactness": ("Compactness", "", "Perimeter² / area, rescaled: larger for a less round nucleus.", (0, 3), 0.001),
    "concavity": ("Concavity", "", "How deep the dents of the outline are; 0 without dents.", (0, 3), 0.001),
    "concave_points": ("Dents", "", "How much of the outline is dented, rescaled; 0 without dents.", (0, 1), 0.001),
    "symmetry": (
        "Asymmetry",
        "",
        "How much the two sides of the longest axis differ; 0 for equal sides. The authors call it symmetry.",
        (0, 1),
        0.001,
    ),
    "fractal_dimension": (
        "Fractal dimension",
        "",
        "Raggedness of the outline: its fractal dimension (coastline approximation) less 1.",
        (0, 1),
        0.001,
    ),
}
FIELDS = [*NUMBERS]

# The best of 20 drawn settings each, by the validation part's log loss.
NETWORK: dict[str, Any] = {"n_bins": 16, "d_embedding": 4, "d_block": 64, "n_blocks": 2, "dropout": 0.0}
OPTIMISER: dict[str, Any] = {"lr": 4.26e-3, "weight_decay": 0.511}
TREES: dict[str, Any] = {
    "learning_rate": 0.0504,
    "num_leaves": 21,
    "min_child_samples": 28,
    "colsample_bytree": 0.389,
    "subsample": 0.932,
    "reg_lambda": 0.0161,
}


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


def fit_network(
    training: pd.DataFrame, validation: pd.DataFrame, network: dict[str, Any], optimiser: dict[str, Any]
) -> tuple[TabularExtractor, TabularModel]:
    """TabM-mini with AdamW, stopped where the validation part's log loss is least."""
    torch.set_num_threads(1)  # the matrices are small: one thread is faster, and its sums repeat exactly
    torch.manual_seed(SEED)
    columns: list[dict[str, Any]] = [
        {"name": name, "kind": "number", "mean": training[name].mean(), "scale": training[name].std(ddof=0)}
        for name in NUMBERS
    ]
    extractor = TabularExtractor(columns=columns)
    config = TabularConfig(
        n_numbers=len(NUMBERS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
        problem_type="single_label_classification",
        **network,
    )
    model = TabularModel(config)
    batch, check = extractor(training.to_dict("records")), extractor(validation.to_dict("records"))
    targets, truth = (torch.tensor(part[TRUTH].to_numpy(dtype=np.int64)) for part in (training, validation))
    model.fit_bins(batch["numbers"])
    steps = torch.optim.AdamW(model.parameters(), **optimiser)
    best, best_state, stale = float("inf"), model.state_dict(), 0
    while stale < 24:
        model.train()
        for rows in torch.randperm(len(targets)).split(32):
            steps.zero_grad()
            model(batch["numbers"][rows], batch["categories"][rows], targets[rows]).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            steps.step()
        model.eval()
        with torch.inference_mode():
            loss = float(torch.nn.functional.nll_loss(model(**check).logits.log_softmax(-1), truth))
        stale += 1
        if loss < best:
            best, stale = loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best_state)
    return extractor, model


def network_probabilities(extractor: TabularExtractor, model: TabularModel) -> Predict:
    """A function from rows to the probability of the second label."""

    def predict(rows: pd.DataFrame) -> np.ndarray:
        with torch.inference_mode():
            logits = model(**extractor(rows.to_dict("records"))).logits
        return logits.double().softmax(-1)[:, 1].numpy()

    return predict


def fit_trees(training: pd.DataFrame, validation: pd.DataFrame, settings: dict[str, Any]) -> Predict:
    """LightGBM, stopped by the same measure as the network."""
    trees = lightgbm.LGBMClassifier(
        n_estimators=4000, subsample_freq=1, random_state=SEED, deterministic=True, n_jobs=1, verbose=-1, **settings
    )
    trees.fit(
        training[FIELDS],
        training[TRUTH],
        eval_X=(validation[FIELDS],),
        eval_y=(validation[TRUTH],),
        eval_metric="binary_logloss",
        callbacks=[lightgbm.early_stopping(100, first_metric_only=True, verbose=False)],
    )
    return lambda rows: trees.predict_proba(rows[FIELDS])[:, 1]


def fit_linear(training: pd.DataFrame, validation: pd.DataFrame) -> Predict:
    """Logistic regression on the same fields, the better of 20 strengths by the same measure."""

    def fit(strength: float) -> Predict:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=5000))
        model.fit(training[FIELDS], training[TRUTH])
        return lambda rows: model.predict_proba(rows[FIELDS])[:, 1]

    return min((fit(strength) for strength in np.geomspace(1e-3, 1e3, 20)), key=lambda f: log_loss(f, validation))


def log_loss(predict: Predict, rows: pd.DataFrame) -> float:
    """Mean of −ln(probability of what was true), in nats."""
    return metrics.log_loss(rows[TRUTH], predict(rows), labels=[False, True])


MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "accuracy": lambda truth, p: metrics.accuracy_score(truth, p >= 0.5),
    "balanced accuracy": lambda truth, p: metrics.balanced_accuracy_score(truth, p >= 0.5),
    "ROC AUC": metrics.roc_auc_score,
    "PR AUC": metrics.average_precision_score,
    "log loss": lambda truth, p: metrics.log_loss(truth, p, labels=[False, True]),
    "Brier score": lambda truth, p: float(np.mean((p - truth) ** 2)),
}


def measure(truth: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The measures in their order, for truth bool[rows] and probabilities float64[rows]."""
    return np.array([one(truth, p) for one in MEASURES.values()])


def report(models: dict[str, Predict], training: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Print the card's table: each measure with the 2.5th and 97.5th percentile of 2,000 bootstrap samples."""
    print(f"| model | part | {' | '.join(MEASURES)} |\n|{'---|' * (len(MEASURES) + 2)}")
    for name, predict in models.items():
        for part, rows in (("training", training), ("held-out", held_out)):
            truth, p = rows[TRUTH].to_numpy(), predict(rows)
            rng = np.random.default_rng(SEED)
            draws = [rng.integers(len(truth), size=len(truth)) for _ in range(2000)]
            low, high = np.percentile([measure(truth[i], p[i]) for i in draws], [2.5, 97.5], axis=0)
            cells = (f"{m:.3f} ({a:.3f} to {b:.3f})" for m, a, b in zip(measure(truth, p), low, high, strict=True))
            print(f"| {name} | {part} | {' | '.join(cells)} |")


def report_decisions(predict: Predict, rows: pd.DataFrame) -> None:
    """Print what the rule would do with the held-out lumps."""
    action = np.digitize(predict(rows), [REPEAT, REFER])
    print(pd.crosstab(rows[TRUTH], pd.Categorical.from_codes(action, ["routine", "repeat", "refer"])))


def search(training: pd.DataFrame, validation: pd.DataFrame, draws: int = 20) -> None:
    """Print the validation log loss of as many drawn settings of the network as of the trees."""
    rng = np.random.default_rng(SEED)
    for _ in range(draws):
        network = {
            "n_bins": int(rng.choice([4, 8, 16, 32])),
            "d_embedding": int(rng.choice([4, 8, 12])),
            "d_block": int(rng.choice([32, 64, 96])),
            "n_blocks": int(rng.integers(1, 4)),
            "dropout": float(rng.choice([0.0, 0.1, 0.2, 0.3])),
        }
        optimiser = {"lr": 10 ** rng.uniform(-3, -2), "weight_decay": 10 ** rng.uniform(-4, 0)}
        predict = network_probabilities(*fit_network(training, validation, network, optimiser))
        print(f"network {log_loss(predict, validation):.5f}", network, optimiser, flush=True)
    for _ in range(draws):
        trees = {
            "learning_rate": 10 ** rng.uniform(-2, -1),
            "num_leaves": int(rng.integers(3, 32)),
            "min_child_samples": int(rng.integers(3, 30)),
            "colsample_bytree": rng.uniform(0.3, 1),
            "subsample": rng.uniform(0.5, 1),
            "reg_lambda": 10 ** rng.uniform(-2, 1.5),
        }
        print(f"trees {log_loss(fit_trees(training, validation, trees), validation):.5f}", trees, flush=True)


def compare(rows: pd.DataFrame, rounds: int = 5) -> None:
    """Print the paired differences of log loss and ROC AUC over rounds of 5-fold cross-validation.

    The intervals widen the variance for the rows that the folds' training parts share (Nadeau and Bengio 2003,
    "Inference for the Generalization Error"; the validation rows count as training rows).
    """
    found: dict[str, list[np.ndarray]] = {"network": [], "LightGBM": [], "logistic regression": []}
    for seed in range(rounds):
        for rest, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(rows, rows[TRUTH]):
            part = rows.iloc[rest]
            training, validation = train_test_split(part, test_size=0.25, random_state=seed, stratify=part[TRUTH])
            models = (
                network_probabilities(*fit_network(training, validation, NETWORK, OPTIMISER)),
                fit_trees(training, validation, TREES),
                fit_linear(training, validation),
            )
            truth = rows.iloc[test][TRUTH].to_numpy()
            for scores, predict in zip(found.values(), models, strict=True):
                scores.append(measure(truth, predict(rows.iloc[test])))
    for place, name in ((4, "log loss"), (2, "ROC AUC")):
        for other in ("LightGBM", "logistic regression"):
            network, theirs = (np.array(found[model])[:, place] for model in ("network", other))
            difference = network - theirs
            error = np.sqrt((1 / len(difference) + 0.25) * difference.var(ddof=1))
            mean, half = difference.mean(), student.ppf(0.975, len(difference) - 1) * error
            print(
                f"{name}: network {network.mean():.4f}, {other} {theirs.mean():.4f}, difference {mean:+.4f}"
                f" (95 % interval {mean - half:+.4f} to {mean + half:+.4f}),"
                f" network lower in {(difference < 0).sum()} of {len(difference)} folds"
            )


def decimals(step: float) -> int:
    """Decimals of a step: 1 for 0.1."""
    return max(0, round(-np.log10(step)))


def describe(training: pd.DataFrame) -> list[dict[str, Any]]:
    """The form's fields; `seen` is the range of the training part."""
    fields: list[dict[str, Any]] = []
    for name, (label, unit, description, limits, step) in NUMBERS.items():
        seen = [float(training[name].min()), float(training[name].max())]
        fields.append({"name": name, "kind": "number", "label": label, "description": description})
        fields[-1] |= {"unit": unit} if unit else {}
        default = round(float(training[name].median()), decimals(step))
        fields[-1] |= {"limits": limits, "seen": seen, "step": step, "default": default}
    return fields


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


def write(training: pd.DataFrame, held_out: pd.DataFrame, extractor: TabularExtractor, model: TabularModel) -> None:
    """Write the weights, the reference rows and the form."""
    model.save_pretrained(FOLDER)
    extractor.save_pretrained(FOLDER)
    training.sample(100, random_state=SEED)[FIELDS].to_csv(FOLDER / "background.csv", index=False)
    examples = pick_examples(held_out, network_probabilities(extractor, model))
    for title, row in examples.items():
        print(f"{title}: {LABELS[int(row[TRUTH])]}, probability of malignant {row.p:.4f}")
    demo = {
        "version": 1,
        "task": "tabular-classification",
        "title": "Benign or malignant",
        "summary": "Does a breast lump look malignant, by ten measurements of its cell nuclei under the microscope?",
        "picture": "picture.svg",
        "fields": describe(training),
        "background": "background.csv",
        "examples": [
            {"title": title, "inputs": {name: float(row[name]) for name in FIELDS}} for title, row in examples.items()
        ],
        "decision": {
            "of": TRUTH,
            "rules": [
                {"action": "Refer to a specialist", "at_least": REFER, "tone": "bad"},
                {"action": "Repeat the reading", "at_least": REPEAT, "tone": "caution"},
                {"action": "Routine follow-up", "tone": "good"},
            ],
        },
    }
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Run the recipe, or one of the two studies behind it."""
    rows = read_pictures()
    training, validation, held_out = split(rows)
    if sys.argv[1:] == ["search"]:
        search(training, validation)
    elif sys.argv[1:] == ["compare"]:
        compare(rows)
    else:
        start = time.perf_counter()
        extractor, model = fit_network(training, validation, NETWORK, OPTIMISER)
        print(f"Trained in {time.perf_counter() - start:.0f} s on {len(training)}, {len(validation)}, {len(held_out)}.")
        base_rate = training[TRUTH].mean()
        models: dict[str, Predict] = {
            "base rate": lambda part: np.full(len(part), base_rate),
            "logistic regression": fit_linear(training, validation),
            "LightGBM": fit_trees(training, validation, TREES),
            "this model": network_probabilities(extractor, model),
        }
        print(
            {name: round(log_loss(predict, validation), 4) for name, predict in models.items()}, "validation log loss"
        )
        report(models, training, held_out)
        report_decisions(models["this model"], held_out)
        write(training, held_out, extractor, model)


if __name__ == "__main__":
    main()

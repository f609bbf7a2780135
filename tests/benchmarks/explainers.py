"""Our explanation beside shap.Explainer, on one shared value function: python tests/benchmarks/explainers.py

The work: the Shapley values of one and the same game v (coalitions to the model's score, parts hidden in our way), with
as many evaluations as our default allows and batches of the same size. One model stands for each kind of input: text,
picture, table, history. The players of an input are put together, neighbours first, into at most 11: then every
coalition can be asked for once, and the distance of an estimate to the exact values is known. The peer is what
shap.Explainer chooses by itself: Partition for a text, with shap's own tree of its words, and for a picture;
Permutation for a table; Exact for few players. Partition estimates the Owen values of its tree, which are not
Shapley's, and stops where the tree ends; so texts and pictures are compared with what it chooses without a tree, too.

Works take turns on the examples; times are of the live model. Errors are relative L2 distances over examples and
seeds. What import and compilation add to the first explanation of a process is left to cold.py.
"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from bare import loaded
from comparison import Comparison, command, turns
from processes import at_hand

from explain.estimators import STEP, Coalitions, Floats, Game, estimate
from explain.explainer import budget
from explain.scoring import scorer
from inference import demo, models
from inference.task import Task

EXAMPLES = 3
SEEDS = 5


@dataclass
class Counted:
    """A game that knows how often it was asked, and how many seconds it took to answer."""

    game: Game
    evaluations: int = 0
    seconds: float = 0.0

    def __call__(self, coalitions: Coalitions) -> Floats:
        start = time.perf_counter()
        found = self.game(np.asarray(coalitions) > 0.5)
        self.seconds += time.perf_counter() - start
        self.evaluations += len(found)
        return found


@dataclass(frozen=True)
class Case:
    """A game to be explained: its model, its kind of input, its players by name, and its values in binary order."""

    task: Task
    kind: str
    labels: tuple[str, ...]
    live: Game
    values: Floats

    @property
    def n(self) -> int:
        """How many players."""
        return len(self.labels)

    def known(self, coalitions: Coalitions) -> Floats:
        """The game from its table: as `live`, without the model."""
        return self.values[coalitions @ (1 << np.arange(self.n))]


@dataclass(frozen=True)
class Run:
    """One explanation: its first and last values float64[n], the seconds until either, and those outside the game."""

    early: Floats
    values: Floats
    first: float
    whole: float
    outside: float
    evaluations: int


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Each kind of input in turn."""
    rows = []
    with ThreadPoolExecutor(1) as thread:
        for kind, name in representatives(options.model).items():
            task = loaded(name)
            rows += thread.submit(compare, task, kind, options.rounds, options.players).result()
    return rows


def representatives(wanted: list[str] | None) -> dict[str, str]:
    """The first model by the kind of its first field."""
    found: dict[str, str] = {}
    for name in at_hand(wanted):
        found.setdefault(demo.read(models.find()[name]).inputs[0].kind, name)
    return found


def compare(task: Task, kind: str, rounds: int, most: int) -> list[Comparison]:
    """All lines about one model."""
    examples = task.demo.examples[: min(EXAMPLES, rounds)]
    cases = [case(task, kind, example.to_json()["inputs"], most) for example in examples]
    rows = []
    for name, peer in peers(cases[0]).items():
        rows += times(cases, name, peer, rounds) + errors(cases, name, peer)
    return rows


def case(task: Task, kind: str, inputs: Any, most: int) -> Case:
    """The game of an input for its prediction, neighbours put together into at most `most` players, and its values."""
    raw = task.parse(inputs)
    players, game = scorer(task, raw, task.target(task.predict(inputs).prediction))
    n = min(most, len(players))
    group = np.arange(len(players)) * n // len(players)
    labels = tuple(" ".join(f.label for f, g in zip(players.features, group, strict=True) if g == i) for i in range(n))
    codes = np.arange(2**n)
    coalitions = ((codes[:, None] >> np.arange(n)) & 1).astype(bool)
    return Case(task, kind, labels, lambda z: game(z[:, group]), game(coalitions[:, group]))


Explain = Callable[[Case, Game, int], Run]


def ours(about: Case, game: Game, seed: int) -> Run:
    """As the product explains, with its default of evaluations."""
    counted, start = Counted(game), time.perf_counter()
    stream = estimate(counted, about.n, budget(about.n), seed, additive=about.task.additive, step=batch(about))
    found = [(time.perf_counter() - start, each) for each in stream]
    (first, early), (whole, last) = found[0], found[-1]
    outside = whole - counted.seconds
    return Run(early.values[:, 0], last.values[:, 0], first, whole, outside, counted.evaluations)


def shaps(masker: Callable[[Case], Any], about: Case, game: Game, seed: int) -> Run:
    """As shap.Explainer explains what comes through `masker`, with as many evaluations; its first values are its last.

    The time includes making the explainer, which belongs to each explanation as the masker belongs to each input.
    """
    import shap

    np.random.seed(seed)  # shap draws from the global generator
    counted, start = Counted(game), time.perf_counter()
    explainer = shap.Explainer(lambda z: counted(z)[:, 0], masker(about))
    least = 2**about.n if isinstance(explainer, shap.ExactExplainer) else 2 * about.n + 1
    most = max(budget(about.n), least)
    found = explainer(np.ones((1, about.n)), max_evals=most, batch_size=batch(about), silent=True).values[0]
    whole = time.perf_counter() - start
    return Run(found, found, whole, whole, whole - counted.seconds, counted.evaluations)


def batch(about: Case) -> int:
    """Coalitions asked for at once, as explain.explainer chooses them."""
    return min(STEP, 2 * about.task.batch_size)


def peers(about: Case) -> dict[str, Explain]:
    """shap.Explainer as it chooses for such input, and for a row of a table: where there is a tree, also without it."""
    import shap

    maskers = [tree_masker, row_masker] if about.kind in ("text", "image") else [row_masker]
    found = [type(shap.Explainer(lambda z: z[:, 0], masker(about))).__name__ for masker in maskers]
    names = [f"shap.Explainer ({name.removesuffix('Explainer')})" for name in found]
    return {name: partial(shaps, masker) for name, masker in zip(names, maskers, strict=True)}


def row_masker(about: Case) -> Floats:
    """shap sees the game as a row of ones before a background of zeros."""
    return np.zeros((1, about.n))


def tree_masker(about: Case) -> Any:
    """shap sees it as it sees a text or a picture: with a tree of the players."""
    from shap.maskers import Masker

    class Rows(Masker):
        """A coalition is its own masked input."""

        shape, text_data = (1, about.n), True
        clustering = tree(about)

        def __call__(self, mask: Coalitions, row: Floats) -> Floats:
            return (mask * row)[None]

    return Rows()


def tree(about: Case) -> Floats:
    """Which players belong together: by shap's own reading of a text; else neighbours, then pairs of neighbours …"""
    from scipy.cluster.hierarchy import linkage
    from shap.maskers._text import partition_tree

    if about.kind != "text":
        found: Floats = linkage(np.arange(about.n)[:, None], "complete")
        return found
    found = partition_tree(list(about.labels), [])
    found[:, 2] = found[:, 3] / found[:, 3].max()  # the sizes serve as heights, as in shap's masker of texts
    return found


def times(cases: list[Case], name: str, peer: Explain, rounds: int) -> list[Comparison]:
    """First figure, whole explanation, and what either spends outside the model, by turns on the live game."""
    works = {"ours": iterated(cases, ours), "peer": iterated(cases, peer)}
    turns(works, 1)  # compilation and tables are left to cold.py
    found = turns(works, rounds)
    about, asked = cases[0], [found[side][0].evaluations for side in works]
    title = f"{about.task.name}, {about.n} players"
    spent = f"{asked[0]} evaluations, {asked[1]} by the peer"
    lines = {
        f"{title}: first figure": "first",
        f"{title}: whole explanation ({spent})": "whole",
        f"{title}: of it outside the model": "outside",
    }
    return [
        Comparison(what, figures(found["ours"], of), name, figures(found["peer"], of), "s")
        for what, of in lines.items()
    ]


def iterated(cases: list[Case], explain: Explain) -> Callable[[], Run]:
    """A work that takes the next case each time."""
    count = iter(range(10**9))

    def work() -> Run:
        about = cases[(i := next(count)) % len(cases)]
        return explain(about, about.live, i)

    return work


def figures(runs: list[Run], of: str) -> list[list[float]]:
    """One figure of each run, as the rounds of a comparison."""
    return [[getattr(run, of)] for run in runs]


def errors(cases: list[Case], name: str, peer: Explain) -> list[Comparison]:
    """The relative distance of first and last values to the exact ones, by case and seed, from the tables."""
    works = {"ours": ours, "peer": peer}
    found = {
        side: [[explain(each, each.known, seed) for seed in range(SEEDS)] for each in cases]
        for side, explain in works.items()
    }
    exact = [list(estimate(each.known, each.n, 2**each.n))[-1].values[:, 0] for each in cases]

    def line(what: str, of: str) -> Comparison:
        ours, theirs = (
            [
                [distance(getattr(run, of), truth) for run in runs]
                for runs, truth in zip(found[side], exact, strict=True)
            ]
            for side in works
        )
        return Comparison(f"{cases[0].task.name}, {cases[0].n} players: relative error{what}", ours, name, theirs, "")

    return [line(" of the first figure", "early"), line("", "values")]


def distance(values: Floats, truth: Floats) -> float:
    """Relative L2 distance; what is left of rounding counts as 0."""
    found = float(np.linalg.norm(values - truth) / np.linalg.norm(truth))
    return found if found > 1e-6 else 0.0


if __name__ == "__main__":
    command(measure, __doc__, rounds=5, players=11)

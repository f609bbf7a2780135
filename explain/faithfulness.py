"""Whether the parts that an explanation calls strongest are those that move the score: it is asked of the game itself.

Comprehensiveness hides them one after the other, sufficiency keeps them alone (DeYoung et al. 2020, ERASER, arXiv
1911.03429, eq. 1 to 3), here over all numbers of players and beside random orders. Knows no task and no model.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.types import Record, Scale, Target

from .games import Game, Memo
from .priors import Coalitions, Floats
from .types import Explanation, Feature, Numbers
from .wording import VERBS, amount, is_amount, named, parts_of

ORDERS = 10
"""Random orders that the order of the values is held against."""
TOP = 3
"""Players that the verdict is about, at most."""
ROUNDING = 1e-9
"""Of the largest score: the same sets in another order are no faster."""


@dataclass(frozen=True)
class Curve(Record):
    """Scores after 0, 1, …, n players of an order were hidden, or kept.

    scores, random, low, high: n + 1 numbers each: in the order of the values, and of the random orders the mean, the
    lowest and the highest. area, random_area: how far from the score with nothing hidden, in the mean of the n + 1
    points (AOPC): below it, or above it where what speaks against comes first. ahead: random orders that were faster.
    """

    scores: Numbers
    random: Numbers
    low: Numbers
    high: Numbers
    area: float
    random_area: float
    ahead: int


@dataclass(frozen=True)
class Faithfulness(Record):
    """What hiding and keeping the strongest players does to the score of a target, beside `orders` random orders.

    order: the features as they were hidden, or kept; its first `top` are those that the verdict is about.
    against: whether what speaks against the target came first, because its score is lower than with all hidden.
    holds: whether no random order moved the score faster.
    """

    target: Target
    output: str
    order: tuple[Feature, ...]
    against: bool
    hiding: Curve
    keeping: Curve
    top: int
    orders: int
    scale: Scale
    unit: str | None
    baseline: str
    evaluations: int
    seconds: float
    seed: int
    holds: bool
    verdict: str
    check: Literal["faithfulness"] = "faithfulness"
    version: Literal[1] = 1


def ranking(values: Floats, against: bool) -> NDArray[np.intp]:
    """Players of float64[n] values from what speaks most for the target, or against it, to what does least."""
    return np.argsort(values if against else -values, kind="stable")


def curves(
    game: Game, values: Floats, against: bool = False, orders: int = ORDERS, seed: int = 0
) -> tuple[Curve, Curve, int]:
    """The curves of hiding and of keeping by float64[n] values, and how many distinct coalitions they took.

    All coalitions reach the game in one call, each once. A random order read backwards is one too, so what is left
    when it hides k players serves as n − k players kept. The game has one output.
    """
    n, random = len(values), np.random.default_rng(seed)
    ranked = [ranking(values, against), *(random.permutation(n) for _ in range(orders))]
    hidden = np.stack([first_of(order) for order in ranked])
    memo = Memo(game)
    v = memo(np.concatenate([~hidden.reshape(-1, n), hidden[0]]))[:, 0].reshape(orders + 2, n + 1)
    own, others, kept = v[0], v[1:-1], v[-1]
    toward = -1 if against else 1
    return curve(own, others, own[0], toward), curve(kept, others[:, ::-1], own[0], toward, False), len(memo)


def first_of(order: NDArray[np.intp]) -> Coalitions:
    """The first 0, 1, …, n players of an order, bool[n + 1, n]."""
    return np.argsort(order) < np.arange(len(order) + 1)[:, None]


def curve(scores: Floats, others: Floats, whole: float, toward: int = 1, hiding: bool = True) -> Curve:
    """float64[n + 1] scores beside float64[orders, n + 1] of random orders; whole: the score with nothing hidden."""
    area, areas = float(toward * (whole - scores).mean()), toward * (whole - others).mean(1)
    faster = areas - area if hiding else area - areas  # what is kept shall bring the score back
    ahead = int((faster > ROUNDING * np.abs(scores).max()).sum())
    own, mean, low, high = (tuple(each.tolist()) for each in (scores, others.mean(0), others.min(0), others.max(0)))
    return Curve(own, mean, low, high, area, float(areas.mean()), ahead)


def account(
    explanation: Explanation, hiding: Curve, keeping: Curve, evaluations: int, seconds: float, seed: int
) -> Faithfulness:
    """The curves of an explanation of one output, with what they say."""
    values, against = np.array(explanation.values), lowered(explanation)
    top = min(TOP, int((values < 0).sum() if against else (values > 0).sum()))
    return Faithfulness(
        target=explanation.target,
        output=explanation.output,
        order=tuple(explanation.features[i] for i in ranking(values, against)),
        against=against,
        hiding=hiding,
        keeping=keeping,
        top=top,
        orders=ORDERS,
        scale=explanation.scale,
        unit=explanation.unit,
        baseline=explanation.baseline,
        evaluations=evaluations,
        seconds=round(seconds, 4),
        seed=seed,
        holds=top > 0 and hiding.ahead == 0,
        verdict=verdict(explanation, hiding, keeping, top),
    )


def lowered(explanation: Explanation) -> bool:
    """Whether an explanation of one output is of a score that the input has made lower, not higher."""
    return float(explanation.score) < float(explanation.base)  # type: ignore[arg-type]  # of one output


def verdict(explanation: Explanation, hiding: Curve, keeping: Curve, top: int) -> str:
    """What hiding and keeping the `top` players does, in words."""

    def at(scores: Numbers, count: int) -> str:
        return amount(scores[count], explanation)

    if not top:
        return f"The score stays at {at(hiding.scores, 0)} whatever is hidden, so there is nothing to test."
    verb = VERBS[is_amount(explanation)][lowered(explanation)]
    some, give = (
        (f"{top} {parts_of(explanation.features)}", "give") if top > 1 else (parts_of(explanation.features, 1), "gives")
    )
    others, take = (f"{top} at random", "take") if top > 1 else ("one at random", "takes")
    return (
        f"Hiding the {some} that {verb} {named(explanation)} most takes the score from {at(hiding.scores, 0)} to "
        f"{at(hiding.scores, top)}; {others} {take} it to {at(hiding.random, top)}. Shown alone, the {some} {give} "
        f"{at(keeping.scores, top)}; {others} {give} {at(keeping.random, top)}."
    )

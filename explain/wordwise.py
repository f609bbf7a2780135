"""Which part of an input led to which token of a written text: the values of every token at once, as a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inference.types import Record, Target

from .games import Estimate
from .types import Explanation, Feature, Numbers
from .wording import clipped

NOTHING = 1e-9
"""In nats: a smaller effect is rounding."""


@dataclass(frozen=True)
class Wordwise(Record):
    """How much each feature raised the log-probability of each token of a text, in nats.

    pieces: the tokens as they stand in the text; values[tokens][features]; score, base: log-probabilities of each
    token with nothing and with everything hidden. The values of a token add up to score − base; those of a feature,
    over the tokens, to its value for the whole text, as far as both are exact.
    """

    target: Target
    output: str
    pieces: tuple[str, ...]
    features: tuple[Feature, ...]
    values: tuple[Numbers, ...]
    score: Numbers
    base: Numbers
    baseline: str
    evaluations: int
    seconds: float
    seed: int
    verdict: str
    check: Literal["tokens"] = "tokens"
    version: Literal[1] = 1


def of_tokens(explanation: Explanation, pieces: Sequence[str], found: Estimate, seconds: float, seed: int) -> Wordwise:
    """The values of each token of an explained text: found.values float64[features, tokens]."""
    values = found.values.T
    return Wordwise(
        target=explanation.target,
        output=explanation.output,
        pieces=tuple(pieces),
        features=explanation.features,
        values=tuple(tuple(row) for row in values.tolist()),
        score=tuple(found.score.tolist()),
        base=tuple(found.base.tolist()),
        baseline=explanation.baseline,
        evaluations=found.evaluations,
        seconds=round(seconds, 4),
        seed=seed,
        verdict=strongest(explanation.features, pieces, values),
    )


def strongest(features: Sequence[Feature], pieces: Sequence[str], values: np.ndarray) -> str:
    """The strongest link between a part of the input and a word of the text, in words."""
    joined = words(pieces)
    summed = np.array([values[list(tokens)].sum(0) for tokens in joined])
    if not summed.size or summed.max() < NOTHING:
        return "Nothing in the input made any of the words likelier."
    word, feature = divmod(int(summed.argmax()), summed.shape[1])
    named = "".join(pieces[token] for token in joined[word]).strip()
    return f"The strongest link goes from “{clipped(features[feature].label)}” to “{named}”."


def words(pieces: Sequence[str]) -> list[tuple[int, ...]]:
    """Tokens joined to the words that they are written as."""
    found: list[list[int]] = []
    for i, piece in enumerate(pieces):
        before = pieces[i - 1] if i else " "
        begins = not found or piece[:1].isspace() or before[-1:].isspace()
        if begins and "".join(pieces[token] for token in (found[-1] if found else [])).strip():
            found.append([i])
        elif found:
            found[-1].append(i)
        else:
            found = [[i]]
    return [tuple(word) for word in found]

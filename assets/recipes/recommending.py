"""What recommenders are measured by: hidden choices found again, beside the most chosen items and item neighbours.

Knows items and people who chose them, and no particular catalogue. A score is a function of histories float32[people,
items]; everything that a person is known to have met is left out of what any model may suggest to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .bootstrap import of_mean, quote
from .report import table

Score = Callable[[Tensor], Tensor]
SUGGESTED = 10


@dataclass(frozen=True)
class Part:
    """People of whom some choices are hidden.

    history: float32[people, items], what is given to a model; met: bool[people, items], what it may not suggest;
    hidden: bool[people, items], what it is to find; outside: int64[people], hidden choices that are not in the
    catalogue, which no model can find.
    """

    history: Tensor
    met: Tensor
    hidden: Tensor
    outside: Tensor


def hide(chosen: Tensor, share: float, seed: int) -> Tensor:
    """A share of each person's choices bool[people, items], at random: bool[people, items]."""
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.zeros_like(chosen)
    for row, own in zip(hidden, chosen, strict=True):
        items = own.nonzero()[:, 0]
        row[items[torch.randperm(len(items), generator=generator)[: round(share * len(items))]]] = True
    return hidden


def suggested(score: Score, part: Part, n: int = SUGGESTED) -> Tensor:
    """The best n items for each person, int64[people, n]."""
    return score(part.history).masked_fill(part.met, -torch.inf).topk(n).indices


def measure(score: Score, part: Part, n: int = SUGGESTED) -> NDArray[np.float64]:
    """Recall@n and NDCG@n of each person, float64[people, 2].

    Recall divides the hits by min(n, hidden choices), so that 1 can be reached (Liang et al. 2018, "Variational
    Autoencoders for Collaborative Filtering", arXiv 1802.05814, section 4.2); NDCG uses gains of 0 and 1.
    """
    hits = part.hidden.gather(1, suggested(score, part, n)).double()
    discount = 1 / torch.log2(torch.arange(n, dtype=torch.float64) + 2)
    possible = (part.hidden.sum(1) + part.outside).clamp(max=n)
    return torch.stack([hits.sum(1) / possible, (hits * discount).sum(1) / discount.cumsum(0)[possible - 1]], 1).numpy()


def popularity(likes: Tensor) -> Score:
    """The most chosen items for everybody, from bool[people, items]."""
    counts = likes.sum(0).float()
    return lambda history: counts.expand_as(history)


def neighbours(likes: Tensor, nearest: int, shrink: float) -> Score:
    """Item kNN: each item's score is the sum of its similarity to the items of a history.

    The similarity is the cosine of two items' likes bool[people, items], damped by shrink / items in common (Bell and
    Koren 2007, "Scalable Collaborative Filtering with Jointly Derived Neighborhood Interpolation Weights"); of each
    item, that to all but its nearest neighbours is 0.
    """
    likes = likes.float()
    common = likes.T @ likes
    norms = common.diagonal().sqrt()
    similar = common / (norms[:, None] * norms).clamp(min=1) * common / (common + shrink).clamp(min=1e-9)
    similar.fill_diagonal_(0)
    least = similar.topk(min(nearest, len(similar)), dim=0).values[-1]
    similar = similar.where(similar >= least, 0)
    return lambda history: history @ similar


def report(models: Mapping[str, tuple[Score, Mapping[str, Part]]], share: Tensor) -> None:
    """Print the card's tables: quality with 95 % bootstrap intervals over people; then what is suggested how often.

    models: by name, a score and the parts it is measured on. share: float32[items], the share of the training people
    who chose each item.
    """
    quality, breadth = [], []
    for name, (score, parts) in models.items():
        for part, data in parts.items():
            found = measure(score, data)
            recall, ndcg = (quote(column.mean(), of_mean(column)) for column in found.T)
            quality.append({"model": name, "people": f"{len(found)} {part}", "Recall@10": recall, "NDCG@10": ndcg})
        breadth.append({"model": name, **spread(suggested(score, data), data, share)})
    print(table(quality))
    print(table(breadth))


def spread(top: Tensor, part: Part, share: Tensor) -> dict[str, str]:
    """How much of the catalogue is suggested to anybody, and how popular that is beside what the people chose."""
    coverage = len(top.unique()) / len(share)
    own = torch.stack([share[row].mean() for row in (part.history > 0) if row.any()])
    return {
        "coverage": f"{coverage:.1%}",
        "mean popularity of suggestions": f"{share[top].mean():.1%}",
        "of the histories": f"{own.mean():.1%}",
        "mean novelty of suggestions": f"{-share[top].clamp(min=1e-9).log2().mean():.2f} bits",
    }


def gain(ours: Score, other: Score, part: Part) -> str:
    """How much more one model finds than another, person by person: Recall@10 and NDCG@10 with intervals."""
    more = measure(ours, part) - measure(other, part)
    return ", ".join(quote(column.mean(), of_mean(column), "+") for column in more.T)

"""The kinds of output: how each is read into a Prediction and how a target in it is scored.

`LabelsTask`, `ValueTask` and `RankingTask` are the bases of the tasks, as is `TextTask` in writing.py; a task says only
what is its own.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .errors import InputError, ModelError
from .fields import HistoryField
from .task import Task
from .trace import Batch
from .types import Item, ItemTarget, Prediction, Raw, Target
from .units import percent, quantity

SHOWN = 20
"""Of a thousand labels, a prediction names this many; any other can still be a target."""
SUGGESTED = 10
"""Of a catalogue, a ranking names this many."""

UNSURE = 0.2
"""Probability of the first label below which a model with many labels is called unsure. More cannot be read off the
scores of an unknown model: of photos and drawings, neither the highest probability nor the energy (Liu et al., 2020)
tells which is which (tests/benchmarks/input_checks.py)."""


class ItemTask(Task):
    """What labels, values and rankings share: the target is an item."""

    shown = SHOWN

    def target(self, prediction: Prediction) -> Target:
        return ItemTarget(prediction.items[0].id)

    def targets(self, prediction: Prediction) -> list[Target]:
        return [ItemTarget(item.id) for item in prediction.items]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Column of the scores by item id."""
        raise NotImplementedError

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Scores of all items, float64[batch, items], in `scale`."""
        raise NotImplementedError

    def summary(self, prediction: Prediction) -> str:
        return f"a {self.scale} for each of {len(self.positions):,} {self.kind}"

    def named(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """The first items, and the one that the decision is about wherever it stands."""
        wanted = self.demo.decision.of if self.demo.decision else None
        return tuple(item for place, item in enumerate(items) if place < self.shown or item.id == wanted)

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        return self.all_scores(outputs)[:, [self.position(target) for target in targets]]

    def position(self, target: Target) -> int:
        """The column of a target's score. Raises InputError."""
        if not isinstance(target, ItemTarget):
            raise InputError("The target of this model is an item: send {'item': id}.")
        if target.item not in self.positions:
            raise InputError.among("target item", target.item, self.positions)
        return self.positions[target.item]


class LabelsTask(ItemTask):
    """Classes with probabilities, or groups of them where demo.json joins labels."""

    kind = "labels"
    scale = "probability"
    same_items = True

    @cached_property
    def labels(self) -> dict[str, int]:
        """The model's own labels, each with its column of the logits."""
        return {name: i for i, name in self.pipeline.model.config.id2label.items()}

    @cached_property
    def positions(self) -> dict[str, int]:
        groups = self.demo.groups
        return {name: i for i, name in enumerate([*groups, self.demo.rest])} if groups else self.labels

    @cached_property
    def membership(self) -> NDArray[np.float64]:
        """Which label belongs to which group, float64[labels, groups] of 0 and 1. Raises ModelError."""
        groups = self.demo.groups or {}
        if not self.exclusive:
            raise ModelError(f"{self.name}: labels that do not exclude one another cannot be summed by groups.")
        named = [label for group in groups.values() for label in group]
        for label in named:
            if label not in self.labels or named.count(label) > 1:
                raise ModelError(
                    f"{self.name}: groups names {label!r}, which is no label of the model, or names it twice."
                )
        member = np.zeros((len(self.labels), len(groups) + 1))
        for column, group in enumerate(groups.values()):
            member[[self.labels[label] for label in group], column] = 1
        member[:, -1] = 1 - member.sum(1)
        return member

    def options(self) -> dict[str, Any]:
        config = self.pipeline.model.config
        if config.problem_type == "regression":
            raise ModelError(f"{self.name} predicts a number, not labels: it needs a task for values.")
        return {"top_k": len(config.id2label)}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Softmax of the logits, or a sigmoid each where labels do not exclude one another; summed by groups."""
        logits: torch.Tensor = outputs["logits"].double()
        probabilities: NDArray[np.float64] = (logits.softmax(-1) if self.exclusive else logits.sigmoid()).numpy()
        return probabilities @ self.membership if self.demo.groups else probabilities

    @cached_property
    def exclusive(self) -> bool:
        """Whether exactly one label is right, so that probabilities add up to 1."""
        config = self.pipeline.model.config
        return config.problem_type != "multi_label_classification" and config.num_labels > 1

    def remarks(self, outputs: Batch) -> Iterator[str]:
        first = float(self.all_scores(outputs)[0].max())
        if self.exclusive and first < UNSURE:
            yield (
                f"The model is unsure: its first label has only {100 * first:.0f} %. "
                "Perhaps none of its labels fits, or the input is unlike what it was trained on."
            )

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        if self.demo.groups:
            return [self.ranked(scores) for scores in self.all_scores(outputs)]
        predictions = []
        for i in range(len(raws)):
            labels = self.pipeline.postprocess({"logits": outputs["logits"][i : i + 1]}, **self.postprocess_options)
            items = (Item(entry["label"], entry["label"], entry["score"]) for entry in labels)
            predictions.append(Prediction(self.kind, self.scale, self.named(items)))
        return predictions

    def ranked(self, scores: NDArray[np.float64]) -> Prediction:
        """One input's labels or groups by their scores, float64[items], the most probable first."""
        names = list(self.positions)
        best = np.argsort(-scores, kind="stable")
        items = (Item(names[i], names[i], float(scores[i])) for i in best)
        return Prediction(self.kind, self.scale, self.named(items))


class ValueTask(ItemTask):
    """One number in a unit; its item has the id "value" and the name that demo.json calls the output."""

    kind = "value"
    scale = "value"
    same_items = True

    @cached_property
    def positions(self) -> dict[str, int]:
        return {"value": 0}

    def name_of(self, target: Target) -> str:
        return self.demo.output if isinstance(target, ItemTarget) else super().name_of(target)

    def summary(self, prediction: Prediction) -> str:
        return f"{prediction.names[0]} {quantity(prediction.scores[0], prediction.unit)}"

    def intervals(self, outputs: Batch) -> NDArray[np.float64] | None:
        """Around each value, float64[batch, 2] from lower to upper end; None where nobody knows how exact they are."""
        rule = self.demo.interval
        return rule.around(self.all_scores(outputs)[:, 0]) if rule else None

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        values, around = self.all_scores(outputs)[:, 0].tolist(), self.intervals(outputs)
        ends = [None] * len(values) if around is None else [(low, high) for low, high in around.tolist()]
        pairs = zip(values, ends, strict=True)
        items = [Item("value", self.demo.output, value, interval=both) for value, both in pairs]
        return [Prediction(self.kind, self.scale, (each,), unit=self.demo.unit) for each in items]


class RankingTask(ItemTask):
    """Items out of a catalogue, best first, without those of the history itself."""

    kind = "ranking"
    scale = "value"
    shown = SUGGESTED

    @property
    def history(self) -> HistoryField:
        """The field that the ranking follows from."""
        found = self.demo.first("history")
        assert isinstance(found, HistoryField)  # by its kind
        return found

    def name_of(self, target: Target) -> str:
        named = isinstance(target, ItemTarget) and self.history.catalogue.get(target.item)
        return named or super().name_of(target)

    def summary(self, prediction: Prediction) -> str:
        return f"the best {len(prediction.items)} of {len(self.positions):,} items, without the history's own"

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        ids = list(self.positions)
        predictions = []
        for scores, raw in zip(self.all_scores(outputs), raws, strict=True):
            seen = [self.positions[item] for item in raw[self.history.name]]
            scores[seen] = -np.inf
            best = np.argsort(-scores, kind="stable")[: len(ids) - len(seen)]
            items = (self.described(ids[i], float(scores[i])) for i in self.few(best.tolist()))
            predictions.append(Prediction(self.kind, self.scale, tuple(items)))
        return predictions

    def few(self, best: list[int]) -> list[int]:
        """The first of the places of items, and that of the one that the decision is about."""
        wanted = self.positions.get(self.demo.decision.of) if self.demo.decision else None
        return best[: self.shown] + [i for i in best[self.shown :] if i == wanted]

    def described(self, item: str, score: float) -> Item:
        """An item by its id, with its name and what else is known of it."""
        name, known = self.history.catalogue.get(item, item), self.history.facts.get(item)
        return Item(item, name, score, facts=facts_of(known, self.history.chosen) if known else None)


def facts_of(known: Mapping[str, str], chosen: str) -> dict[str, str]:
    """What is known of an item, and how popular and how novel it is, in a few words each; `chosen` has {} for a share.

    Novelty is the self-information of a choice, −log2 of the share of people who made it, in bits (Zhou et al. 2010,
    "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107, 10).
    """
    facts = {about: text for about, text in known.items() if about != "popularity"}
    if "popularity" in known:
        share = float(known["popularity"])
        facts["popularity"] = chosen.replace("{}", percent(share))
        if share > 0:
            facts["novelty"] = f"novelty {-math.log2(share):.1f} bits"
    return facts

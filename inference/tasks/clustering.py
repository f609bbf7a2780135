"""A row of a table in, the group that it belongs to out, with how sure that is, and who else is in the group.

`pipeline("clustering", model=folder)` works once `inference.tasks` is imported. The model is in
inference/modeling/mixture.py. What a group is like is read off the reference rows, which are real rows of the data.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

import torch
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..groups import Groups
from ..modeling import mixture  # noqa: F401  registers the architecture
from ..outputs import LabelsTask
from ..rows import RowInput
from ..trace import Batch
from ..types import Item, Prediction, Raw, Table
from .tabular_classification import TabularClassificationPipeline

RARE = 0.01
"""A row is called far from every group where it is less dense than all but this share of the reference rows."""


class ClusteringPipeline(TabularClassificationPipeline):
    """`pipe(record, top_k=3)`: the likeliest groups, `[{"label", "score"}, …]`; all of them without `top_k`."""

    def _forward(self, batch: Batch) -> Batch:
        return dict(self.model(**batch))


PIPELINE_REGISTRY.register_pipeline("clustering", pipeline_class=ClusteringPipeline, pt_model=AutoModel, type="text")


class Clustering(RowInput, LabelsTask):
    """One of several groups that were found in the data, not given."""

    id = "clustering"
    supervised = False

    @cached_property
    def members(self) -> Groups:
        """The reference rows of which all is known, by the group that each belongs to."""
        rows = [row for row in self.background if not any(map(math.isnan, row.values()))]
        logits = self.forward(self.encode(rows))["logits"].double().numpy() if rows else None
        return Groups(self.demo, rows, dict(zip(self.labels, self.shares, strict=True)), logits)

    @property
    def shares(self) -> list[float]:
        """Of each group, its share of the data that it was found in."""
        found: list[float] = self.pipeline.model.log_shares.detach().exp().tolist()
        return found

    def named(self, items: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(replace(item, facts=self.members.facts(item.id)) for item in super().named(items))

    def tables(self, raw: Raw, outputs: Batch, prediction: Prediction) -> Iterator[Table]:
        yield from self.members.tables(prediction.items[0].id, raw)

    def remarks(self, outputs: Batch) -> Iterator[str]:
        yield from super().remarks(outputs)
        seen = outputs["seen"][0]
        if not seen.any():
            yield "Nothing is known of this row: the probabilities are the groups' shares of the data."
        elif self.background and float(outputs["logits"][0].logsumexp(0)) < self.floor(tuple(seen.tolist())):
            yield (
                f"This row is unlike the data: {100 * (1 - RARE):.0f} % of the reference rows lie closer to the groups."
                " It may belong to none of them."
            )

    def floor(self, seen: tuple[bool, ...]) -> float:
        """The log density that all but `RARE` of the reference rows reach, if no more is known of them than `seen`."""
        if seen not in self.floors:
            batch = self.encode(self.background)
            batch["numbers"][:, ~torch.tensor(seen)] = math.nan
            density = self.forward(batch)["logits"].logsumexp(1)
            self.floors[seen] = float(density.quantile(RARE))
        return self.floors[seen]

    @cached_property
    def floors(self) -> dict[tuple[bool, ...], float]:
        """What `floor` found before: there are as many as there are ways to leave columns out."""
        return {}

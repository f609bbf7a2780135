"""A row of readings in, how surprising it is out, and what would have been usual instead.

`pipeline("anomaly-detection", model=folder)` works once `inference.tasks` is imported. The model is in
inference/modeling/density.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..fields import NumberField
from ..modeling import density  # noqa: F401  registers the architecture
from ..nearest import Freed, Verdict, smallest
from ..outputs import ValueTask
from ..rows import RowInput, RowPipeline
from ..trace import Batch
from ..types import Prediction, Raw, Table
from ..units import percent, quantity
from ..usual import UsualRows, cell

LISTED = 12
"""Readings that a table lists; of more, those that are furthest from usual."""


class AnomalyDetectionPipeline(RowPipeline):
    """`pipe(record)`: `{"value": …}`, the surprise in nats above that of a typical ordinary row."""

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The surprise of one row."""
        return {"value": outputs["logits"][0, 0].float().item()}


PIPELINE_REGISTRY.register_pipeline(
    "anomaly-detection", pipeline_class=AnomalyDetectionPipeline, pt_model=AutoModel, type="text"
)


class AnomalyDetection(RowInput, ValueTask):
    """How surprising a row is to a model that knows ordinary ones."""

    id = "anomaly-detection"

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = outputs["logits"].double().numpy()
        return scores

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        found = super().read(outputs, raws)
        return [replace(each, items=(replace(each.items[0], facts=self.rarity(each.scores[0])),)) for each in found]

    def rarity(self, surprise: float) -> dict[str, str] | None:
        """The share of ordinary rows that are less surprising, as far as these were enough to tell."""
        config = self.pipeline.model.config
        below = [level for level, end in zip(config.levels, config.quantiles, strict=True) if surprise > end]
        if not config.levels:
            return None
        return {"rarity": f"more unusual than {percent(below[-1])} of ordinary ones" if below else "an ordinary one"}

    def warnings(self, raw: Raw) -> Iterator[str]:
        for field in self.demo.inputs:
            if isinstance(field, NumberField) and field.seen and not field.seen[0] <= raw[field.name] <= field.seen[1]:
                got, low, high = (cell(field, value) for value in (raw[field.name], *field.seen))
                yield f"{field.label} {got} lies outside what ordinary rows had, {low} to {high}."
            elif not isinstance(field, NumberField):
                yield from field.warnings(raw[field.name])

    # What would have been usual instead

    @cached_property
    def ordinary(self) -> UsualRows:
        """What the model finds usual, in the fields' own units."""
        return UsualRows(self.pipeline, {field.name: field for field in self.demo.inputs})

    def usual(self, raw: Raw, combinations: Sequence[Freed]) -> list[Raw]:
        return self.ordinary.freed(raw, combinations)

    def tables(self, raw: Raw, outputs: Batch, prediction: Prediction) -> Iterator[Table]:
        if len(self.columns) > 1:
            yield self.expected(raw)
        rule = self.demo.decision
        if rule and rule.decide(prediction).action != rule.rules[-1].action:
            yield self.mended(raw, prediction)

    def expected(self, raw: Raw) -> Table:
        """Each reading beside what would be usual given all others."""
        rows = []
        for field, usual in zip(self.ordinary.fields, self.ordinary.each(raw), strict=True):
            got = raw[field.name]
            ends = "" if usual.low is None else f"{quantity(usual.low)} to {cell(field, usual.high)}"
            shown = (field.label, cell(field, got), cell(field, usual.value), ends, usual.says(got))
            rows.append((usual.distance(got), shown))
        if len(rows) > LISTED:
            rows = sorted(rows, key=lambda row: -row[0])[:LISTED]
        head = ("Reading", "Arrived", "Usual", "Usual range", "So it is")
        return Table("What would be usual for each reading, given all the others", head, tuple(row for _, row in rows))

    def mended(self, raw: Raw, prediction: Prediction) -> Table:
        """The smallest change found that the model lets pass."""
        assert self.demo.decision  # by `tables`
        mildest = self.demo.decision.rules[-1].action
        free = [field for field in self.ordinary.fields if field.mutable]
        found = smallest(raw, free, partial(self.usual, raw), self.judge)
        if found is None:
            return Table(f"No change of readings was found that leads to “{mildest}”", ("Reading",), ())
        rows = [(f.label, cell(f, raw[f.name]), cell(f, found[f.name])) for f in free if found[f.name] != raw[f.name]]
        after = self.predict_some([self.parse(found)])[0]
        scores = [quantity(each.scores[0], each.unit) for each in (prediction, after)]
        title = f"The smallest change found that leads to “{mildest}”, checked by the model"
        return Table(title, ("Reading", "Arrived", "Instead"), (*rows, (self.demo.output, *scores)))

    def judge(self, raws: Sequence[Raw]) -> list[Verdict]:
        """Whether rows get the mildest decision, and their surprise."""
        assert self.demo.decision  # by `tables`
        predictions, decide = self.predict_some(raws), self.demo.decision.decide
        mildest = self.demo.decision.rules[-1].action
        return [Verdict(decide(each).action == mildest, each.scores[0]) for each in predictions]

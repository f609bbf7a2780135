"""The last steps of a series in, the next value out. transformers has no such pipeline.

The models are in inference/modeling/forecaster.py and smoother.py. `pipeline("forecasting", model=folder)` works once
`inference.tasks` is imported.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel, Pipeline
from transformers.pipelines import PIPELINE_REGISTRY

from ..demo import Demo
from ..extracted import ExtractedPipeline
from ..fields import SeriesField
from ..masks import ALONE, Cells, Parts, Variants, of_columns, only
from ..modeling import forecaster, smoother  # noqa: F401  registers the architectures
from ..outputs import ValueTask
from ..trace import Batch
from ..types import Raw

Record = Mapping[str, Any]
HOPELESS = 0.97
"""Error within a window, over that of the last value, from which a series is said to be hardly predictable."""


class ForecastingPipeline(ExtractedPipeline):
    """`pipe({"series": {"date": […], column: […], …}})`: `{"value": …}`, the next step in the target's unit."""

    def preprocess(self, record: Record | Sequence[Record]) -> Batch:
        """values float32[rows, length, columns], and season float32[rows, 2] where the model reads the dates."""
        assert self.feature_extractor is not None  # loaded by declaration above
        records = [record] if isinstance(record, Mapping) else record
        batch = self.feature_extractor([each["series"] for each in records])
        return {name: value.to(self.model.dtype) for name, value in batch.items()}

    def _forward(self, batch: Batch) -> Batch:
        return dict(self.model(**batch))

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The value in the target's unit."""
        return {"value": outputs["logits"][0, 0].item()}


PIPELINE_REGISTRY.register_pipeline("forecasting", pipeline_class=ForecastingPipeline, pt_model=AutoModel, type="text")


class Forecasting(ValueTask):
    """The next value of a series."""

    id = "forecasting"
    batch_size = 1024

    def __init__(self, folder: Path, about: Demo, pipeline: Pipeline, name: str = "") -> None:
        super().__init__(folder, about, pipeline, name)
        self.additive = pipeline.model.config.additive

    @property
    def series(self) -> SeriesField:
        """The field that the forecast follows from."""
        found = self.demo.first("series")
        assert isinstance(found, SeriesField)  # by its kind
        return found

    def prepare(self, raw: Raw) -> dict[str, Any]:
        series = raw[self.series.name]
        columns = dict(zip(series.columns, series.cells.T.tolist(), strict=True))
        return {"series": {"date": list(series.days), **columns}}

    def prepared(self, raw: Raw, batch: Batch) -> str:
        steps, columns = raw[self.series.name].cells.shape
        dated = ", and the time of year" if "season" in batch else ""
        return f"{steps} {self.series.step}s × {columns} column{'s' if columns > 1 else ''} as numbers{dated}"

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """All windows at once."""
        batch: Batch = self.pipeline.preprocess([self.prepare(raw) for raw in raws])
        return batch

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = outputs["logits"].double().numpy()
        return values

    def intervals(self, outputs: Batch) -> NDArray[np.float64] | None:
        """As wide as the model says that each series misses, where it says so."""
        rule = self.demo.interval
        spreads = outputs["spread"][:, 0].double().numpy() if "spread" in outputs else 1.0
        return rule.around(self.all_scores(outputs)[:, 0], spreads) if rule else None

    def remarks(self, outputs: Batch) -> Iterator[str]:
        if "skill" in outputs and (skill := float(outputs["skill"][0, 0])) >= HOPELESS:
            yield (
                "Such a series can hardly be predicted: over its own past, these forecasts missed "
                f"{'by as much as' if skill < 1.03 else f'by {100 * (skill - 1):.0f} % more than'} the plain answer "
                "“as the last one”. Look at the range, not at the number."
            )

    def variants(
        self, raw: Raw, parts: Parts, rows: Sequence[Raw] = (), weights: NDArray[np.float64] | None = None
    ) -> Variants | None:
        cells = only(parts, Cells)
        if cells is None:
            return None
        if cells.stand_in is not None:
            rows, weights = [{self.series.name: cells.stand_in}], ALONE
        assert weights is not None  # of the rows, or of the one that stands in
        own, references = self.encode([raw]), self.encode(rows)
        steps, columns = own["values"].shape[1:]
        places = np.full((steps, columns), -1, np.intp)
        places[steps - len(cells.places) :] = cells.places
        parts_of = {"values": places, "season": np.full(2, cells.calendar, np.intp)}
        return of_columns(own, references, {name: parts_of[name] for name in own}, weights)

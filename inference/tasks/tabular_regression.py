"""A row of a table in, one number with its unit out. transformers has no such pipeline, so it stands here.

The network is in inference/modeling/tabular.py; `pipeline("tabular-regression", model=folder)` works once
`inference.tasks` is imported.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel, Pipeline
from transformers.pipelines import PIPELINE_REGISTRY

from ..modeling import tabular  # noqa: F401  registers the architecture
from ..outputs import ValueTask
from ..task import Batch
from ..types import Raw

Record = Mapping[str, Any]


class TabularRegressionPipeline(Pipeline):
    """`pipe(record)` or `pipe([record, …])`: records keyed by column name, numbers in the columns' own units."""

    _load_feature_extractor = True
    _load_tokenizer = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}

    def preprocess(self, record: Record | Sequence[Record]) -> Batch:
        """numbers float32[rows, n_numbers], standardised, and categories int64[rows, n_categories]."""
        assert self.feature_extractor is not None  # loaded by declaration above
        batch = self.feature_extractor([record] if isinstance(record, Mapping) else record)
        batch["numbers"] = batch["numbers"].to(self.model.dtype)
        return dict(batch)

    def _forward(self, batch: Batch) -> Batch:
        return {"logits": self.model(**batch).logits}

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The value in the target's unit."""
        return {"value": self.values(outputs).item()}

    def values(self, outputs: Batch) -> Any:
        """Values float32[rows] in the target's unit: the standardised output back on its scale."""
        return self.model.config.decode_target(outputs["logits"][:, 0].float())


PIPELINE_REGISTRY.register_pipeline(
    "tabular-regression", pipeline_class=TabularRegressionPipeline, pt_model=AutoModel, type="text"
)


class TabularRegression(ValueTask):
    """A number from numbers and categories."""

    id = "tabular-regression"
    batch_size = 4096

    def prepare(self, raw: Raw) -> Raw:
        return raw

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """All rows at once: a row is too little work for a loop."""
        batch: Batch = self.pipeline.preprocess(raws)
        return batch

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = self.pipeline.values(outputs).double().numpy()
        return values[:, None]

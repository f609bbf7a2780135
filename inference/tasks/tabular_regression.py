"""A row of a table in, one number with its unit out.

`pipeline("tabular-regression", model=folder)` works once `inference.tasks` is imported.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..outputs import ValueTask
from ..rows import RowInput, RowPipeline
from ..trace import Batch


class TabularRegressionPipeline(RowPipeline):
    """`pipe(record)`: `{"value": …}` in the target's unit."""

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The value in the target's unit."""
        return {"value": self.values(outputs).item()}

    def values(self, outputs: Batch) -> Any:
        """Values float32[rows] in the target's unit: the standardised output back on its scale."""
        return self.model.config.decode_target(outputs["logits"][:, 0].float())


PIPELINE_REGISTRY.register_pipeline(
    "tabular-regression", pipeline_class=TabularRegressionPipeline, pt_model=AutoModel, type="text"
)


class TabularRegression(RowInput, ValueTask):
    """A number from numbers and categories."""

    id = "tabular-regression"

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = self.pipeline.values(outputs).double().numpy()
        return values[:, None]

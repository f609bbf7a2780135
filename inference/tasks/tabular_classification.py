"""A row of a table in, labels with probabilities out.

`pipeline("tabular-classification", model=folder)` works once `inference.tasks` is imported.
"""

from typing import Any

from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..errors import ModelError
from ..outputs import LabelsTask
from ..rows import RowInput, RowPipeline
from ..trace import Batch


class TabularClassificationPipeline(RowPipeline):
    """`pipe(record, top_k=3)`: the likeliest labels, `[{"label", "score"}, …]`; all of them without `top_k`."""

    def _sanitize_parameters(
        self, top_k: int | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {} if top_k is None else {"top_k": top_k}

    def postprocess(self, outputs: Batch, top_k: int | None = None) -> list[dict[str, Any]]:
        """The first `top_k` labels with their probabilities, best first."""
        labels = self.model.config.id2label
        best = outputs["logits"][0].float().softmax(-1).sort(descending=True, stable=True)
        pairs = zip(best.indices.tolist()[:top_k], best.values.tolist()[:top_k], strict=True)
        return [{"label": labels[i], "score": score} for i, score in pairs]


PIPELINE_REGISTRY.register_pipeline(
    "tabular-classification", pipeline_class=TabularClassificationPipeline, pt_model=AutoModel, type="text"
)


class TabularClassification(RowInput, LabelsTask):
    """One of several labels from numbers and categories."""

    id = "tabular-classification"

    def options(self) -> dict[str, Any]:
        if self.pipeline.model.config.num_labels < 2:
            raise ModelError(f"{self.name} has a single output, a number: its task is tabular-regression.")
        return super().options()

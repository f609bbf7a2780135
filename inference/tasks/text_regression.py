"""A text in, one number out: a sequence classifier with a single output and no squashing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, TextClassificationPipeline
from transformers.pipelines import PIPELINE_REGISTRY

from ..encoders import EncoderInput
from ..errors import ModelError
from ..outputs import ValueTask
from ..trace import Batch

PIPELINE_REGISTRY.register_pipeline(
    "text-regression", TextClassificationPipeline, pt_model=AutoModelForSequenceClassification, type="text"
)


class TextRegression(EncoderInput, ValueTask):
    """The score of a text."""

    id = "text-regression"

    def options(self) -> dict[str, Any]:
        if (count := self.pipeline.model.config.num_labels) > 1:
            raise ModelError(f"{self.name} has {count} outputs and a number is one: its task is text-classification.")
        return {**super().options(), "function_to_apply": "none"}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = outputs["logits"].double().numpy()
        return values

"""A photo in, one number with its unit out: such as an age, a weight, or a score of quality.

The hub's image classifiers with a single output serve it; transformers has no such pipeline.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModelForImageClassification, ImageClassificationPipeline
from transformers.pipelines import PIPELINE_REGISTRY

from ..errors import ModelError
from ..inputs import ImageInput
from ..outputs import ValueTask
from ..trace import Batch


class ImageRegressionPipeline(ImageClassificationPipeline):
    """`pipe(image)`: `{"value": …}` in the target's unit."""

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The value, the model's only logit."""
        return {"value": outputs["logits"][0, 0].float().item()}


PIPELINE_REGISTRY.register_pipeline(
    "image-regression",
    pipeline_class=ImageRegressionPipeline,
    pt_model=AutoModelForImageClassification,
    type="image",
)


class ImageRegression(ImageInput, ValueTask):
    """A number from a picture."""

    id = "image-regression"

    def options(self) -> dict[str, Any]:
        labels = self.pipeline.model.config.num_labels
        if labels != 1:
            raise ModelError(f"{self.name} has {labels:,} outputs, not one number: its task is image-classification.")
        return {}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = outputs["logits"].double().numpy()
        return values

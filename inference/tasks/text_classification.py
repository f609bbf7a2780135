"""A text in, labels with probabilities out: transformers' own text-classification pipeline."""

from typing import Any

from ..outputs import LabelsTask
from ..trace import Batch
from ..truncation import TruncatedText


class TextClassification(TruncatedText, LabelsTask):
    """Any sequence classifier of the hub."""

    id = "text-classification"

    def options(self) -> dict[str, Any]:
        return {**super().options(), **self.reading()}

    def encode_text(self, text: str) -> tuple[Batch, Any]:
        with self.tokenizing:
            encoded = dict(self.pipeline.preprocess(text, return_offsets_mapping=True, **self.preprocess_options))
        return encoded, encoded.pop("offset_mapping")[0]

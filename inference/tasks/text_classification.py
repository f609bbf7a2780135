"""A text in, labels with probabilities out: transformers' own text-classification pipeline."""

from ..encoders import EncoderInput
from ..outputs import LabelsTask


class TextClassification(EncoderInput, LabelsTask):
    """Any sequence classifier of the hub."""

    id = "text-classification"

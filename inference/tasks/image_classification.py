"""A photo in, labels with probabilities out: transformers' own image-classification pipeline."""

from ..outputs import LabelsTask


class ImageClassification(LabelsTask):
    """Any image classifier of the hub."""

    id = "image-classification"

"""A photo in, labels with probabilities out: transformers' own image-classification pipeline."""

from ..inputs import ImageInput
from ..outputs import LabelsTask


class ImageClassification(ImageInput, LabelsTask):
    """Any image classifier of the hub."""

    id = "image-classification"

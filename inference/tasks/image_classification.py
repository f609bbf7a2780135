"""A photo in, labels with probabilities out: transformers' own image-classification pipeline."""

from ..fields import ImageField
from ..outputs import LabelsTask


class ImageClassification(LabelsTask):
    """Any image classifier of the hub."""

    id = "image-classification"
    fields = (ImageField(name="image", label="Picture"),)

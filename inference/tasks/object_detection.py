"""A photo in, labelled boxes out: transformers' own object-detection pipeline."""

from collections.abc import Sequence

from PIL import Image

from ..boxes import THRESHOLD, BoxesTask
from ..inputs import ImageInput
from ..modeling import points  # noqa: F401  registers an architecture of our own
from ..trace import Batch
from ..types import Prediction, Raw


class ObjectDetection(ImageInput, BoxesTask):
    """Any detector of the DETR family on the hub, or one of inference/modeling/points.py."""

    id = "object-detection"
    default = "facebook/detr-resnet-50@1d5f47b"
    fields = (*ImageInput.fields, THRESHOLD)

    def preprocess(self, picture: Image.Image) -> Batch:
        """A whole picture as model inputs; boxes will be in the pixels that it had when it was sent."""
        batch = super().preprocess(picture)
        width, height = picture.info.get("size", picture.size)
        batch["target_size"] = batch["target_size"].new_tensor([[height, width]])
        return batch

    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """One by one: pictures of different sizes would be padded to one another, and that moves boxes."""
        return [self.read(self.forward(self.encode([raw])), [raw])[0] for raw in raws]

    @property
    def together(self) -> int:
        """Nor with those that other visitors send."""
        return 1

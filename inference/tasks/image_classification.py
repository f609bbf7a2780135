"""A photo in, labels with probabilities out: transformers' own image-classification pipeline."""

import numpy as np
from PIL import Image

from ..outputs import LabelsTask
from ..task import Batch, Sight
from ..types import Raw


class ImageClassification(LabelsTask):
    """Any image classifier of the hub."""

    id = "image-classification"

    def prepared(self, raw: Raw, batch: Batch) -> str:
        picture = raw[self.demo.first("image").name]
        before, (height, width) = picture.info.get("size", picture.size), batch["pixel_values"].shape[-2:]
        return f"resized from {before[0]:,} × {before[1]:,} to {width:,} × {height:,} pixels, colours normalised"

    def sight(self, batch: Batch) -> Sight:
        """The picture as the model gets it: cropped and scaled, with the normalisation of its colours undone."""
        processor, pixels = self.pipeline.image_processor, batch["pixel_values"][0].float().numpy()
        if getattr(processor, "do_normalize", False):
            mean, std = (np.reshape(values, (-1, 1, 1)) for values in (processor.image_mean, processor.image_std))
            pixels = pixels * std + mean
        grey_or_rgb = np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8).transpose(1, 2, 0)
        return Sight(picture=Image.fromarray(grey_or_rgb.squeeze()).convert("RGB"))

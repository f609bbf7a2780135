"""The players of a picture: regions of similar colour. Knows no model."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.fields import Field
from inference.masks import Kept, MaskedImage, Regions
from inference.pictures import data_uri

from ..types import Feature, LabelMap
from .field import FieldPlayers

REGIONS = 20
"""Regions a picture is split into, at most."""


class ImagePlayers(FieldPlayers):
    """Regions of similar colour (SLIC, Achanta et al. 2012); a hidden one is blurred beyond recognition."""

    kind = "image"
    masks: Regions

    def __init__(self, field: Field, value: Image.Image, stand_in: str) -> None:
        small = value.copy()
        small.thumbnail((256, 256))
        regions = segment(np.asarray(small))
        count = int(regions.max()) + 1
        self.image, self.small, self.label = value, small, field.label
        self.masks = Regions(regions, blurred(small))
        self.features = tuple(
            Feature(f"{field.name}:{i}", field.name, f"region {i + 1}, {whereabouts(regions == i)}", {"region": i})
            for i in range(count)
        )
        self.label_map = LabelMap(field.name, small.width, small.height, data_uri(Image.fromarray(regions), "PNG"))
        self.baseline = f"hidden regions of {self.label} are blurred beyond recognition"

    def otherwise(self) -> None:
        self.masks = Regions(self.masks.labels, mean_colour(self.small))
        self.baseline = f"hidden regions of {self.label} get the picture's mean colour"

    def show(self, kept: Kept) -> MaskedImage:
        return MaskedImage(self.image, self.masks, kept)


def blurred(picture: Image.Image) -> Image.Image:
    """A picture of which only large patches of colour are left."""
    return picture.filter(ImageFilter.GaussianBlur(max(2, max(picture.size) // 16)))


def mean_colour(picture: Image.Image) -> Image.Image:
    """One colour in the size of a picture."""
    red, green, blue = np.asarray(picture).reshape(-1, 3).mean(0).round().astype(int).tolist()
    return Image.new("RGB", picture.size, (red, green, blue))


def segment(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Region indices uint8[height, width], from 0 without gaps, for pixels uint8[height, width, 3]."""
    from skimage.segmentation import slic

    for wanted in range(REGIONS, 0, -2):  # SLIC takes the number as a hint: narrow pictures get more
        labels = slic(pixels, n_segments=wanted, compactness=12, sigma=1, start_label=0)
        indices: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
        if indices.max() < REGIONS:
            break
    regions = grid(*labels.shape) if indices.max() == 0 else indices  # nothing to hold on to, such as noise
    return np.minimum(regions, REGIONS - 1).astype(np.uint8)


def grid(height: int, width: int) -> NDArray[np.intp]:
    """Indices intp[height, width] of at most 4 × 4 equal tiles."""
    rows, columns = min(4, height), min(4, width)
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    return row[:, None] * columns + column


def whereabouts(mask: NDArray[np.bool_]) -> str:
    """`upper left`, `centre`, `lower right` …: the third of the picture that holds the middle of a region."""
    y, x = (float(axis.mean()) / size for axis, size in zip(np.nonzero(mask), mask.shape, strict=True))
    vertical = ("upper", "", "lower")[min(int(y * 3), 2)]
    horizontal = ("left", "", "right")[min(int(x * 3), 2)]
    return f"{vertical} {horizontal}".strip() or "centre"

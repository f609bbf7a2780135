"""The players of a picture: regions of similar colour, and the patches they fall into. Knows no model."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from inference.fields import Field
from inference.masks import Kept, MaskedImage, Regions
from inference.pictures import data_uri

from ..types import Feature, LabelMap, Partition
from .field import FieldPlayers
from .segments import cut, segment, whereabouts


class ImagePlayers(FieldPlayers):
    """Regions of similar colour, and the patches they fall into as atoms; what is hidden is blurred beyond recognition.

    A region's index in the label map is its own, from 0; the indices of patches come after all of these, so that a
    region is called the same whether others are taken apart or not.
    """

    kind = "image"
    words = "regions of the picture"
    masks: Regions

    def __init__(self, field: Field, value: Image.Image, stand_in: str) -> None:
        small = value.copy()
        small.thumbnail((256, 256))
        pixels = np.asarray(small)
        regions = segment(pixels)
        self.name, self.atoms = field.name, cut(pixels, regions)
        first = np.unique(self.atoms, return_index=True)[1]
        self.owners = regions.ravel()[first]
        self.groups = tuple(tuple(np.flatnonzero(self.owners == i).tolist()) for i in range(int(regions.max()) + 1))
        self.features = tuple(self.together([atom]) for atom in range(len(self.owners)))
        self.image, self.small, self.label = value, small, field.label
        self.masks = Regions(self.atoms, blurred(small))
        self.baseline = f"hidden regions of {self.label} (found by SLIC) are blurred beyond recognition"

    def otherwise(self) -> None:
        self.masks = Regions(self.atoms, mean_colour(self.small))
        self.baseline = f"hidden regions of {self.label} (found by SLIC) get the picture's mean colour"

    def show(self, kept: Kept) -> MaskedImage:
        return MaskedImage(self.image, self.masks, kept)

    def together(self, atoms: Sequence[int]) -> Feature:
        index = self._index(atoms)
        label = f"region {index + 1}, {whereabouts(np.isin(self.atoms, atoms))}"
        return Feature(f"{self.name}:{index}", self.name, label, {"region": index})

    def label_map(self, players: Partition) -> LabelMap:
        indices = np.empty(len(self.owners), np.uint8)
        for atoms in players:
            indices[list(atoms)] = self._index(atoms)
        height, width = self.atoms.shape
        return LabelMap(self.name, width, height, data_uri(Image.fromarray(indices[self.atoms]), "PNG"))

    def _index(self, atoms: Sequence[int]) -> int:
        """The region's own for all of its patches, else one that no other player has."""
        owner = int(self.owners[atoms[0]])
        return owner if len(atoms) == len(self.groups[owner]) else len(self.groups) + atoms[0]


def blurred(picture: Image.Image) -> Image.Image:
    """A picture of which only large patches of colour are left."""
    return picture.filter(ImageFilter.GaussianBlur(max(2, max(picture.size) // 16)))


def mean_colour(picture: Image.Image) -> Image.Image:
    """One colour in the size of a picture."""
    red, green, blue = np.asarray(picture).reshape(-1, 3).mean(0).round().astype(int).tolist()
    return Image.new("RGB", picture.size, (red, green, blue))

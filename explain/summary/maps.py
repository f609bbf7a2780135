"""Where in pictures an output is decided: the regions of many pictures brought to one grid."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..overlay import label_array, mapped
from ..types import Explanation
from .records import RegionMap

GRID = 24
"""Cells of a map across and down, however wide and high the pictures were."""


class Maps:
    """The sum of the maps of one output."""

    def __init__(self) -> None:
        self.rows, self.name = 0, ""
        self.sum: NDArray[np.float64] = np.zeros((GRID, GRID))

    def add(self, explanation: Explanation) -> None:
        """One picture's regions, each value spread evenly over its region."""
        if explanation.label_map is not None:
            self.rows, self.name = self.rows + 1, explanation.output
            self.sum += density(explanation)

    def drawn(self) -> tuple[RegionMap, ...]:
        """The mean of the maps so far, if there are any."""
        if not self.rows:
            return ()
        cells = tuple(map(tuple, (self.sum / self.rows).tolist()))
        return (RegionMap(self.name, self.rows, cells),)


def density(explanation: Explanation) -> NDArray[np.float64]:
    """Values by area, float64[GRID, GRID]: the mean of all cells is the sum of the regions' values."""
    labels, numbers = label_array(explanation), np.zeros(256)
    values: Any = dict(zip((f.id for f in explanation.features), explanation.values, strict=True))
    sizes = np.bincount(labels.ravel(), minlength=256)
    for feature in mapped(explanation):
        index = (feature.where or {})["region"]
        numbers[index] = values[feature.id] / max(sizes[index], 1) * labels.size
    picture = Image.fromarray(numbers[labels].astype(np.float32))
    return np.asarray(picture.resize((GRID, GRID), Image.Resampling.BOX), np.float64)

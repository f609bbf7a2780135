"""Regions of similar colour and patches within them, by SLIC (Achanta et al. 2012, as in scikit-image). Knows no field.

Colours and places are clustered together, so that regions follow edges and stay compact.
"""

import numpy as np
from numpy.typing import NDArray

REGIONS = 20
"""Regions a picture is split into, at most."""
PATCHES = 64
"""Patches of even size that regions are cut into, about; each region has at least one, and at most LARGEST."""
LARGEST = 12
COMPACT = {"compactness": 12, "sigma": 1}
"""How much places weigh beside colours, and the blur in pixels before."""

Indices = NDArray[np.uint8]


def segment(pixels: NDArray[np.uint8]) -> Indices:
    """Region indices uint8[height, width], from 0 without gaps, for pixels uint8[height, width, 3]."""
    from skimage.segmentation import slic

    for wanted in range(REGIONS, 0, -2):  # SLIC takes the number as a hint: narrow pictures get more
        labels = slic(pixels, n_segments=wanted, start_label=0, **COMPACT)
        indices: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
        if indices.max() < REGIONS:
            break
    regions = grid(*labels.shape) if indices.max() == 0 else indices  # nothing to hold on to, such as noise
    return np.minimum(regions, REGIONS - 1).astype(np.uint8)


def cut(pixels: NDArray[np.uint8], regions: Indices) -> Indices:
    """Patch indices uint8[height, width], from 0 without gaps; a patch lies in one of the regions uint8[height, width].

    A region's patches have neighbouring indices.
    """
    patches, count = np.empty(regions.shape, np.intp), 0
    for region in range(int(regions.max()) + 1):
        mask = regions == region
        wanted = min(LARGEST, round(PATCHES * float(mask.mean())), int(mask.sum()))
        found = np.zeros(int(mask.sum()), np.intp) if wanted < 2 else parts(pixels, mask, wanted)
        patches[mask] = count + found
        count += int(found.max()) + 1
    return patches.astype(np.uint8)


def parts(pixels: NDArray[np.uint8], mask: NDArray[np.bool_], wanted: int) -> NDArray[np.intp]:
    """Part indices intp[pixels in the mask], from 0 without gaps, at most `wanted`: SLIC within a region."""
    from skimage.segmentation import slic

    ys, xs = np.nonzero(mask)
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    labels = slic(pixels[box], n_segments=wanted, start_label=1, mask=mask[box], **COMPACT)[mask[box]]
    found: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1]
    return np.minimum(found, wanted - 1)


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

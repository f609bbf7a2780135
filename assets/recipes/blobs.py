"""A classical detector beside which a learned one is measured: blobs of a colour, each in a square of its scale.

Knows pixels and boxes alone; nothing is learned but which colour and how large a square (`train.py` chooses).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.boxes import overlap

Floats = NDArray[np.float64]
SCALES = (8.0, 11.3, 16.0, 22.6)
"""Pixels of the Gaussians that blobs are looked for with, √2 apart."""
COLOURS = {"brightness": (1, 1, 1), "greenness": (-1, 2, -1), "yellowness": (1, 1, -2)}
"""How red, green and blue are weighed; the last two are used to find plants."""
SQUARES = (1.5, 1.8, 2.1, 2.4)
"""Half a square's side over the scale of its blob; √2 is where a disc has its strongest blob."""
SHARED = 0.4
"""Intersection over union from which only the stronger of two squares is kept."""


def blobs(picture: NDArray[np.uint8], colour: str, square: float) -> tuple[Floats, Floats]:
    """Boxes float64[n, 4] and their strengths float64[n], the strongest first (Lindeberg 1998, equation 2)."""
    values = picture.astype(np.float64) @ np.array(COLOURS[colour], dtype=np.float64)
    strength = np.stack([-(scale**2) * ndimage.gaussian_laplace(values, scale) for scale in SCALES])
    peaks = (strength == ndimage.maximum_filter(strength, (3, 9, 9))) & (strength > 0)
    which, y, x = np.nonzero(peaks)
    half, (height, width) = square * np.array(SCALES)[which], picture.shape[:2]
    boxes = np.clip(np.stack([x - half, y - half, x + half, y + half], axis=1), 0, [width, height, width, height])
    order = np.argsort(-strength[peaks], kind="stable")
    return apart(boxes[order], strength[peaks][order])


def apart(boxes: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Those that no better one coincides with, of boxes [n, 4] in falling order."""
    kept: list[int] = []
    for i, box in enumerate(boxes):
        if not kept or overlap(boxes[kept], tuple(box)).max() < SHARED:
            kept.append(i)
    return boxes[kept], scores[kept]


def grid(picture: NDArray[np.uint8], size: tuple[float, float]) -> tuple[Floats, Floats]:
    """The commonest box side by side over all of the picture, each as sure as the others."""
    height, width = picture.shape[:2]
    x, y = (part.ravel() for part in np.meshgrid(np.arange(0, width, size[0]), np.arange(0, height, size[1])))
    boxes = np.stack([x, y, np.minimum(x + size[0], width), np.minimum(y + size[1], height)], axis=1)
    return boxes, np.ones(len(boxes))

"""Pictures of trees from the air with a box around each crown, as the package deepforest 2.1.0 carries them.

Read from its wheel, nothing is installed. Knows the files and how to cut and turn them; no model and no measure.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

SHA256 = "8c2798d8e9be7f0004b194fe207b76c1d9fff6e711b3db67b9508dcd5d00ae54"
PICTURES = {
    "meadow": "2019_YELL_2_528000_4978000_image_crop2",
    "road": "2019_YELL_2_541000_4977000_image_crop",
    "sand": "OSBS_029",
    "snags": "SOAP_061",
}
"""Short names; YELL is Yellowstone in Wyoming, OSBS Ordway-Swisher in Florida, SOAP Soaproot Saddle in California."""
VISIBLE = 0.4
"""Of a box that a cut leaves less than this share of, nothing is asked: neither found nor missed."""


@dataclass(frozen=True)
class View:
    """A picture, uint8[height, width, 3], and boxes float64[n, 4] as x0, y0, x1, y1 in pixels.

    asked: bool[n], whether a box is to be found; others may be found or not.
    """

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    asked: NDArray[np.bool_]

    def cut(self, x: int, y: int, width: int, height: int) -> "View":
        """A window of the picture; boxes are cut with it, and what has too little left is not asked for."""
        window = np.array([x, y, x, y])
        cut = np.clip(self.boxes - window, 0, [width, height, width, height])
        left = area(cut) / area(self.boxes)
        return View(
            self.picture[y : y + height, x : x + width], cut[left > 0], (self.asked & (left >= VISIBLE))[left > 0]
        )

    def tiles(self, most: int) -> Iterator["View"]:
        """Windows side by side, equal up to a pixel, of at most so many pixels a side."""
        height, width = self.picture.shape[:2]
        rows, columns = (np.linspace(0, side, -(-side // most) + 1).astype(int) for side in (height, width))
        for y, lower in pairwise(rows):
            for x, right in pairwise(columns):
                yield self.cut(x, y, right - x, lower - y)

    def turned(self, quarters: int, mirrored: bool) -> "View":
        """Turned to the left by quarters, then mirrored or not."""
        picture, boxes = self.picture, self.boxes
        for _ in range(quarters):
            x0, y0, x1, y1 = boxes.T
            width = picture.shape[1]
            picture, boxes = np.rot90(picture), np.stack([y0, width - x1, y1, width - x0], axis=1)
        if mirrored:
            x0, y0, x1, y1 = boxes.T
            picture, boxes = picture[:, ::-1], np.stack([picture.shape[1] - x1, y0, picture.shape[1] - x0, y1], axis=1)
        return View(np.ascontiguousarray(picture), boxes, self.asked)

    def scaled(self, by: float) -> "View":
        """Larger or smaller by a factor."""
        height, width = self.picture.shape[:2]
        size = round(width * by), round(height * by)
        picture = np.asarray(Image.fromarray(self.picture).resize(size, Image.Resampling.BILINEAR))
        return View(picture, self.boxes * by, self.asked)

    def lit(self, brightness: float, contrast: float, colour: float, tint: NDArray[np.float64]) -> "View":
        """In another light, red, green and blue times tint float64[3]; 1 leaves each as it is."""
        picture = Image.fromarray(self.picture)
        for kind, by in (
            (ImageEnhance.Brightness, brightness),
            (ImageEnhance.Contrast, contrast),
            (ImageEnhance.Color, colour),
        ):
            picture = kind(picture).enhance(by)
        return View((np.asarray(picture) * tint).clip(0, 255).astype(np.uint8), self.boxes, self.asked)


def area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of boxes [n, 4], in square pixels."""
    size: NDArray[np.float64] = boxes[:, 2:] - boxes[:, :2]
    return size.prod(1)


def read(wheel: Path, name: str) -> View:
    """One of `PICTURES` with its boxes. Raises ValueError for another wheel."""
    if sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{wheel.name} is not the wheel of deepforest 2.1.0; its SHA-256 should begin {SHA256[:8]}.")
    with zipfile.ZipFile(wheel) as files:
        stem = f"deepforest/data/{PICTURES[name]}"
        picture = Image.open(io.BytesIO(files.read(f"{stem}.png"))).convert("RGB")
        boxes = [corners(each) for each in ET.fromstring(files.read(f"{stem}.xml")).iter("bndbox")]
    return View(np.asarray(picture), np.array(boxes), np.ones(len(boxes), bool))


def corners(box: ET.Element) -> list[float]:
    """x0, y0, x1, y1 of a box in a file of the Pascal VOC form."""
    return [float(box.findtext(name, "nan")) for name in ("xmin", "ymin", "xmax", "ymax")]


def drawn(view: View, side: int, rng: np.random.Generator) -> View:
    """A random square of so many pixels around some crown: another size, turn and light each time."""
    by = float(np.exp(rng.uniform(-0.4, 0.4)))
    taken = min(int(side / by), *view.picture.shape[:2])
    crown = view.boxes[rng.integers(len(view.boxes)), :2]
    first = (crown - rng.uniform(0, taken, size=2)).clip(0, np.array(view.picture.shape[1::-1]) - taken).astype(int)
    x, y = first.tolist()
    part = view.cut(x, y, taken, taken).scaled(side / taken).turned(int(rng.integers(4)), bool(rng.integers(2)))
    brightness, contrast, colour = rng.uniform(0.6, 1.4, size=3)
    return part.lit(brightness, contrast, colour, tint=rng.uniform(0.85, 1.15, size=3))

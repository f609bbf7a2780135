"""What may be wrong with a picture, judged from its pixels alone: pure functions, knowing no model and no field.

Every threshold stands beside what it was measured on: `python tests/benchmarks/input_checks.py` prints how often each
check speaks up for sound photos and for photos spoilt on purpose. Smooth pictures of science (cells, a retina) are
often called blurred or drawn: a model for such has a field that expects a picture, not a photo.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .units import percent

SIDE = 256
"""Pixels of the longer side at which a picture is judged: near to what classifiers read, and the same for all."""
TINY = 32
"""Pixels of a side below which hardly anything can be recognised."""
ONE_COLOUR = 10
"""Levels of 255 within which 98 % of a blank picture's pixels lie, in red, green and blue each; photos: 70 and up."""
DARK = 64
"""Level below which 99 % of a dark picture's pixels lie; in photos, 99 % lie below 86 or more."""
WHITE, MOSTLY = 250, 0.6
"""Level from which a pixel is plain white, and the share of such pixels that is too much; photos: 0.09 at most.
A thing photographed before white and filling less than two fifths of the picture is taken for overexposed, too."""
SHARP = 30.0
"""Variance of the Laplacian below which a picture is blurred; photos: 137 and up, photos of 512 pixels after a Gaussian
blur of σ = 4 pixels: 19 at most."""
NOISE = 8.0
"""Variance of the Laplacian over that of the picture. Neighbours of white noise are unrelated, which gives
4² + 4 · 1² = 20; photos: 4.3 at most."""
EQUAL, COVERED = 0.45, 0.4
"""Share of horizontal neighbours that are exactly equal, and share of the picture that its eight commonest colours
cover, from which it is drawn: flat and of few colours, which photos are not at once."""

CARE = "take the answer with care"


def warnings(picture: Image.Image, photo: bool = True) -> Iterator[str]:
    """A sentence for each thing that a reader should know of an RGB picture.

    photo: whether a photo is expected; otherwise only what leaves nothing to see in any picture is said. A spoilt
    picture is spoilt in one way: what is blank is not called dark as well.
    """
    if min(picture.size) < TINY:
        yield f"The picture has only {picture.width} × {picture.height} pixels: {CARE}."
        return  # too few to judge by
    small = reduced(picture)
    levels = spread(small)
    if levels < ONE_COLOUR:
        yield f"The picture is nearly one colour (98 % of its pixels lie within {levels:.0f} of 255 levels): {CARE}."
    elif photo:
        yield from spoilt(picture, np.asarray(small.convert("L"), np.float32))


def spoilt(picture: Image.Image, grey: NDArray[np.float32]) -> Iterator[str]:
    """What speaks against a sound photo. grey: float32[height, width] from 0 to 255, the picture at `SIDE`."""
    brightest, white, detail = np.percentile(grey, 99), float((grey >= WHITE).mean()), sharpness(grey)
    if brightest < DARK:
        yield f"The picture is very dark (99 % of its pixels are below {brightest / 2.55:.0f} % of white): {CARE}."
    elif white >= MOSTLY:
        yield f"{percent(white)} of the picture is plain white: overexposed, or a page? Take the answer with care."
    elif detail > NOISE * grey.var():
        yield f"The picture looks like noise (neighbouring pixels have little in common): {CARE}."
    elif detail < SHARP:
        yield f"The picture looks blurred (variance of its Laplacian {detail:.0f}; sharp photos have over 100): {CARE}."
    else:
        yield from drawn(*flatness(picture))


def drawn(equal: float, covered: float) -> Iterator[str]:
    """What speaks for a drawing, from `flatness`."""
    if equal >= EQUAL and covered >= COVERED:
        yield (
            f"The picture is flat and of few colours (eight of them cover {percent(covered)} of it): "
            "a drawing or a screenshot rather than a photo? Take the answer with care."
        )


def reduced(picture: Image.Image) -> Image.Image:
    """The picture with its longer side at `SIDE` pixels at most."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), reducing_gap=2.0)
    return small


def spread(picture: Image.Image) -> float:
    """Levels from the 1st to the 99th percentile, in the colour channel where they are most."""
    low, high = np.percentile(np.asarray(picture), (1, 99), axis=(0, 1))
    return float((high - low).max())


def sharpness(grey: NDArray[np.float32]) -> float:
    """The variance of the Laplacian with 4 neighbours (Pech-Pacheco et al., 2000), for float32[height, width].

    0 for a picture too small to have an inside.
    """
    inside = grey[1:-1, 1:-1]
    if not inside.size:
        return 0.0
    return float((grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inside).var())


def flatness(picture: Image.Image) -> tuple[float, float]:
    """(share of horizontal neighbours that are equal, share of the eight commonest colours), both from 0 to 1.

    Read from at most 128 rows, and from as many columns for the colours, as they are: averaging would invent colours.
    """
    rows = picture.resize((picture.width, min(picture.height, 128)), Image.Resampling.NEAREST)
    pixels = np.asarray(rows).astype(np.uint32)
    colours = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    equal = float((colours[:, 1:] == colours[:, :-1]).mean()) if picture.width > 1 else 0.0
    some = colours[:, :: max(1, picture.width // 128)]
    counts = np.sort(np.unique(some, return_counts=True)[1])
    return equal, float(counts[-8:].sum() / some.size)

"""Pictures from strangers: what is opened at all, and the one form in which it goes on."""

import base64
import io
import struct
import threading
from typing import Literal

import numpy as np
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 48 million; beyond, one small file could fill the memory
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # for whatever else opens a picture; we refuse larger ones ourselves, undecoded
decoding = threading.BoundedSemaphore(2)
"""Pictures decoded at once: each may take some hundred megabytes for a moment."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # Pillow knows others that start programs (EPS) or are brittle
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, TypeError, AttributeError, struct.error)
"""What Pillow raises for damaged files; the last three where values in EXIF are cut off or of another type."""


def upright_rgb(picture: Image.Image, max_side: int) -> Image.Image:
    """First frame, turned by EXIF, on white where transparent, 8 bits, at most `max_side` pixels; metadata dropped.

    `info["size"]` of the result says what size the picture came in, (width, height) after the turn.
    """
    size = picture.info.get("size", picture.size)  # a JPEG may have been decoded smaller
    if picture.width * picture.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    turned = ImageOps.exif_transpose(picture)
    size = size[::-1] if turned.size != picture.size else size
    picture = turned
    if picture.mode.startswith(("I", "F")):
        picture = eight_bits(picture)
    picture.thumbnail((max_side, max_side), Image.Resampling.BICUBIC, reducing_gap=3.0)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    clean = picture.convert("RGB")
    clean.info = {"size": size}
    return clean


def eight_bits(picture: Image.Image) -> Image.Image:
    """More than 8 bits of grey as 8: by their range for 16 bits, else from the darkest to the lightest there is.

    Pillow alone would clip them to white. The colour that a PNG names as transparent stays so.
    """
    grey = np.asarray(picture)
    if picture.mode.startswith("I;16"):
        scaled = Image.fromarray((grey >> 8).astype(np.uint8))
    else:
        low, high = float(grey.min()), float(grey.max())
        scaled = Image.fromarray(((grey - np.float32(low)) * np.float32(255 / (high - low or 1))).astype(np.uint8))
    transparent = picture.info.get("transparency")
    if isinstance(transparent, int):
        scaled.putalpha(Image.fromarray(np.where(grey == transparent, 0, 255).astype(np.uint8)))
    return scaled


def data_uri(picture: Image.Image, kind: Literal["JPEG", "PNG"] = "JPEG") -> str:
    """A picture as a data URI: lossy for looking at, or PNG to the pixel."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, quality=85)  # which PNG ignores
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"

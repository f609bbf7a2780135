"""A picture from a stranger, opened and brought to RGB."""

import base64
import binascii
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from .. import quality
from ..errors import InputError
from ..pictures import DAMAGED, FORMATS, MAX_PIXELS, decoding, upright_rgb
from .field import Field, shown

THINNEST = 100
"""How many times its other side one of a picture may be. Most models bring the shorter to a length: of a line, that
makes hundreds of millions of pixels."""


@dataclass(frozen=True, kw_only=True)
class ImageField(Field):
    """A picture, brought to RGB and at most `max_side` pixels; both prediction and explanation start from that.

    `expects`: whether the model was made for photos; of another kind of picture, such as drawings or X-rays, only what
    is blank or tiny is warned of.
    """

    kind: Literal["image"] = "image"
    max_side: int = 1024
    expects: Literal["photo", "picture"] = "photo"
    default: None = None

    def parse(self, value: Any) -> Image.Image:
        """An RGB picture from a PIL picture, a data URI, or what only code can pass: a `Path`, bytes."""
        if value is None or value == "":
            raise self.missing("choose a picture")
        try:
            with decoding:
                picture = value if isinstance(value, Image.Image) else self._open(value)
                return self._wide_enough(upright_rgb(picture, self.max_side))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise InputError(f"{self.label} may have {MAX_PIXELS:,} pixels; send a smaller picture.") from None
        except DAMAGED:
            raise InputError(f"{self.label} could not be read: send a whole JPEG, PNG, WebP or GIF file.") from None

    def _wide_enough(self, picture: Image.Image) -> Image.Image:
        width, height = picture.info["size"]
        if max(width, height) > THINNEST * min(width, height):
            raise InputError(
                f"{self.label} has {width:,} × {height:,} pixels; a side may be {THINNEST} times the other at most. "
                "Cut out the part that matters."
            )
        return picture

    def _open(self, value: Any) -> Image.Image:
        picture = Image.open(self._source(value), formats=FORMATS)
        if picture.width * picture.height <= MAX_PIXELS:
            picture.info["size"] = picture.size
            picture.draft("RGB", (self.max_side, self.max_side))  # a large JPEG decodes at a fraction of its size
        return picture

    def _source(self, value: Any) -> Path | io.BytesIO:
        if isinstance(value, bytes):
            return io.BytesIO(value)
        if isinstance(value, Path):
            return value
        head, _, body = value.partition(",") if isinstance(value, str) else ("", "", "")
        if not (head.startswith("data:") and head.endswith(";base64")):
            raise InputError(
                f"{self.label} must be a picture file or a data URI (data:image/png;base64,…), got {shown(value)}."
            )
        try:
            return io.BytesIO(base64.b64decode(body, validate=True))
        except binascii.Error:
            raise InputError(f"{self.label} is a data URI whose base64 is damaged; encode the file again.") from None

    def warnings(self, value: Image.Image) -> Iterator[str]:
        yield from quality.warnings(value, self.expects == "photo")

    def describe(self, value: Image.Image) -> str:
        width, height = value.info.get("size", value.size)
        return f"{self.label}: {width:,} × {height:,} pixels, RGB"

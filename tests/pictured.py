"""Pictures to send: sound, unusual, and made to swell."""

import base64
import io
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from inference import models

Asked = tuple[int, dict[str, Any]]


def uri(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photo() -> Image.Image:
    return Image.open(models.find()["mobilenet-v2"] / "examples" / "coffee.jpg").convert("RGB")


def bomb(side: int = 13_000) -> bytes:
    """A PNG of side × side black pixels in less than 200 KB."""
    packer, rows = zlib.compressobj(9), bytes(100 * (1 + side))
    packed = b"".join(packer.compress(rows) for _ in range(side // 100)) + packer.flush()
    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in parts
    )


def transparent(picture: Image.Image) -> Image.Image:
    """The picture, all of it to be seen."""
    picture.putalpha(255)
    return picture


def deep(picture: Image.Image) -> Image.Image:
    """16 bits of grey."""
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


def animated(kind: str) -> bytes:
    frames = [photo(), Image.new("RGB", photo().size, "red")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def turned() -> bytes:
    """Stored lying on its side, with an EXIF mark that says how to hold it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(photo().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


def noise(side: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))


def drawing() -> Image.Image:
    picture = Image.new("RGB", (400, 300), "navy")
    ImageDraw.Draw(picture).rectangle((50, 50, 250, 200), fill="gold", outline="black", width=4)
    return picture


JPEG = saved(photo(), "JPEG")

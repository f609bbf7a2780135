"""What a camera writes beside the pixels (place, time, owner, device), taken out of a picture file without decoding it.

Kept is what the pixels need: colour profile, transparency, animation, and the EXIF orientation. The pixels stay as they
were, bit for bit. Sources: ITU T.81 (JPEG), the PNG specification (third edition), the WebP container specification.
"""

import io
import os
import re
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from .pictures import DAMAGED, FORMATS

ORIENTATION = 0x0112
"""EXIF tag: how to turn the picture."""


def forget(path: Path) -> None:
    """Rewrite a JPEG, PNG or WebP file without its metadata; of any other but a GIF or a sound nothing is left.

    What cannot be rewritten, as on a full disk, is deleted: then whoever opens it says that it could not be read.
    Nobody sees a half-written file, and its length stays, filled up with zeros behind the end of the picture: a server
    that is about to send the file has promised that length. A missing file is left to whoever opens it next.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return
    clean = stripped(data).ljust(len(data), b"\0")
    if clean != data:
        fresh = path.with_name(f".{secrets.token_hex(8)}")  # one picture may be cleaned twice at a time
        try:
            fresh.write_bytes(clean)
            os.replace(fresh, path)
        except OSError:
            fresh.unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def stripped(data: bytes) -> bytes:
    """A JPEG, PNG or WebP file without its metadata, of a damaged one what could be followed.

    A GIF or a sound as it is. Nothing of any other: no field opens it, and a HEIC, TIFF or AVIF file says where it
    was taken as well.
    """
    if data[:3] == b"\xff\xd8\xff":
        return b"\xff\xd8" + b"".join(jpeg_parts(data, orientation(data)))
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return data[:8] + b"".join(png_parts(data, orientation(data)))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        body = b"WEBP" + b"".join(webp_parts(data, orientation(data)))
        return b"RIFF" + len(body).to_bytes(4, "little") + body
    return data if data[:4] == b"GIF8" or is_sound(data) else b""


def is_sound(data: bytes) -> bool:
    """Whether a file begins as one of those that a recording may be in: WAV, FLAC, OGG or MP3."""
    begins = (b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
    return data.startswith(begins) or (data[:4] == b"RIFF" and data[8:12] == b"WAVE")


def orientation(data: bytes) -> bytes:
    """A TIFF block that holds nothing but the picture's orientation, or nothing where it stands upright."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            turn = picture.getexif().get(ORIENTATION, 1)
    except (*DAMAGED, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b""
    if turn not in range(2, 9):
        return b""
    exif = Image.Exif()
    exif[ORIENTATION] = int(turn)  # a damaged file may have it as a fraction
    return exif.tobytes().removeprefix(b"Exif\0\0")


MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The end of a JPEG's entropy-coded data: a marker that is neither a stuffed byte nor a restart."""
END, SCAN = 0xD9, 0xDA
APPLICATION, COMMENT = range(0xE0, 0xF0), 0xFE
JFIF, PROFILE, ADOBE = 0xE0, 0xE2, 0xEE


def jpeg_parts(data: bytes, tiff: bytes) -> Iterator[bytes]:
    """The segments that the pixels need, up to the end of the picture: what is appended may be a second one."""
    if tiff:
        exif = b"Exif\0\0" + tiff
        yield b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xFF:  # a fill byte; any number of them may stand before a marker (T.81, B.1.1.2)
            at += 1
            continue
        kind, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == SCAN:
            found = MARKER.search(data, end)
            end = found.start() if found else len(data)
        if needed(kind, data[at + 4 : at + 16]):
            yield data[at:end]
        at = end
        if data[at : at + 2] == b"\xff\xd9":
            yield data[at : at + 2]
            return


def needed(kind: int, head: bytes) -> bool:
    """Whether a JPEG segment belongs to the pixels: their tables and scans, and how to read their colours."""
    if kind == PROFILE:
        return head.startswith(b"ICC_PROFILE\0")
    return kind in (JFIF, ADOBE) or not (kind in APPLICATION or kind == COMMENT)


PNG_KEPT = {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}


def png_parts(data: bytes, tiff: bytes) -> Iterator[bytes]:
    """The critical chunks (their names begin with a capital letter) and those ancillary ones that change the pixels."""
    at = 8
    while at + 8 <= len(data):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if kind[:1].isupper() or kind in PNG_KEPT:
            yield data[at:end]
        if kind == b"IHDR" and tiff:
            yield len(tiff).to_bytes(4, "big") + b"eXIf" + tiff + zlib.crc32(b"eXIf" + tiff).to_bytes(4, "big")
        if kind == b"IEND":
            return
        at = end


WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
HAS_EXIF, HAS_XMP = 0x08, 0x04


def webp_parts(data: bytes, tiff: bytes) -> Iterator[bytes]:
    """The chunks that the pixels need; the extended header says what is left."""
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at : at + 8 + size + size % 2]
        if kind == b"VP8X" and len(chunk) > 8:
            flags = chunk[8] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if tiff else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if kind in WEBP_KEPT:
            yield chunk
        at += 8 + size + size % 2
    if tiff:
        yield b"EXIF" + len(tiff).to_bytes(4, "little") + tiff + b"\0" * (len(tiff) % 2)

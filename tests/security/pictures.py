"""Damaged pictures by the thousand, made from sound ones, and what the application makes of them; run under watch."""

import base64
import io
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from security import watch

KINDS = ("JPEG", "PNG", "WEBP", "GIF")
ODD = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
LENGTHS = (0, 1, 2**15, 2**16 - 1, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


@cache
def sound(kind: str, number: int) -> bytes:
    """A whole file: plain, with EXIF and colour profile, in several frames, with transparency, of 16 bits or grey."""
    noise = np.random.default_rng(number).integers(0, 256, (48, 64, 3), np.uint8)
    picture, buffer, options = Image.fromarray(noise), io.BytesIO(), dict[str, Any]()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    if number == 1 and kind != "GIF":
        options = {"exif": exif, "icc_profile": bytes(range(256)) * 4}
    if number == 2 and kind != "JPEG":
        options = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)], "duration": 50}
    if number == 3:
        picture = picture.convert("L")
    if number == 4 and kind in ("PNG", "WEBP"):
        picture.putalpha(128)
    if number == 5 and kind == "PNG":
        picture = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    if number == 5 and kind == "JPEG":
        picture, options = picture.convert("CMYK"), {"progressive": True}
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


Change = Callable[[bytearray, str, random.Random], bytearray]


def cut(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """The end is missing."""
    return data[: dice.randrange(len(data))]


def flipped(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """Some bits are others."""
    for _ in range(dice.randint(1, 32)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def headed(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """Bytes of the header are others: sizes, depths, flags."""
    for _ in range(dice.randint(1, 6)):
        data[dice.randrange(min(64, len(data)))] = dice.choice(ODD)
    return data


def lied(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """A length is another."""
    at, size = dice.choice(parts(data, kind))[0], 2 if kind == "JPEG" else 1 if kind == "GIF" else 4
    order = "little" if kind == "WEBP" else "big"
    data[at : at + size] = (dice.choice(LENGTHS) % 256**size).to_bytes(size, order)  # type: ignore[arg-type]
    return data


def swapped(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """Two parts have changed places, or one comes twice."""
    found = parts(data, kind)
    (_, a, b), (_, c, d) = sorted(dice.choices(found, k=2))
    if b > c:
        return data[:b] + data[a:b] * dice.choice((1, 1_000)) + data[b:]
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def resummed(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """Other bytes under a checksum that is right, as a careful attacker writes them."""
    _, start, end = dice.choice(parts(data, kind))
    for _ in range(dice.randint(1, 4)):
        data[dice.randrange(min(start + 8, len(data) - 1), max(min(end, len(data)), start + 9))] = dice.choice(ODD)
    if kind == "PNG":
        data[end - 4 : end] = zlib.crc32(data[start + 4 : end - 4]).to_bytes(4, "big")
    return data


def joined(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """The head of one format before the body of another."""
    other = sound(dice.choice(KINDS), dice.randrange(6))
    return data[: dice.randrange(4, 64)] + other[dice.randrange(64) :]


def swollen(data: bytearray, kind: str, dice: random.Random) -> bytearray:
    """A large picture in few bytes, its size within what is allowed and beyond."""
    side = dice.choice((1_000, 4_000, 7_071, 7_072, 20_000, 65_535))
    if kind == "PNG":
        ihdr = b"IHDR" + side.to_bytes(4, "big") * 2 + data[24:29]
        return data[:12] + ihdr + zlib.crc32(ihdr).to_bytes(4, "big") + data[33:]
    if kind == "GIF":
        data[6:10] = side.to_bytes(2, "little") * 2
    elif kind == "JPEG" and (at := data.find(b"\xff\xc0")) > 0:
        data[at + 5 : at + 9] = side.to_bytes(2, "big") * 2
    elif kind == "WEBP":
        data[24:30] = (side % 2**24).to_bytes(3, "little") * 2
    return data


CHANGES: tuple[Change, ...] = (cut, flipped, headed, lied, swapped, resummed, joined, swollen)


def parts(data: bytearray, kind: str) -> list[tuple[int, int, int]]:
    """Where the parts of a file say their length, begin and end: segments, chunks, blocks."""
    found, at = [], {"JPEG": 2, "PNG": 8, "WEBP": 12, "GIF": 13}[kind]
    while at + 8 < len(data):
        if kind == "JPEG":
            place, end = at + 2, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        elif kind == "PNG":
            place, end = at, at + 12 + int.from_bytes(data[at : at + 4], "big")
        elif kind == "WEBP":
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            place, end = at + 4, at + 8 + size + size % 2
        else:
            place, end = at, at + 1 + data[at]
        end = min(max(end, at + 4), len(data))
        found.append((place, at, end))
        if kind == "JPEG" and data[at + 1] == 0xDA:
            break
        at = end
    return found or [(0, 0, len(data))]


def corpus(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` damaged files with their kinds, the same ones for a seed."""
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        kind = KINDS[number % len(KINDS)]
        data = bytearray(sound(kind, dice.randrange(6)))
        for change in dice.choices(CHANGES, k=dice.choice((1, 1, 2))):
            data = change(data, kind, dice) or bytearray(b"\0")
        yield kind, bytes(data[: 2 * 1024**2])


def fields(count: int, seed: int) -> dict[str, Any]:
    """How often the field of a photo read one, or said that it could not; files on disk among them, as uploads are."""
    from security.watch import WATCH

    from inference.errors import InputError
    from inference.fields import ImageField
    from inference.metadata import forget

    photo, told = ImageField(name="image", label="Photo"), Counter[str]()
    upload = Path(WATCH.own[2]) / "upload"
    photo.parse(sound("PNG", 0))
    watch.begin()
    for kind, data in corpus(count, seed):
        upload.write_bytes(data)
        forget(upload)
        for value in (data, upload):
            try:
                told[f"{kind} {photo.parse(value).mode}"] += 1
            except InputError as error:
                told[str(error)] += 1
    return dict(told)


def served(folder: str, count: int, seed: int) -> dict[str, Any]:
    """How often each status came of REST, by a real model; and each refusal's words."""
    from starlette.testclient import TestClient

    from explain.streams import STREAMS
    from inference.serving.api import rest
    from inference.serving.catalogue import Catalogue
    from inference.serving.endpoints import Endpoints

    client = TestClient(rest(Endpoints(Catalogue({"tiny": Path(folder)}), STREAMS)), raise_server_exceptions=False)
    told = Counter[str]()

    def sent(kind: str, data: bytes) -> Any:
        uri = f"data:image/{kind.lower()};base64,{base64.b64encode(data).decode()}"
        return client.post("/api/v1/predict", json={"model": "tiny", "inputs": {"image": uri}})

    assert sent("PNG", sound("PNG", 0)).status_code == 200
    watch.begin()
    for kind, data in corpus(count, seed):
        response = sent(kind, data)
        told[f"{response.status_code} {response.json().get('detail', kind)}"] += 1
    return dict(told)

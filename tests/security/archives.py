"""ZIP files and texts made to do harm."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from security.tables import MEGA, Attack, data, text


def zipped(entries: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> Attack:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                change(info)
                archive.writestr(info, content)

    return write


def picture(side: int = 32) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def link(info: zipfile.ZipInfo) -> None:
    """The entry is a link, as Unix writes them."""
    info.external_attr = 0o120777 << 16


def overlapping(path: Path) -> None:
    """Ninety names for one swelling entry, as David Fifield made them in 2019."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(bytes(2 * MEGA)) + kernel.flush()
    checksum = zlib.crc32(bytes(2 * MEGA))
    with path.open("wb") as file:
        sizes = struct.pack("<IIIHH", checksum, len(packed), 2 * MEGA, 7, 0)
        file.write(b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + b"000.png" + packed)
        start = file.tell()
        for number in range(90):
            entry = struct.pack(
                "<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, checksum, len(packed), 2 * MEGA, 7, 0, 0, 0, 0, 0, 0
            )
            file.write(b"PK\1\2" + entry + f"{number:03}.png".encode())
        end = file.tell()
        file.write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 90, 90, end - start, start, 0))


def lying(path: Path) -> None:
    """An entry that says it has ten bytes, and has a hundred million."""
    zipped({"a.png": bytes(100 * MEGA)})(path)
    found = path.read_bytes()
    size = struct.pack("<I", 100 * MEGA)
    path.write_bytes(found.replace(size, struct.pack("<I", 10)))


def nested(path: Path) -> None:
    inner = path.with_suffix(".inner")
    zipped({f"{n}.png": bytes(2 * MEGA) for n in range(10)})(inner)
    zipped({f"{n}.zip": inner.read_bytes() for n in range(20)} | {"a.png": inner.read_bytes()})(path)
    inner.unlink()


ZIPS: dict[str, Attack] = {
    "no ZIP": data(b"PK\3\4" + bytes(100)),
    "half of it": lambda path: (zipped({"a.png": picture()})(path), path.write_bytes(path.read_bytes()[:-30]))[0],
    "no picture": zipped({"a.txt": b"x"}),
    "paths that lead out": zipped(
        {
            name: picture()
            for name in ("../../out.png", "/out.png", "a/../../../out.png", "C:\\out.png", "\\\\host\\out.png")
        }
    ),
    "links": zipped({"passwd.png": b"/etc/passwd", "out.png": b"../../../etc/passwd"}, link),
    "an entry that swells": zipped({"a.png": bytes(200 * MEGA), "b.png": picture()}),
    "an entry that lies": lying,
    "ZIPs in a ZIP": nested,
    "entries that overlap": overlapping,
    "the same name a thousand times": zipped({f"{'a' * n}.png": picture() for n in range(1, 200)}),
    "names that are scripts": zipped({"<script>alert(1)</script>/<img src=x>.png": picture()}),
    "names of zeros and turns": zipped(
        {"a\x01\u202e.png": picture(), "\udc80".encode("utf-8", "replace").decode() + ".png": picture()}
    ),
    "a name of 60,000 characters": zipped({"x" * 60_000 + ".png": picture()}),
    "a picture that swells": zipped({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(100)}),
}

TEXTS: dict[str, Attack] = {
    "nothing": text(""),
    "a line of 100 MB": lambda path: path.write_bytes(b"x" * 100 * MEGA) and None,
    "empty lines": text("\n" * 20_000),
    "zeros": data(bytes(1_000) + b"\n" + b"a good film"),
    "UTF-16": text("a good film\n" * 9, "utf-16"),
    "all there is": text("\n".join(chr(n) * 3 for n in range(1, 0x3000, 16) if not 0xD800 <= n < 0xE000)),
    "turned around": text("\u202ea \u2066good\u2069 film\u202c\n" * 9),
    "stacked accents": text("a" + "\u0301" * 4_000 + " good film"),
    "words without an end": text("x" * 4_999),
    "joined families": text("👨‍👩‍👧‍👦" * 400),
}

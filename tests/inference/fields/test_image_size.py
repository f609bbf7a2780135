"""Pictures too large to hold are refused before a pixel is decoded."""

import subprocess
import sys
import zlib

import pytest
from conftest import ROOT
from entered import PHOTO, refusal, uri
from PIL import Image


def blank_png(width: int, height: int) -> bytes:
    """A 1-bit PNG made row by row, a few kilobytes however large the picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    squeeze, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    body = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


TOO_MANY = "Photo may have 50,000,000 pixels; send a smaller picture."


@pytest.mark.parametrize("size", [(13_000, 13_000), (8_000, 6_251), (50_000_001, 1)])
def test_a_picture_over_the_limit_is_refused(size: tuple[int, int]) -> None:
    assert refusal(PHOTO, uri(blank_png(*size))) == TOO_MANY


def test_a_callers_picture_over_the_limit_is_refused_too() -> None:
    assert refusal(PHOTO, Image.new("1", (8_000, 6_251))) == TOO_MANY


@pytest.mark.parametrize("size", [(5_000, 4_000), (6_000, 5_000), (8_000, 6_250)])
def test_a_picture_up_to_the_limit_is_read_without_a_warning(size: tuple[int, int]) -> None:
    assert max(PHOTO.parse(uri(blank_png(*size))).size) == 64


MEASURE = """
import sys
from inference.errors import InputError
from inference.fields import ImageField

def peak():  # of this program alone, in KiB; ru_maxrss would count the parent's
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

value, before = sys.stdin.read(), peak()
try:
    ImageField(name="photo", label="Photo").parse(value)
except InputError as error:
    print(peak() - before, error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_picture_over_the_limit_is_refused_before_a_pixel_is_decoded() -> None:
    command = [sys.executable, "-c", MEASURE]
    value = uri(blank_png(13_000, 13_000))
    done = subprocess.run(command, cwd=ROOT, input=value, capture_output=True, text=True, check=True, timeout=30)
    grown, message = done.stdout.strip().split(" ", 1)
    assert message == TOO_MANY
    assert int(grown) < 16 * 1024  # decoded, it would take 165 MiB

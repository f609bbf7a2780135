"""The pixels of a picture: size, turn, transparency and modes; the caller's own stays as it is."""

import base64
import io
from collections.abc import Iterator

import numpy as np
import pytest
from entered import NOISE, PHOTO, parsed, saved
from PIL import Image

from inference.fields import (
    ImageField,
)

# Pictures


@pytest.mark.parametrize(("size", "result"), [((64, 64), (64, 64)), ((640, 320), (64, 32)), ((65, 1), (64, 1))])
def test_a_picture_is_brought_to_max_side(size: tuple[int, int], result: tuple[int, int]) -> None:
    assert parsed(Image.new("RGB", size)).size == result


def test_a_small_picture_is_not_enlarged() -> None:
    assert parsed(Image.new("RGB", (3, 2))).size == (3, 2)


TURNS = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
    8: lambda pixels: np.rot90(pixels),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_is_turned_by_its_exif_and_the_metadata_dropped(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = parsed(NOISE, exif=exif)
    assert np.array_equal(np.asarray(result), TURNS[orientation](np.asarray(NOISE)))
    assert set(result.info) == {"size"}
    assert not result.getexif()


@pytest.mark.parametrize(
    ("alpha", "pixel"), [(0, (255, 255, 255)), (255, (200, 0, 0)), (51, (244, 204, 204)), (128, (227, 127, 127))]
)
def test_transparency_lies_on_white(alpha: int, pixel: tuple[int, int, int]) -> None:
    result = parsed(Image.new("RGBA", (4, 4), (200, 0, 0, alpha)))
    assert np.abs(np.asarray(result, int)[0, 0] - pixel).max() <= 1


def test_grey_with_alpha_lies_on_white() -> None:
    assert parsed(Image.new("LA", (4, 4), (0, 0))).getpixel((1, 1)) == (255, 255, 255)
    assert parsed(Image.new("LA", (4, 4), (90, 255))).getpixel((1, 1)) == (90, 90, 90)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 255])], ids=["one", "each"])
@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_transparency_lies_on_white(kind: str, transparency: int | bytes) -> None:
    if kind == "GIF" and not isinstance(transparency, int):
        transparency = 1
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([10, 20, 30, 0, 128, 0, 40, 50, 60])
    picture.putpixel((0, 0), 2)
    result = parsed(picture, kind, transparency=transparency)
    assert result.getpixel((3, 3)) == (255, 255, 255)
    assert result.getpixel((0, 0)) == (40, 50, 60)


def test_a_transparent_colour_lies_on_white() -> None:
    picture = Image.new("RGB", (4, 4), (255, 0, 0))
    picture.putpixel((0, 0), (0, 0, 255))
    result = parsed(picture, transparency=(255, 0, 0))
    assert result.getpixel((3, 3)) == (255, 255, 255)
    assert result.getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize(("ink", "pixel"), [((0, 0, 0, 0), 255), ((0, 0, 0, 255), 0)])
def test_cmyk_becomes_rgb(ink: tuple[int, int, int, int], pixel: int) -> None:
    result = parsed(Image.new("CMYK", (16, 16), ink), "JPEG")
    assert result.mode == "RGB"
    assert np.abs(np.asarray(result, int) - pixel).max() <= 2


def test_lab_keeps_its_colours() -> None:
    lab = Image.merge("LAB", [Image.new("L", (8, 8), level) for level in (0, 128, 128)])
    assert max(PHOTO.parse(lab).getpixel((4, 4))) <= 2  # lightness 0 is black


@pytest.mark.parametrize(("mode", "grey"), [("L", 0), ("L", 77), ("L", 255), ("1", 255), ("1", 0)])
def test_greyscale_becomes_rgb(mode: str, grey: int) -> None:
    assert parsed(Image.new(mode, (4, 4), grey)).getpixel((2, 2)) == (grey,) * 3


def test_sixteen_bits_of_grey_become_eight_without_clipping() -> None:
    levels = np.array([[0, 257, 32_768, 65_535]], np.uint16)
    result = np.asarray(parsed(Image.fromarray(levels)))[..., 0]
    assert np.abs(result.astype(int) - [[0, 1, 127, 255]]).max() <= 1


def test_a_large_picture_of_sixteen_bits_is_brought_to_max_side() -> None:
    ramp = np.linspace(0, 65_535, 640).astype(np.uint16)[None].repeat(320, 0)
    result = np.asarray(parsed(Image.fromarray(ramp)), int)
    assert result.shape == (32, 64, 3)
    assert np.abs(result[16, :, 0] - np.linspace(2, 253, 64)).max() <= 3


def test_a_transparent_grey_of_sixteen_bits_lies_on_white() -> None:
    result = parsed(Image.fromarray(np.full((4, 4), 30_000, np.uint16)), transparency=30_000)
    assert result.getpixel((2, 2)) == (255, 255, 255)


def test_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    assert parsed(frames[0], "GIF", save_all=True, append_images=frames[1:]).getpixel((4, 4)) == (255, 0, 0)


@pytest.fixture
def lazy() -> Iterator[Image.Image]:
    with Image.open(io.BytesIO(saved(Image.new("RGB", (600, 400), "teal"), "JPEG"))) as picture:
        yield picture


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16"])
def test_the_callers_picture_is_not_modified(mode: str) -> None:
    picture = Image.new(mode, (200, 100))
    picture.info["note"] = "mine"
    before = picture.tobytes()
    result = PHOTO.parse(picture)
    result.putpixel((0, 0), (1, 2, 3))
    assert (picture.size, picture.mode, picture.info) == ((200, 100), mode, {"note": "mine"})
    assert picture.tobytes() == before


def test_the_callers_small_rgb_picture_is_copied() -> None:
    picture = Image.new("RGB", (10, 10))
    PHOTO.parse(picture).putpixel((0, 0), (1, 2, 3))
    assert picture.getpixel((0, 0)) == (0, 0, 0)


def test_the_callers_opened_jpeg_is_not_modified(lazy: Image.Image) -> None:
    assert PHOTO.parse(lazy).size == (64, 43)
    assert lazy.size == (600, 400)
    assert lazy.copy().size == (600, 400)


def test_a_picture_is_described_by_its_size() -> None:
    assert PHOTO.describe(parsed(NOISE)) == "Photo: 32 × 24 pixels, RGB"


# Pictures too large to hold


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_reduced_photo_tells_the_size_it_came_in(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(buffer, "JPEG", exif=exif)
    field = ImageField(name="photo", label="Photo", max_side=100)
    found = field.parse("data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode())
    assert max(found.size) == 100
    assert field.describe(found) == f"Photo: {'900 × 600' if orientation == 1 else '600 × 900'} pixels, RGB"

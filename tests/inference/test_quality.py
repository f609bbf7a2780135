"""What is said of a picture by its pixels alone; tests/benchmarks/input_checks.py counts how often, over many."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from inference import models, quality
from inference.fields import ImageField

EXAMPLES = sorted((models.find()["mobilenet-v2"] / "examples").glob("*.jpg"))
COFFEE = models.find()["mobilenet-v2"] / "examples" / "coffee.jpg"


def photo(path: Path = COFFEE) -> Image.Image:
    return Image.open(path).convert("RGB")


def said(picture: Image.Image, photo: bool = True) -> list[str]:
    return list(quality.warnings(picture, photo))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_sound_photo_is_not_spoken_of(path: Path) -> None:
    assert said(photo(path)) == []


def noise(spread: int = 255) -> Image.Image:
    levels = np.random.default_rng(0).integers(128 - spread // 2, 128 + spread // 2 + 1, (300, 300, 3))
    return Image.fromarray(levels.astype(np.uint8))


def drawing() -> Image.Image:
    picture = Image.new("RGB", (400, 300), "navy")
    ImageDraw.Draw(picture).ellipse((50, 50, 250, 200), fill="gold", outline="black", width=4)
    return picture


SPOILT = {
    "one colour": (Image.new("RGB", (300, 300), "teal"), "nearly one colour (98 % of its pixels lie within 0 of 255"),
    "a shimmer": (noise(8), "nearly one colour"),
    "dark": (photo().point(lambda level: level // 6), "very dark (99 % of its pixels are below"),
    "overexposed": (photo().point(lambda level: min(255, 12 * level)), "of the picture is plain white"),
    "blurred": (photo().filter(ImageFilter.GaussianBlur(6)), "looks blurred (variance of its Laplacian"),
    "noise": (noise(), "looks like noise"),
    "faint noise": (noise(40), "looks like noise"),
    "drawn": (drawing(), "flat and of few colours (eight of them cover 100 %"),
    "tiny": (photo().resize((31, 400)), "only 31 × 400 pixels"),
}


@pytest.mark.parametrize(("picture", "part"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_picture_is_spoken_of_once_in_a_sentence(picture: Image.Image, part: str) -> None:
    (sentence,) = said(picture)
    assert part in sentence
    assert sentence.lower().endswith("take the answer with care.")


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2, 2), (32, 32), (33, 4000)])
def test_any_size_is_judged_without_an_error(size: tuple[int, int]) -> None:
    said(photo().resize(size))
    said(noise().resize(size))


def test_colours_of_one_brightness_are_not_one_colour() -> None:
    picture = Image.new("RGB", (300, 300), (200, 0, 0))
    picture.paste((0, 102, 0), (0, 0, 150, 300))  # as bright as the red
    grey = np.asarray(picture.convert("L"), float)
    assert np.ptp(grey) < quality.ONE_COLOUR
    assert "one colour" not in " ".join(said(picture))


def test_the_same_picture_larger_is_judged_the_same() -> None:
    large = photo().resize((1800, 1200), Image.Resampling.LANCZOS)
    assert said(large) == said(photo()) == []
    blurred = large.filter(ImageFilter.GaussianBlur(18))
    assert "looks blurred" in said(blurred)[0]


def test_the_picture_is_left_as_it_was() -> None:
    picture = photo()
    before = picture.tobytes()
    said(picture)
    assert (picture.tobytes(), picture.size) == (before, photo().size)


@pytest.mark.parametrize("name", ["dark", "overexposed", "blurred", "noise", "drawn"])
def test_where_no_photo_is_expected_only_what_shows_nothing_is_spoken_of(name: str) -> None:
    picture, _ = SPOILT[name]
    assert said(picture, photo=False) == []
    assert list(ImageField(name="scan", label="Scan", expects="picture").warnings(picture)) == []
    assert len(list(ImageField(name="photo", label="Photo").warnings(picture))) == 1
    for other in ("one colour", "tiny"):
        assert len(said(SPOILT[other][0], photo=False)) == 1


@pytest.mark.parametrize(
    ("grey", "variance"),
    [
        (np.zeros((9, 9)), 0),
        (np.add.outer(np.arange(9.0), np.arange(9.0)), 0),  # a slope has no second derivative
        (np.indices((8, 8)).sum(0) % 2, 16),  # a chessboard: ±4
        (np.zeros((2, 9)), 0),
    ],
)
def test_the_laplacian_is_that_of_the_textbook(grey: np.ndarray, variance: float) -> None:
    assert quality.sharpness(grey.astype(np.float32)) == pytest.approx(variance)


def test_white_noise_has_twenty_times_its_own_variance_under_the_laplacian() -> None:
    grey = np.random.default_rng(0).normal(0, 1, (500, 500)).astype(np.float32)
    assert quality.sharpness(grey) / grey.var() == pytest.approx(20, rel=0.05)

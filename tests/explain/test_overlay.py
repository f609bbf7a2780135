"""A picture under the colours of its regions."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from explained import explained, page
from PIL import Image

from explain.figures import draw
from explain.overlay import AGAINST, FOR, overlay
from explain.players import ImagePlayers
from explain.players.field import singles
from explain.types import Explanation, LabelMap
from inference.fields import ImageField
from inference.types import ItemTarget, Raw


@pytest.fixture(scope="module")
def photo() -> tuple[Explanation, Raw]:
    pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[:, 100:] = (250, 120, 20)
    picture = Image.fromarray(pixels + np.random.default_rng(0).integers(0, 5, pixels.shape, dtype=np.uint8))
    players = ImagePlayers(ImageField(name="photo", label="Photo"), picture, "")
    values = np.linspace(-0.5, 0.25, len(players.features)).tolist()
    explanation = explained(values, label_map=players.label_map(singles(len(values))), output="a <cat>")
    return Explanation(**{**vars(explanation), "features": players.features}), {"photo": picture}


def decoded(source: str | None) -> Image.Image:
    assert source is not None
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def test_a_photo_lies_under_a_veil_of_its_size_with_the_sentence_as_alt(photo: tuple[Explanation, Raw]) -> None:
    explanation, raw = photo
    picture, veil = page(explanation, raw).of("img")
    assert picture["alt"] == draw(explanation, raw).alt
    assert veil["alt"] == ""
    assert decoded(picture["src"]).size == decoded(veil["src"]).size == (200, 120)
    assert decoded(veil["src"]).mode == "RGBA"


def test_a_box_that_is_explained_is_drawn_where_it_lies(photo: tuple[Explanation, Raw]) -> None:
    explanation, raw = photo
    assert not page(explanation, raw).of("rect")
    boxed = replace(explanation, target=ItemTarget("cat@20,10,120,60"))
    (rect,) = page(boxed, raw).of("rect")
    assert rect == {"x": "20", "y": "10", "width": "100", "height": "50"}


def test_the_photo_itself_is_not_changed(photo: tuple[Explanation, Raw]) -> None:
    explanation, _ = photo
    picture = Image.new("RGB", (800, 480))
    draw(explanation, {"photo": picture})
    assert picture.size == (800, 480)


def test_a_region_is_coloured_by_its_value(photo: tuple[Explanation, Raw]) -> None:
    explanation, _ = photo
    assert explanation.label_map is not None
    labels = np.asarray(decoded(explanation.label_map.png))
    veil = np.asarray(overlay(explanation))
    for feature, value in zip(explanation.features, explanation.values, strict=True):
        assert isinstance(value, float)
        assert feature.where is not None
        (colour,) = np.unique(veil[labels == feature.where["region"]], axis=0)
        assert tuple(colour[:3]) == (FOR if value >= 0 else AGAINST)
        assert colour[3] == round(170 * abs(value) / 0.5)


def test_regions_without_a_label_map_draw_no_picture() -> None:
    explanation = explained([0.5], where=[{"region": 0}])
    assert page(explanation, {"photo": Image.new("RGB", (4, 4))}).of("img") == []


def test_a_label_map_is_read_from_its_own_png() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.array([[0, 1]], np.uint8)).save(buffer, "PNG")
    png = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    places = [{"region": 0}, {"region": 1}]
    veil = overlay(explained([0.5, -0.25], where=places, label_map=LabelMap("text", 2, 1, png)))
    assert np.asarray(veil).tolist() == [[[*FOR, 170], [*AGAINST, 85]]]


def test_of_two_pictures_the_label_map_shows_its_own_regions_alone(photo: tuple[Explanation, Raw]) -> None:
    explanation, raw = photo
    count = len(explanation.features)
    both = replace(
        explanation,
        features=(*explanation.features, *(replace(f, id=f"b{f.id}", field="b") for f in explanation.features)),
        values=(*explanation.values, *([0.5] * count)),
    )
    assert np.array_equal(np.asarray(overlay(both)), np.asarray(overlay(explanation)))
    assert page(both, {**raw, "b": raw["photo"]}).of("b") == page(explanation, raw).of("b")

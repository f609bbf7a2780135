"""Pictures with boxes, cut, turned, scaled and lit: the boxes stay on what they were drawn around."""

from pathlib import Path

import numpy as np
import pytest

from assets.recipes.crowns import View, drawn, read


@pytest.fixture
def view() -> View:
    """Two white things on black, one in a corner."""
    boxes = np.array([[30.0, 10, 50, 40], [70, 50, 80, 60]])
    picture = np.zeros((60, 80, 3), np.uint8)
    for x0, y0, x1, y1 in boxes.astype(int):
        picture[y0:y1, x0:x1] = 255
    return View(picture, boxes, np.ones(2, bool))


def on_white(view: View) -> float:
    """The least brightness, 0 to 255, of what lies inside the boxes."""
    return min(float(view.picture[y0:y1, x0:x1].mean()) for x0, y0, x1, y1 in view.boxes.round().astype(int))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_boxes_turn_with_the_picture(view: View, quarters: int, mirrored: bool) -> None:
    assert on_white(view.turned(quarters, mirrored)) == 255


def test_boxes_grow_with_the_picture(view: View) -> None:
    larger = view.scaled(2)
    assert larger.picture.shape == (120, 160, 3)
    assert on_white(larger) > 240


def test_a_cut_asks_only_for_boxes_of_which_enough_is_left(view: View) -> None:
    cut = view.cut(45, 0, 35, 60)
    assert cut.boxes.tolist() == [[0, 10, 5, 40], [25, 50, 35, 60]]
    assert cut.asked.tolist() == [False, True]
    assert view.cut(0, 0, 20, 60).boxes.shape == (0, 4)


def test_tiles_cover_the_picture_once(view: View) -> None:
    tiles = list(view.tiles(30))
    assert len(tiles) == 6
    assert sum(tile.picture.shape[0] * tile.picture.shape[1] for tile in tiles) == 60 * 80


def test_what_is_drawn_has_the_size_and_at_least_part_of_a_crown(view: View) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        found = drawn(view, 40, rng)
        assert found.picture.shape == (40, 40, 3)
        assert len(found.boxes)


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.whl").write_bytes(b"no wheel")
    with pytest.raises(ValueError, match=r"deepforest 2\.1\.0"):
        read(tmp_path / "other.whl", "meadow")

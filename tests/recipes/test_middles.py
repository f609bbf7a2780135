"""What a detector without anchors is to learn, and that its loss falls when it says so."""

import numpy as np
import pytest
import torch

from assets.recipes.blobs import blobs, grid
from assets.recipes.crowns import View
from assets.recipes.middles import giou, loss, pixels, wanted
from inference.modeling.points import STRIDE, PointsConfig, PointsForObjectDetection


def view(*boxes: list[float]) -> View:
    return View(np.zeros((64, 48, 3), np.uint8), np.array(boxes, dtype=float).reshape(-1, 4), np.ones(len(boxes), bool))


def test_a_middle_is_1_and_nearness_falls_with_the_size_of_the_box() -> None:
    near, boxes = wanted(view([8, 8, 16, 16], [10, 30, 42, 62]))
    assert near.shape == (64 // STRIDE, 48 // STRIDE)
    assert (near == 1).nonzero().tolist() == [[3, 3], [11, 6]]
    assert near[3, 4] < near[11, 7] < 1
    assert boxes[:, 11, 7].tolist() == [10, 30, 42, 62]


def test_a_picture_without_boxes_wants_nothing_and_still_has_a_loss() -> None:
    assert wanted(view())[0].sum() == 0
    torch.manual_seed(0)
    model = PointsForObjectDetection(PointsConfig(tf_padding=False, id2label={0: "tree"})).eval()
    assert torch.isfinite(loss(model, [view(), view()]))


def test_the_loss_falls_where_the_maps_say_what_is_wanted() -> None:
    torch.manual_seed(0)
    model, some = (
        PointsForObjectDetection(PointsConfig(tf_padding=False, id2label={0: "tree"})).eval(),
        [view([8, 8, 24, 24])],
    )
    before = loss(model, some).item()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(8):
        optimizer.zero_grad()
        loss(model, some).backward()
        optimizer.step()
    assert loss(model, some).item() < before


@pytest.mark.parametrize(
    ("other", "expected"), [([0, 0, 4, 4], 1.0), ([2, 0, 6, 4], 1 / 3), ([4, 0, 8, 4], 0.0), ([8, 0, 12, 4], -1 / 3)]
)
def test_giou_is_negative_for_boxes_that_are_apart(other: list[float], expected: float) -> None:
    one = torch.tensor([0.0, 0, 4, 4])[None, :, None]
    assert float(giou(one, torch.tensor(other, dtype=torch.float32)[None, :, None])) == pytest.approx(expected)


def test_pixels_are_not_resized() -> None:
    assert pixels([view(), view()]).shape == (2, 3, 64, 48)


def test_a_bright_disc_is_the_strongest_blob_in_a_square_around_it() -> None:
    y, x = np.mgrid[:96, :96]
    picture = np.repeat(((x - 60) ** 2 + (y - 40) ** 2 < 16**2)[..., None] * 200, 3, axis=2).astype(np.uint8)
    boxes, scores = blobs(picture, "brightness", 1.5)
    assert scores.tolist() == sorted(scores, reverse=True)
    np.testing.assert_allclose((boxes[0, :2] + boxes[0, 2:]) / 2, [60, 40], atol=1)


def test_the_grid_covers_the_picture() -> None:
    boxes, scores = grid(np.zeros((50, 70, 3), np.uint8), (20, 30))
    assert len(boxes) == len(scores) == 8
    assert (boxes[:, 2:] - boxes[:, :2]).prod(1).sum() == 50 * 70

"""What a detector without anchors is to learn from a picture with boxes, and how far from it its maps are.

Knows inference/modeling/points.py; no data, no optimiser.
"""

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor
from transformers import DetrImageProcessorPil

from inference.modeling.points import DEEPEST, STRIDE, PointsForObjectDetection, corners

from .crowns import View

SPREAD = 0.09
"""Of a box, in its sides: the standard deviation of how near a place is to its middle (TTFNet: 0.54 / 6)."""
NARROWEST = 0.4
"""The same at least, in places of the map."""
LEAST = 0.1
"""Nearness from which a place must know the box that it lies in."""
WEIGHT = 2.0
"""Of the boxes beside that of the middles."""
processor = DetrImageProcessorPil(do_resize=False, do_pad=False)


def pixels(views: Sequence[View]) -> Tensor:
    """Pictures of one size as the network takes them, float32[batch, 3, height, width]."""
    batch: Tensor = processor([Image.fromarray(view.picture) for view in views], return_tensors="pt")["pixel_values"]
    return batch


def wanted(view: View) -> tuple[Tensor, Tensor]:
    """How near a middle each place is, float32[h, w], 1 in one; and the box that it belongs to, [4, h, w] in pixels.

    Nearness falls as a Gaussian with the size of a box (Liu et al. 2020, section 3.2); of several the nearest counts.
    """
    h, w = (-(-side // DEEPEST) * DEEPEST // STRIDE for side in view.picture.shape[:2])
    boxes = torch.from_numpy(view.boxes[view.asked]).float()
    if not len(boxes):
        return torch.zeros(h, w), torch.zeros(4, h, w)
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    at = (middles / STRIDE).floor().minimum(torch.tensor([w - 1, h - 1]))
    spread = (sizes * SPREAD / STRIDE).clamp(min=NARROWEST)
    x, y = (
        -((torch.arange(count) - at[:, [axis]]) ** 2) / (2 * spread[:, [axis]] ** 2)
        for axis, count in enumerate((w, h))
    )
    near, which = (y[:, :, None] + x[:, None, :]).exp().max(0)
    return near, boxes[which].permute(2, 0, 1)


def loss(model: PointsForObjectDetection, views: Sequence[View]) -> Tensor:
    """Focal loss of the middles (Zhou et al. 2019, equation 1) and 1 − GIoU of the boxes of the places near them.

    The maps are computed in bfloat16, the loss in float32.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16):
        maps = model.maps(pixels(views).contiguous(memory_format=torch.channels_last))
    logits, sides = (part.float() for part in maps)
    near, boxes = (torch.stack(parts) for parts in zip(*map(wanted, views), strict=True))
    p, at = logits[:, 0].sigmoid().clamp(1e-6, 1 - 1e-6), near == 1
    there = at * (1 - p) ** 2 * p.log()
    nothing = ~at * (1 - near) ** 4 * p**2 * (1 - p).log()
    weights = torch.where(near > LEAST, near, 0)
    apart = (1 - giou(corners(sides), boxes)) * weights
    return -(there + nothing).sum() / at.sum().clamp(min=1) + WEIGHT * apart.sum() / weights.sum().clamp(min=1)


def giou(one: Tensor, other: Tensor) -> Tensor:
    """Generalised intersection over union of boxes [batch, 4, …], −1 to 1 (Rezatofighi et al. 2019)."""
    sizes = ((box[:, 2:] - box[:, :2]).clamp(min=0).prod(1) for box in (one, other))
    low, high = torch.maximum(one[:, :2], other[:, :2]), torch.minimum(one[:, 2:], other[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    hull = (torch.maximum(one[:, 2:], other[:, 2:]) - torch.minimum(one[:, :2], other[:, :2])).prod(1).clamp(min=1e-6)
    both = (sum(sizes) - shared).clamp(min=1e-6)
    return shared / both - (hull - both) / hull

"""A detector without anchors: each place of a map says how likely a thing's middle lies there, and how far it goes.

Middles as in Zhou et al. 2019 ("Objects as Points", arXiv 1904.07850), the four distances to a box's sides as in Liu et
al. 2020 (TTFNet, arXiv 1909.00700), on the first layers of a MobileNetV2. A picture is never resized, so that a pixel
stays as long on the ground as it was. The outputs have the form of the DETR family's, so that transformers' processor
and pipeline read them. This module knows no trees, no training and no threshold.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForObjectDetection,
    DetrImageProcessorPil,
    MobileNetV2Config,
    PreTrainedModel,
)
from transformers import initialization as init
from transformers.models.auto.modeling_auto import MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES
from transformers.models.mobilenet_v2.modeling_mobilenet_v2 import (
    MobileNetV2ConvLayer,
    MobileNetV2InvertedResidual,
    MobileNetV2Stem,
)
from transformers.utils import ModelOutput

STRIDE, DEEPEST = 4, 16
"""Pixels from one place of the map to the next, and of the deepest features that it is made from."""
CHANNELS = (16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96)
STRIDES = (2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1)
"""Of the first thirteen blocks of MobileNetV2 (Sandler et al. 2018, table 2); the strides of all but the first."""
TAPS = (1, 4, 11)
"""The last blocks of 4, 8 and 16 pixels."""
RARE, WIDE = -4.6, 1.6
"""What a network begins with: everywhere 1 in 100, as Lin et al. 2017 do (arXiv 1708.02002), and a box of 40 pixels."""
NOWHERE = -30.0
"""The logit of a place whose neighbour is likelier, and so no thing of its own."""


class PointsConfig(MobileNetV2Config):
    """`width` channels of the map; at most `num_queries` boxes a picture, as DETR calls them."""

    model_type = "seewhy-points"

    width: int = 64
    num_queries: int = 300


class PointsForObjectDetection(PreTrainedModel):
    """Boxes of one picture or of several of one size, each with the logits of its label and of "nothing"."""

    config_class = PointsConfig
    main_input_name = "pixel_values"

    def __init__(self, config: PointsConfig) -> None:
        super().__init__(config)
        self.conv_stem = MobileNetV2Stem(config, config.num_channels, 32, CHANNELS[0])
        self.layer = nn.ModuleList(
            MobileNetV2InvertedResidual(config, CHANNELS[i], CHANNELS[i + 1], stride)
            for i, stride in enumerate(STRIDES)
        )
        self.lateral = nn.ModuleList(layer(config, CHANNELS[tap + 1], config.width, 1) for tap in TAPS)
        self.smooth = nn.ModuleList(separable(config) for _ in TAPS)
        self.heads = nn.ModuleList(nn.Sequential(separable(config), nn.Conv2d(config.width, n, 1)) for n in self.sizes)
        self.post_init()

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers that each place of the map gives: a logit for each label, and four distances."""
        return self.config.num_labels, 4

    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        for head, first in zip(self.heads.children(), (RARE, WIDE), strict=True):
            if module is list(head.children())[1]:
                init.constant_(module.bias, first)

    def maps(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        """Logits float32[batch, labels, h, w], and distances to the left, top, right and bottom [batch, 4, h, w].

        pixel_values: float32[batch, 3, height, width]. A place is `STRIDE` pixels, so h is height / STRIDE, rounded up
        to what the deepest features need; distances are in pixels and positive.
        """
        height, width = pixel_values.shape[-2:]
        features = self.conv_stem(F.pad(pixel_values, (0, -width % DEEPEST, 0, -height % DEEPEST)))
        found = []
        for i, block in enumerate(self.layer):
            features = block(features)
            if i in TAPS:
                found.append(features)
        features = torch.zeros((), device=features.device)
        for tap, lateral, smooth in zip(reversed(found), reversed(self.lateral), reversed(self.smooth), strict=True):
            deeper = F.interpolate(features, size=tap.shape[-2:]) if features.ndim else features
            features = smooth(lateral(tap) + deeper)
        middles, sides = (head(features) for head in self.heads)
        return middles, sides.clamp(max=6).exp() * STRIDE

    def forward(self, pixel_values: Tensor, pixel_mask: Tensor | None = None, **_: Any) -> ModelOutput:
        """logits float32[batch, boxes, labels + 1], pred_boxes [batch, boxes, 4] as middle and size, 0 to 1.

        A box is a place that is likelier than the eight around it; the likeliest come first.
        """
        # A processor's caches hold the features of one picture: sixteen at once take twice as long each.
        some = pixel_values.split(1 if pixel_values.device.type == "cpu" else len(pixel_values))
        logits, boxes = (torch.cat(parts) for parts in zip(*map(self.found, some), strict=True))
        return ModelOutput(logits=logits, pred_boxes=boxes)

    def found(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        """logits and pred_boxes of `forward`."""
        middles, sides = self.maps(pixel_values)
        peaks = torch.where(middles == F.max_pool2d(middles, 3, 1, 1), middles, NOWHERE)
        places = peaks.amax(1).flatten(1)
        best = places.topk(min(self.config.num_queries, places.shape[1])).indices
        logits = peaks.flatten(2).transpose(1, 2).gather(1, best[..., None].expand(-1, -1, peaks.shape[1]))
        boxes = corners(sides).flatten(2).transpose(1, 2).gather(1, best[..., None].expand(-1, -1, 4))
        height, width = pixel_values.shape[-2:]
        boxes = (boxes / boxes.new_tensor([width, height, width, height])).clamp(0, 1)
        low, high = boxes[..., :2], boxes[..., 2:]
        nothing = torch.zeros_like(logits[..., :1])
        return torch.cat([logits, nothing], dim=-1), torch.cat([(low + high) / 2, high - low], dim=-1)


def layer(config: PointsConfig, channels: int, width: int, kernel: int, groups: int = 1) -> MobileNetV2ConvLayer:
    """Convolution, batch normalisation and ReLU6."""
    return MobileNetV2ConvLayer(config, channels, width, kernel, groups=groups)


def separable(config: PointsConfig) -> nn.Sequential:
    """A convolution of each channel by itself, then one across them."""
    return nn.Sequential(
        layer(config, config.width, config.width, 3, config.width), layer(config, config.width, config.width, 1)
    )


def corners(sides: Tensor) -> Tensor:
    """Boxes float32[batch, 4, h, w] as x0, y0, x1, y1 in pixels, from the distances of each place to its sides."""
    h, w = sides.shape[-2:]
    y = (torch.arange(h, device=sides.device) + 0.5) * STRIDE
    x = (torch.arange(w, device=sides.device) + 0.5) * STRIDE
    x, y = x.expand(h, w), y[:, None].expand(h, w)
    left, top, right, bottom = sides.unbind(1)
    return torch.stack([x - left, y - top, x + right, y + bottom], dim=1)


AutoConfig.register(PointsConfig.model_type, PointsConfig, exist_ok=True)
AutoImageProcessor.register(PointsConfig, DetrImageProcessorPil, exist_ok=True)
AutoModelForObjectDetection.register(PointsConfig, PointsForObjectDetection, exist_ok=True)
# The pipeline goes by this table of names, and would otherwise log that the model is not supported.
MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES[PointsConfig.model_type] = PointsForObjectDetection.__name__

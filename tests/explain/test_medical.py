"""Pictures that are no photos, in grey and in 16 bits: what is planted in them is what the explanation finds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import load
from PIL import Image

from explain import explain
from explain.overlay import label_array
from explain.types import Explanation


def weights(explanation: Explanation) -> np.ndarray:
    """|value| of the region that each pixel of the label map lies in, spread evenly over it, float64[height, width]."""
    labels, spread = label_array(explanation), np.zeros(256)
    for feature, value in zip(explanation.features, explanation.values, strict=True):
        index = (feature.where or {})["region"]
        spread[index] = abs(float(value)) / max(int((labels == index).sum()), 1)
    return spread[labels]


@pytest.mark.parametrize("bits", [16, 8])
@pytest.mark.parametrize("number", range(4))
def test_the_overlay_lies_on_the_planted_blob(
    tiny_models: Callable[[str], Path], number: int, bits: int, tmp_path: Path
) -> None:
    task = load(tiny_models("tiny-xray"))
    path = task.folder / task.demo.examples[number].inputs["image"]
    picture = Image.open(path)
    if bits == 8:
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
        picture.save(path := tmp_path / "grey.png")
        assert Image.open(path).mode == "L"
    explanation = explain(task, {"image": path})
    weight = weights(explanation)
    top, left = np.unravel_index(np.asarray(picture, float).argmax(), picture.size)
    height, width = weight.shape
    y, x = np.mgrid[:height, :width]
    near = np.hypot(y / height - top / 256, x / width - left / 256) < 0.25  # a fifth of the picture
    assert weight[near].sum() > 0.75 * weight.sum()

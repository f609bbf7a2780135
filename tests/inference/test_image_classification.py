"""A photo on its way into a model: what is shown of it is what the model gets."""

from typing import Any

import numpy as np
import pytest
from conftest import load
from PIL import Image

from inference import models
from inference.demo import Demo
from inference.fields import ImageField
from inference.tasks.image_classification import ImageClassification


@pytest.fixture(scope="module")
def task() -> Any:
    found = load(models.find()["mobilenet-v2"])
    assert isinstance(found, ImageClassification)
    return found


@pytest.fixture(params=["photo", "noise", "narrow"])
def picture(request: pytest.FixtureRequest) -> Image.Image:
    if request.param == "photo":
        return Image.open(models.find()["mobilenet-v2"] / "examples" / "cat.jpg").convert("RGB")
    size = (300, 260) if request.param == "noise" else (1_000, 40)
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_the_picture_that_is_shown_is_the_one_the_model_gets(task: Any, picture: Image.Image) -> None:
    batch = task.encode([{"image": picture}])
    shown = task.sight(batch).picture
    assert (shown.mode, shown.size) == ("RGB", (224, 224))
    processor = task.pipeline.image_processor
    pixels = np.asarray(shown).transpose(2, 0, 1) / 255
    mean, std = (np.reshape(values, (3, 1, 1)) for values in (processor.image_mean, processor.image_std))
    given = batch["pixel_values"][0].numpy() * std + mean
    assert np.abs(pixels - given).max() <= 0.5 / 255 + 1e-6  # half a step of eight bits


def test_the_words_name_both_sizes(task: Any) -> None:
    raw = task.parse({"image": models.find()["mobilenet-v2"] / "examples" / "cat.jpg"})
    with Image.open(models.find()["mobilenet-v2"] / "examples" / "cat.jpg") as picture:
        width, height = picture.size
    words = task.prepared(raw, task.encode([raw]))
    assert words == f"resized from {width:,} × {height:,} to 224 × 224 pixels, colours normalised"


class Processor:
    """An image processor that leaves the colours as they are."""

    do_normalize = False


class Pipe:
    """The least that a Task asks of a pipeline."""

    def __init__(self) -> None:
        self.image_processor = Processor()
        self.model: Any = type(
            "Model", (), {"config": type("Config", (), {"problem_type": None, "id2label": {0: "a"}})}
        )

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], ...]:
        return {}, {}, options


def test_a_grey_model_sees_a_grey_picture(tmp_path: Any) -> None:
    import torch

    about = Demo(task="t", title="T", summary="S", fields=(ImageField(name="image", label="Image"),))
    pipe: Any = Pipe()
    grey = ImageClassification(tmp_path, about, pipe)
    pixels = torch.arange(6, dtype=torch.float32).reshape(1, 1, 2, 3) * 51 / 255
    shown = grey.sight({"pixel_values": pixels}).picture
    assert shown is not None and shown.size == (3, 2)
    assert np.asarray(shown)[:, :, 0].tolist() == [[0, 51, 102], [153, 204, 255]]
    assert (np.asarray(shown).std(axis=2) == 0).all()

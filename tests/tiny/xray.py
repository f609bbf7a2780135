"""image-classification as a hub model of X-rays would come: a ViT with random weights, pictures of 16 bits."""

import json
from pathlib import Path


def build(folder: Path) -> None:
    """Write the model folder, with four pictures of 16 bits that have one bright blob each."""
    import numpy as np
    import torch
    from PIL import Image
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil

    torch.manual_seed(0)
    labels = {0: "clear", 1: "opaque", 2: "unsure"}
    config = ViTConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=64,
        patch_size=8,
        initializer_range=0.5,  # large enough that a patch moves the score
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    places = {"upper left": (60, 70), "upper right": (180, 70), "lower left": (60, 190), "centre": (128, 128)}
    y, x = np.mgrid[:256, :256]
    for name, (left, top) in places.items():
        blob = np.exp(-((x - left) ** 2 + (y - top) ** 2) / (2 * 18**2))
        Image.fromarray((9_000 + 50_000 * blob).astype(np.uint16)).save(folder / f"{name.replace(' ', '-')}.png")
    examples = [{"title": name, "inputs": {"image": f"{name.replace(' ', '-')}.png"}} for name in places]
    field = {"name": "image", "kind": "image", "label": "X-ray", "expects": "picture"}
    about = {"task": "image-classification", "title": "Tiny X-ray", "summary": "Random labels."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))

"""image-regression: a ViT with random weights and a single output."""

import json
import shutil
from pathlib import Path

PHOTOS = Path(__file__).parents[2] / "assets" / "models" / "mobilenet-v2" / "examples"


def build(folder: Path) -> None:
    """Write the model folder."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=64,
        patch_size=16,
        initializer_range=0.5,  # large enough that a patch moves the score
        num_labels=1,
        problem_type="regression",
    )
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    photos = sorted(PHOTOS.glob("*.jpg"))[:4]
    for photo in photos:
        shutil.copy(photo, folder)
    field = {"name": "image", "kind": "image", "label": "Picture"}
    examples = [{"title": photo.stem, "inputs": {"image": photo.name}} for photo in photos]
    about = {"task": "image-regression", "title": "Tiny age", "summary": "A random number.", "unit": "years"}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))

"""object-detection: a DETR of one layer on a ResNet of two, both with random weights; no timm."""

import json
import shutil
from pathlib import Path

PHOTOS = Path(__file__).parents[2] / "assets" / "models" / "mobilenet-v2" / "examples"


def build(folder: Path) -> None:
    """Write the model folder."""
    import torch
    from transformers import DetrConfig, DetrForObjectDetection, DetrImageProcessorPil, ResNetConfig

    torch.manual_seed(5)
    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", out_features=["stage2"]
    )
    labels = {0: "car", 1: "person", 2: "sign"}
    config = DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=backbone,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=12,
        init_std=1.0,  # large enough that queries look at different places
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    model = DetrForObjectDetection(config)
    with torch.no_grad():  # neither at the edges of the picture nor all alike
        model.bbox_predictor.layers[-1].weight.mul_(0.05)
        model.class_labels_classifier.weight.mul_(0.3)
    model.save_pretrained(folder)
    DetrImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96}).save_pretrained(folder)
    photos = sorted(PHOTOS.glob("*.jpg"))[:4]
    for photo in photos:
        shutil.copy(photo, folder)
    fields = [
        {"name": "image", "kind": "image", "label": "Picture"},
        {"name": "threshold", "kind": "number", "label": "Least probability", "role": "setting", "default": 0.5},
    ]
    examples = [{"title": photo.stem, "inputs": {"image": photo.name}} for photo in photos]
    about = {"task": "object-detection", "title": "Tiny detector", "summary": "Random boxes."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

"""zero-shot-image-classification: a CLIP of 2 + 2 layers with random weights, whose tokens are single characters."""

import json
import shutil
from pathlib import Path

from .detector import PHOTOS

LABELS = [["a cat", "a cup"], ["red", "green", "blue"], ["food", "a person", "the sea"], ["day", "night"]]


def build(folder: Path) -> None:
    """Write the model folder."""
    import torch
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    known = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    tokenizer = CLIPTokenizer({token: i for i, token in enumerate(known)}, [], model_max_length=77)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ends = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    text = {**sizes, **ends, "vocab_size": len(known), "projection_dim": 16}
    vision = {**sizes, "image_size": 64, "patch_size": 16, "projection_dim": 16}
    # large enough that regions and labels move the answer
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16, initializer_factor=4.0)
    CLIPModel(config).eval().save_pretrained(folder)
    edge = {"height": 64, "width": 64}
    CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size=edge).save_pretrained(folder)
    photos = sorted(PHOTOS.glob("*.jpg"))[:4]
    for photo in photos:
        shutil.copy(photo, folder)
    fields = [
        {"name": "image", "kind": "image", "label": "Picture"},
        {"name": "labels", "kind": "labels", "label": "Labels", "role": "setting", "default": ["yes", "no"]},
    ]
    pairs = zip(photos, LABELS, strict=True)
    examples = [{"title": photo.stem, "inputs": {"image": photo.name, "labels": labels}} for photo, labels in pairs]
    about = {"task": "zero-shot-image-classification", "title": "Tiny CLIP", "summary": "Random answers."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

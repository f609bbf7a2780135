"""fill-mask: a BERT of 2 layers with random weights and its own tokenizer."""

import json
from pathlib import Path

from .token_classification import word_pieces

TEXTS = [
    "The sea in ___ is grey and loud.",
    "Why do [MASK] turn red in autumn?",
    "A warm, ___ film with a slow start.",
    "What would be ___ about it, and why?",
]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    import torch
    from transformers import BertConfig, BertForMaskedLM

    fast = word_pieces(TEXTS)
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(fast),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.3,  # large enough that words move the answer
    )
    BertForMaskedLM(config).save_pretrained(folder)
    field = {"name": "text", "kind": "text", "label": "Sentence with a gap"}
    examples = [{"title": f"Text {i}", "inputs": {"text": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "fill-mask", "title": "Tiny fill-mask", "summary": "Random words for a gap."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))

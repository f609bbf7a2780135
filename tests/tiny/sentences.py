"""sentence-similarity: a BERT that pools by its first token, 2 layers with random weights, a vocabulary of letters."""

import json
from pathlib import Path

SIDES = {"first": "One text", "second": "Another text"}
PAIRS = [
    ("the train is late", "our train has been delayed"),
    ("the shop opens at nine", "the shop closes at nine"),
    ("the soup needs salt", "interest rates rose again"),
    ("a warm, witty film", "a slow film"),
]


def build(folder: Path) -> None:
    """Write the model to `folder`."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,?!'"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{each}" for each in letters)]
    folder.mkdir(parents=True, exist_ok=True)
    BertTokenizer(vocab={word: i for i, word in enumerate(words)}, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.3,  # large enough that words move the answer
    )
    BertModel(config).save_pretrained(folder)
    (folder / "README.md").write_text("---\npipeline_tag: sentence-similarity\n---\n")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    said = {"word_embedding_dimension": 32, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    fields = [{"name": name, "kind": "text", "label": label} for name, label in SIDES.items()]
    examples = [{"title": pair[0], "inputs": dict(zip(SIDES, pair, strict=True))} for pair in PAIRS]
    about = {"task": "sentence-similarity", "title": "Tiny sentences", "summary": "Random cosines."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

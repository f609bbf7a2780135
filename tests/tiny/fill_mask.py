"""fill-mask: a BERT of 2 layers with random weights and its own tokenizer."""

import json
from pathlib import Path

TEXTS = [
    "The sea in ___ is grey and loud.",
    "Why do [MASK] turn red in autumn?",
    "A warm, ___ film with a slow start.",
    "What would be ___ about it, and why?",
]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=120, special_tokens=special))
    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
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

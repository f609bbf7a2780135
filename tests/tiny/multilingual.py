"""text-classification: an XLM-RoBERTa of 2 layers with random weights, whose Unigram vocabulary holds `</s>`."""

import json
from pathlib import Path

TEXTS = [
    "The sea in winter is grey and loud.",
    "Warum werden Blätter im Herbst rot?",
    "Un film chaleureux, un début lent.",
    "What would be done about it, and why?",
]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForSequenceClassification

    tokenizer = Tokenizer(models.Unigram(pieces(), unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(SPECIAL)
    ends = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIAL, strict=True))
    options = {"model_max_length": 64, "model_input_names": ["input_ids", "attention_mask"]}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, cls_token="<s>", sep_token="</s>", **names, **options)
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    labels = {0: "calm", 1: "curious", 2: "critical"}
    config = XLMRobertaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=66,
        initializer_range=0.5,  # large enough that words move the answer
        type_vocab_size=1,
        pad_token_id=1,
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    XLMRobertaForSequenceClassification(config).eval().save_pretrained(folder)
    field = {"name": "text", "kind": "text", "label": "Text"}
    examples = [{"title": f"Text {i}", "inputs": {"text": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "text-classification", "title": "Tiny XLM-RoBERTa", "summary": "Random labels."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))


def pieces() -> list[tuple[str, float]]:
    """Words, letters and marks with their log-probabilities."""
    words = sorted({f"▁{word}" for text in TEXTS for word in text.split()})
    letters = sorted({letter for piece in (*words, *SPECIAL) for letter in piece})
    return [(piece, score) for known, score in ((SPECIAL, 0.0), (words, -4.0), (letters, -6.0)) for piece in known]

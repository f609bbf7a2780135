"""zero-shot-classification: a BART of natural language inference, 2 layers, random weights, its own tokenizer."""

import json
from pathlib import Path

TEXTS = [
    "The keeper saved two penalties and the cup stayed in the city.",
    "Dockers at three ports stopped work on Friday.",
    "The central bank left its rates alone.",
    "Whisk the eggs with sugar until pale.",
]
LABELS = [["sport", "shipping"], ["strike", "holiday", "weather"], ["money", "food"], ["cake", "soup", "a new car"]]


def build(folder: Path) -> None:
    """Write the model to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import BartConfig, BartForSequenceClassification, PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), special, strict=True))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
        **names,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    labels = {0: "contradiction", 1: "neutral", 2: "entailment"}
    config = BartConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        init_std=0.3,  # large enough that words move the answer
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    BartForSequenceClassification(config).save_pretrained(folder)
    fields = [
        {"name": "text", "kind": "text", "label": "Text"},
        {"name": "labels", "kind": "labels", "label": "Labels", "role": "setting", "default": ["yes", "no"]},
    ]
    pairs = zip(TEXTS, LABELS, strict=True)
    examples = [{"title": text, "inputs": {"text": text, "labels": labels}} for text, labels in pairs]
    about = {"task": "zero-shot-classification", "title": "Tiny entailment", "summary": "Random answers."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

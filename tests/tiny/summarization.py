"""summarization: a T5 of 2 layers with random weights, its own prefix and tokenizer."""

import json
from pathlib import Path

TEXTS = [
    "The sea in winter is grey and loud.",
    "Why do leaves turn red in autumn?",
    "A warm, witty film with a slow start.",
    "What would be done about it, and why?",
]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    special = ["<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram(pieces(special), unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(special)
    end = ("</s>", tokenizer.token_to_id("</s>"))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[end])
    names = dict(zip(("pad_token", "eos_token", "unk_token"), special, strict=True))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(fast),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        initializer_factor=6.0,  # large enough that words move the summary
        pad_token_id=fast.pad_token_id,
        eos_token_id=fast.eos_token_id,
        decoder_start_token_id=fast.pad_token_id,
        task_specific_params={"summarization": {"prefix": "summarize: "}},
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    length = {"name": "max_new_tokens", "kind": "number", "label": "Length at most", "role": "setting"}
    fields = [{"name": "text", "kind": "text", "label": "Text"}, {**length, "default": 12, "limits": [1, 64]}]
    examples = [{"title": f"Text {i}", "inputs": {"text": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "summarization", "title": "Tiny T5", "summary": "Random words.", "output": "summary"}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))


def pieces(special: list[str]) -> list[tuple[str, float]]:
    """Words and letters with their log-probabilities: a trainer would draw other pieces in each process."""
    words = sorted({f"▁{word}" for text in (*TEXTS, "summarize:") for word in text.split()})
    letters = sorted({letter for word in words for letter in word})
    return [(piece, score) for known, score in ((special, 0.0), (words, -4.0), (letters, -6.0)) for piece in known]

"""token-classification: a BERT of 2 layers with random weights, its own WordPiece tokenizer and five labels."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

LABELS = ("O", "person", "place", "date", "money")
TEXTS = [
    "Anna Berg flew to Lisbon on the second of May.",
    "The bill of $40 was paid by Omar in June.",
    "On Sunday the mayor of Bergen spoke to Mr Lee.",
    "Nobody was at home, and the letter came back.",
]


def build(folder: Path, labels: Sequence[str] = LABELS) -> None:
    """Write the tiny token classifier to `folder`; labels: its own names for them."""
    import torch
    from transformers import BertConfig, BertForTokenClassification

    tokenizer = word_pieces(TEXTS)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    BertForTokenClassification(small(len(tokenizer), BertConfig, **names)).eval().save_pretrained(folder)
    field = {"name": "text", "kind": "text", "label": "Text"}
    examples = [{"title": f"Text {i}", "inputs": {"text": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "token-classification", "title": "Tiny entities", "summary": "Random spans."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))


def word_pieces(texts: Sequence[str]):  # type: ignore[no-untyped-def]  # transformers is imported late
    """A WordPiece tokenizer in lower case that knows the pieces of some texts."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = sorted({letter for text in texts for letter in text.lower() if not letter.isspace()})
    words = sorted({word for text in texts for word in re.findall(r"\w+", text.lower()) if len(word) > 1})
    # Every other word is whole, the rest falls into letters; a trainer would draw other pieces in each process.
    known = [*special, *letters, *(f"##{letter}" for letter in letters), *words[::2]]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(known)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    ends = [("[CLS]", 2), ("[SEP]", 3)]
    pair = "[CLS] $A [SEP] $B:1 [SEP]:1"
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", pair=pair, special_tokens=ends)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)


def small(vocabulary: int, kind, **more):  # type: ignore[no-untyped-def]  # transformers is imported late
    """The config of a BERT of 2 layers of 32 numbers, weights so large that words move its answers."""
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    return kind(vocab_size=vocabulary, max_position_embeddings=64, initializer_range=0.5, **sizes, **more)

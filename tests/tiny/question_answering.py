"""question-answering: a BERT of 2 layers with random weights, which reads windows of 48 tokens."""

import json
from pathlib import Path

from .token_classification import small, word_pieces

TEXTS = [
    ("Who came first?", "Anna Berg flew to Lisbon on the second of May. Omar came a day later."),
    ("What was paid?", "The bill of $40 was paid by Omar in June, and nobody asked who had ordered the second cake."),
    ("Where was he?", "On Sunday the mayor spoke in Bergen. " * 8),
    ("Why?", "Nobody was at home, and the letter came back."),
]


def build(folder: Path) -> None:
    """Write the tiny reader to `folder`."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    tokenizer = word_pieces([text for pair in TEXTS for text in pair])
    tokenizer.model_max_length = 48
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    BertForQuestionAnswering(small(len(tokenizer), BertConfig)).eval().save_pretrained(folder)
    names = {"question": "Question", "context": "Text"}
    fields = [{"name": name, "kind": "text", "label": label} for name, label in names.items()]
    inputs = [dict(zip(names, pair, strict=True)) for pair in TEXTS]
    examples = [{"title": f"Question {i}", "inputs": each} for i, each in enumerate(inputs)]
    about = {"task": "question-answering", "title": "Tiny reader", "summary": "Random answers."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

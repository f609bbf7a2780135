"""One number for a text: read as the model gives it, and nothing that has several outputs is taken for one."""

from pathlib import Path

import pytest

import inference
from inference.errors import ModelError


def saved(folder: Path, outputs: int) -> Path:
    """A tiny BERT of random weights with so many outputs, as the hub would have it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "warm", "film", "a", "slow"]
    folder.mkdir()
    BertTokenizer(vocab={word: i for i, word in enumerate(words)}).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        initializer_range=1.0,
        num_labels=outputs,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "README.md").write_text("---\npipeline_tag: text-regression\n---\n")
    return folder


def test_the_number_is_the_models_own_without_squashing(tmp_path: Path) -> None:
    task = inference.load(saved(tmp_path / "one", 1))
    task.pipeline.model.classifier.bias.data += 50
    value = task.predict({"text": "a warm film"}).prediction
    assert value.kind == "value" and value.scores[0] > 10
    assert value.scores[0] == pytest.approx(task.pipeline.model(**task.encode([{"text": "a warm film"}])).logits.item())


def test_several_outputs_are_no_number(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has 3 outputs and a number is one: its task is text-classification"):
        inference.load(saved(tmp_path / "three", 3))

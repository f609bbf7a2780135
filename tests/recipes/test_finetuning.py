"""Fine-tuning: what a temperature is, that the folded head needs none, and that an adapter is saved whole."""

from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("sklearn")

from assets.recipes import adapter, finetuning, minilm

TEXTS = ["A warm, witty film.", "Call now and win a prize!", "No.", "See you at seven, then we walk home together."]


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    margin = rng.normal(size=4000) * 2
    labels = (rng.random(4000) < 1 / (1 + np.exp(-margin))).astype(int)
    logits = 3 * np.stack([-margin / 2, margin / 2], axis=1)
    assert finetuning.fit_temperature(logits, labels) == pytest.approx(3, rel=0.1)


def test_the_second_label_has_the_probability_of_the_softmax() -> None:
    logits = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    assert minilm.second(logits.numpy()) == pytest.approx(logits.double().softmax(-1)[:, 1].numpy())


def test_a_trained_adapter_with_its_temperature_comes_back_from_disk(tmp_path: Path) -> None:
    tokenizer = minilm.tokenizer_of_base()
    settings = finetuning.Settings(rank=2, epochs=2, batch_size=2)
    model = minilm.new_model(["ham", "spam"], settings.rank, settings.seed)
    before = minilm.predict(model, tokenizer, TEXTS, 64)
    losses = [*finetuning.fit(model, tokenizer, TEXTS, torch.tensor([0, 1, 0, 1]), settings)]
    learnt = minilm.predict(model, tokenizer, TEXTS, 64)
    assert len(losses) == 2 and np.isfinite(losses).all() and not np.allclose(before, learnt)
    finetuning.fold_temperature(model, 2.0)
    adapter.save(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "config.json",
    }
    assert minilm.predict(adapter.load(tmp_path), tokenizer, TEXTS, 64) == pytest.approx(learnt / 2, abs=1e-4)

"""Batches of texts: every text once, its padding masked, and words hidden in the middle only."""

import numpy as np
import torch

from assets.recipes.batches import buckets, hide, pad

IDS = [[101, *range(5, 5 + n), 102] for n in (4, 1, 9, 2, 7, 2, 3)]


def test_every_text_is_in_one_batch() -> None:
    for rng in (None, np.random.default_rng(0)):
        batches = [*buckets(IDS, 3, rng)]
        assert max(len(batch) for batch in batches) == 3
        assert sorted(np.concatenate(batches)) == list(range(len(IDS)))


def test_batches_hold_texts_of_similar_length() -> None:
    assert [len(IDS[i]) for batch in buckets(IDS, 3) for i in batch] == sorted(len(ids) for ids in IDS)


def test_padding_is_masked() -> None:
    batch = pad([[101, 7, 102], [101, 102]], pad_id=0)
    assert torch.equal(batch["input_ids"], torch.tensor([[101, 7, 102], [101, 102, 0]]))
    assert torch.equal(batch["attention_mask"], torch.tensor([[1, 1, 1], [1, 1, 0]]))


def test_hiding_spares_the_ends_and_whole_texts() -> None:
    rng = np.random.default_rng(0)
    assert hide(IDS[0], 103, share=1, rate=1, rng=rng) == [101, 103, 103, 103, 103, 102]
    assert hide(IDS[0], 103, share=0, rate=1, rng=rng) == IDS[0]


def test_hiding_meets_its_rates() -> None:
    rng = np.random.default_rng(0)
    texts = [hide([101, *[7] * 50, 102], 103, share=0.5, rate=0.2, rng=rng) for _ in range(400)]
    touched = [text for text in texts if 103 in text]
    assert abs(len(touched) / len(texts) - 0.5) < 0.08
    assert abs(np.mean([text.count(103) / 50 for text in touched]) - 0.2) < 0.02

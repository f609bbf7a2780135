"""Texts as batches of token ids: cut into tokens, sorted by length, padded, and some of their words hidden.

Knows no model and no label.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase


def tokenise(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Token ids of each text with [CLS] and [SEP]; lists differ in length."""
    return tokenizer(list(texts), truncation=True, max_length=max_tokens, padding=False)["input_ids"]


def buckets(ids: Sequence[list[int]], size: int, rng: np.random.Generator | None = None) -> Iterator[NDArray[np.int64]]:
    """Yield int64[<=size] batches of the places of lists of similar length; in random order if a generator is given."""
    lengths = np.array([len(row) for row in ids])
    jitter = rng.uniform(0, 3, len(lengths)) if rng else 0
    order = np.argsort(lengths + jitter, kind="stable")
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    if rng:
        rng.shuffle(batches)
    yield from batches


def pad(ids: Sequence[list[int]], pad_id: int) -> dict[str, torch.Tensor]:
    """Lists of token ids as input_ids and attention_mask: int64[batch, longest]."""
    rows = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in ids], batch_first=True, padding_value=pad_id)
    return {"input_ids": rows, "attention_mask": (rows != pad_id).long()}


def hide(ids: list[int], mask_id: int, share: float, rate: float, rng: np.random.Generator) -> list[int]:
    """Replace this rate of the tokens by [MASK] in this share of the texts.

    An explanation hides words behind [MASK]; a model that met [MASK] in training answers such a text from the words
    that are left, not from the strangeness of the input.
    """
    if rng.random() >= share:
        return ids
    hidden = rng.random(len(ids)) < rate
    hidden[[0, -1]] = False  # [CLS] and [SEP] stay
    return [mask_id if hide else token for token, hide in zip(ids, hidden, strict=True)]

"""Hiding words from a model: one token for one, and nothing typed acts as a special token."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

import inference
from inference import models, tokens
from inference.masks import MaskedText, of_tokens


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(models.installed("sentence-transformers/all-MiniLM-L6-v2"))


def encode(tokenizer: Any, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt", **tokens.PLAIN)
    return encoded["input_ids"], encoded["offset_mapping"][0]


@pytest.mark.parametrize("typed", ["[MASK]", "[SEP]", "[CLS]", "[PAD]", "[UNK]"])
def test_a_typed_special_token_is_plain_text(tokenizer: Any, typed: str) -> None:
    ids, _ = encode(tokenizer, f"good {typed} film")
    assert tokenizer.convert_tokens_to_ids(typed) not in ids[0, 1:-1].tolist()
    assert tokenizer.decode(ids[0, 1:-1]).replace(" ", "") == f"good{typed.lower()}film"


def test_without_the_option_a_typed_mask_would_be_the_mask(tokenizer: Any) -> None:
    assert tokenizer.mask_token_id in tokenizer("good [MASK] film")["input_ids"]


@pytest.fixture(params=["tiny-multilingual", "tiny-summarization"])
def unigram(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Path:
    """A model whose vocabulary holds its special tokens as pieces like any other."""
    return tiny_models(request.param)


TYPED = ["The sea {} is grey", "{}", "sea{}sea", "{}{}", "<{}>", "</{}"]


@pytest.mark.parametrize("text", TYPED)
def test_of_a_unigram_vocabulary_too_nothing_typed_is_a_special_token(unigram: Path, text: str) -> None:
    task = inference.load(unigram)
    tokenizer = task.pipeline.tokenizer
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    usual = [id for id in task.encode([task.parse({"text": "The sea"})])["input_ids"][0].tolist() if id in special]
    for name in tokenizer.all_special_tokens:
        ids = task.encode([task.parse({"text": text.format(name, name)})])["input_ids"][0].tolist()
        assert [id for id in ids if id in special] == usual, name


def test_without_the_care_a_typed_end_would_be_the_end(unigram: Path) -> None:
    tokenizer, usual = AutoTokenizer.from_pretrained(unigram), "The sea is grey"
    typed = tokenizer("The sea </s> is grey", **tokens.PLAIN)["input_ids"]
    assert typed.count(tokenizer.eos_token_id) == 2
    before = tokenizer(usual, return_offsets_mapping=True, **tokens.PLAIN)
    tokens.keep_plain(tokenizer)
    assert tokenizer(usual, return_offsets_mapping=True, **tokens.PLAIN) == before  # of other texts nothing changes
    pieces = tokens.pieces(tokenizer, "The sea </s> is", ())
    assert "".join(pieces) == "The sea </s> is" and "</s>" not in [piece.strip() for piece in pieces]


TEXT = "An unforgettable, warm film."


def hide(ids: Any, offsets: Any, hidden: list[tuple[int, int]], token: int) -> Any:
    """Token ids with all these spans hidden."""
    touched = tokens.touched(offsets, hidden)
    return of_tokens({"input_ids": ids}, touched, token).encode([np.zeros(len(hidden), bool)])["input_ids"]


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ([], []),
        ([(0, 2)], ["An"]),
        ([(3, 17)], ["unforgettable,"]),
        ([(18, 22)], ["warm"]),
        ([(0, 2), (18, 22)], ["An", "warm"]),
        ([(0, len(TEXT))], [TEXT]),
        ([(2, 3)], []),  # a space belongs to no token
        ([(19, 20)], ["warm"]),  # a part of a token hides the whole of it
    ],
)
def test_every_token_that_a_hidden_span_touches_is_replaced_and_no_other(
    tokenizer: Any, hidden: list[tuple[int, int]], words: list[str]
) -> None:
    ids, offsets = encode(tokenizer, TEXT)
    token, name = tokens.replacement(tokenizer)
    result = hide(ids, offsets, hidden, token)
    spans = [(TEXT.index(word), TEXT.index(word) + len(word)) for word in words]
    for before, after, (start, end) in zip(ids[0].tolist(), result[0].tolist(), offsets.tolist(), strict=True):
        inside = end > start and any(start >= a and end <= b for a, b in spans)
        assert after == (token if inside else before)
    assert name == "[MASK]"


def test_a_token_is_replaced_one_for_one(tokenizer: Any) -> None:
    ids, offsets = encode(tokenizer, TEXT)
    result = hide(ids, offsets, [(3, 16)], tokenizer.mask_token_id)
    assert result.shape == ids.shape
    assert result.dtype == ids.dtype
    pieces = len(tokenizer("unforgettable", add_special_tokens=False)["input_ids"])
    assert int((result == tokenizer.mask_token_id).sum()) == pieces > 1


def test_special_tokens_are_never_replaced(tokenizer: Any) -> None:
    ids, offsets = encode(tokenizer, TEXT)
    result = hide(ids, offsets, [(0, 1_000)], tokenizer.mask_token_id)
    assert result[0, 0] == tokenizer.cls_token_id
    assert result[0, -1] == tokenizer.sep_token_id
    assert (result[0, 1:-1] == tokenizer.mask_token_id).all()


def test_the_ids_themselves_are_not_changed(tokenizer: Any) -> None:
    ids, offsets = encode(tokenizer, TEXT)
    before = ids.clone()
    hide(ids, offsets, [(0, 5)], tokenizer.mask_token_id)
    assert torch.equal(ids, before)


def test_each_row_hides_its_own_spans() -> None:
    ids = torch.arange(4)[None]
    offsets = torch.tensor([[0, 0], [0, 3], [4, 6], [0, 0]])
    found = of_tokens({"input_ids": ids}, tokens.touched(offsets, [(0, 3), (4, 6)]), 99)
    rows = [np.array(kept) for kept in ([True, False], [False, False], [True, True])]
    assert found.encode(rows)["input_ids"].tolist() == [[0, 1, 99, 3], [0, 99, 99, 3], [0, 1, 2, 3]]


class Vocabulary:
    """A tokenizer's special tokens and nothing else."""

    mask_token = unk_token = pad_token = eos_token = None

    def __init__(self, **names: str) -> None:
        vars(self).update(names)

    def convert_tokens_to_ids(self, token: str) -> int:
        return len(token)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"mask_token": "<m>", "unk_token": "<unk>"}, (3, "<m>")),
        ({"unk_token": "<unk>", "pad_token": "<p>"}, (5, "<unk>")),
        ({"pad_token": "<pad>", "eos_token": "<e>"}, (5, "<pad>")),
        ({"eos_token": "<end>"}, (5, "<end>")),
    ],
)
def test_without_a_mask_token_the_next_best_stands_in(names: dict[str, str], expected: tuple[int, str]) -> None:
    assert tokens.replacement(Vocabulary(**names)) == expected


def test_without_any_such_token_nothing_can_be_hidden() -> None:
    with pytest.raises(ValueError) as error:
        tokens.replacement(Vocabulary())
    assert str(error.value) == "The tokenizer has no mask, unknown, padding or end token to hide a word with."


def test_a_plain_text_hides_nothing() -> None:
    assert tokens.masked("a") == MaskedText("a", ())
    partly = MaskedText("a b", ((0, 1),))
    assert tokens.masked(partly) is partly

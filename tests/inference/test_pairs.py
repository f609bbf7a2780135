"""A sentence encoder as a judge of pairs: each side is encoded as it would be alone."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from inference.modeling.pairs import SentencePairs, SentencePairsConfig, pooled

CLS, SEP, PAD = 2, 3, 0


@pytest.fixture(scope="module")
def model() -> Iterator[SentencePairs]:
    torch.manual_seed(0)
    config = SentencePairsConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        initializer_range=0.5,
        scale=7.0,
        least=0.2,
    )
    yield SentencePairs(config).eval()


def batch(*pairs: tuple[list[int], list[int]], width: int = 12) -> dict[str, Tensor]:
    """Pairs of token lists as a BERT tokenizer writes them, padded at the end."""
    rows, masks, types = [], [], []
    for text, hypothesis in pairs:
        ids = [CLS, *text, SEP, *hypothesis, SEP]
        rest = width - len(ids)
        rows.append(ids + [PAD] * rest)
        masks.append([1] * len(ids) + [0] * rest)
        types.append([0] * (len(text) + 2) + [1] * (len(hypothesis) + 1) + [0] * rest)
    names = ("input_ids", "attention_mask", "token_type_ids")
    return {name: torch.tensor(values) for name, values in zip(names, (rows, masks, types), strict=True)}


def alone(model: SentencePairs, tokens: list[int]) -> Tensor:
    """The unit vector of a text by itself."""
    ids = torch.tensor([[CLS, *tokens, SEP]])
    return pooled(model.bert(ids).last_hidden_state, torch.ones_like(ids))[0]


@torch.no_grad()
def test_a_logit_is_the_scaled_cosine_of_both_sides_alone(model: SentencePairs) -> None:
    pairs = [([10, 11, 12], [20]), ([10, 11, 12], [21, 22]), ([13], [20])]
    logits = model(**batch(*pairs)).logits
    for row, (text, hypothesis) in zip(logits, pairs, strict=True):
        expected = 7.0 * (alone(model, text) @ alone(model, hypothesis))
        assert row.tolist() == pytest.approx([7.0 * 0.2, expected.item()], abs=1e-5)


@torch.no_grad()
def test_padding_and_the_other_rows_change_nothing(model: SentencePairs) -> None:
    one = model(**batch(([10, 11], [20]), width=6)).logits
    among = model(**batch(([14, 15, 16, 17], [23, 24]), ([10, 11], [20]), width=20)).logits[1:]
    assert torch.allclose(one, among, atol=1e-5)


def test_a_text_that_stands_in_many_pairs_is_encoded_once(
    model: SentencePairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    forward = model.bert.forward

    def counted(ids: Tensor, **options: Tensor) -> object:
        rows.append(len(ids))
        return forward(ids, **options)

    monkeypatch.setattr(model.bert, "forward", counted)
    model(**batch(*[([10, 11], [20 + i]) for i in range(5)]))
    assert rows == [1, 5]


def test_where_nothing_is_counted_the_vector_is_zero() -> None:
    states, counted = torch.randn(2, 3, 4), torch.tensor([[1, 1, 0], [0, 0, 0]])
    for how in ("mean", "cls"):
        found = pooled(states, counted, how)
        assert found[0].norm().item() == pytest.approx(1)
        assert found[1].tolist() == [0, 0, 0, 0]
    mean = states[0, :2].mean(0)
    assert torch.allclose(pooled(states, counted)[0], mean / mean.norm(), atol=1e-6)

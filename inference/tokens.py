"""Text to token ids with some characters hidden, so that nothing a visitor types can act as a special token."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .masks import Kept, MaskedText
from .types import Span

if TYPE_CHECKING:
    from torch import Tensor

PLAIN = {"split_special_tokens": True}
"""Tokenizer option under which a typed [MASK] or <|im_end|> is read as plain characters."""


def masked(value: str | MaskedText) -> MaskedText:
    """A text as one of which nothing is hidden, or a masked text as it is."""
    return MaskedText(value) if isinstance(value, str) else value


def replacement(tokenizer: Any) -> tuple[int, str]:
    """The id and name of the token that stands for a hidden one: the mask token, or what the vocabulary has instead.

    Raises ValueError where the tokenizer has none.
    """
    for name in ("mask_token", "unk_token", "pad_token", "eos_token"):
        token = getattr(tokenizer, name, None)
        if token is not None:
            return tokenizer.convert_tokens_to_ids(token), token
    raise ValueError("The tokenizer has no mask, unknown, padding or end token to hide a word with.")


def touched(offsets: "Tensor", spans: Sequence[Span]) -> Kept:
    """Which tokens each span of characters touches, bool[spans, tokens].

    offsets: int64[tokens, 2], each token's characters; special tokens have none (0, 0) and are touched by nothing.
    """
    starts, ends = offsets.numpy().T
    edges = np.array(spans, dtype=np.int64).reshape(-1, 2)
    found: Kept = (starts < edges[:, 1:]) & (ends > edges[:, :1])
    return found

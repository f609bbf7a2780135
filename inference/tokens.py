"""Text to token ids with some characters hidden, so that nothing a visitor types can act as a special token."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .masks import Kept, MaskedText
from .types import Span

if TYPE_CHECKING:
    from torch import Tensor

PLAIN = {"split_special_tokens": True}
"""Tokenizer option under which a typed [MASK] or <|im_end|> is read as plain characters."""


def keep_plain(tokenizer: Any) -> None:
    """Make a tokenizer of the Rust library read every typed special token as characters under PLAIN.

    A vocabulary that holds `</s>` as a piece like any other, as SentencePiece's do, would find the token in a text. So
    what spells such a token is cut behind its first character, when all other cuts are made.
    """
    if not getattr(tokenizer, "is_fast", False):
        return
    names = [name for name in tokenizer.all_special_tokens if len(name) > 1]
    found = tokenizer(names, add_special_tokens=False, **PLAIN)["input_ids"] if names else []
    special = set(tokenizer.all_special_ids)
    spelled = [name for name, ids in zip(names, found, strict=True) if special & set(ids)]
    if not spelled:
        return
    from tokenizers import Regex, pre_tokenizers

    beginning = "|".join(f"{re.escape(name[0])}(?={re.escape(name[1:])})" for name in spelled)
    library, cut = tokenizer.backend_tokenizer, pre_tokenizers.Split(Regex(beginning), "isolated")
    before = [library.pre_tokenizer] if library.pre_tokenizer is not None else []
    library.pre_tokenizer = pre_tokenizers.Sequence([*before, cut])


def masked(value: str | MaskedText) -> MaskedText:
    """A text as one of which nothing is hidden, or a masked text as it is."""
    return MaskedText(value) if isinstance(value, str) else value


STAND_INS = ("mask_token", "unk_token", "pad_token", "eos_token")
"""What may stand for a hidden token: the first of these that a tokenizer has."""


def replacement(tokenizer: Any, names: Sequence[str] = STAND_INS) -> tuple[int, str]:
    """The id and name of the token that stands for a hidden one: the mask token, or what the vocabulary has instead.

    Raises ValueError where the tokenizer has none.
    """
    for name in names:
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


def pieces(tokenizer: Any, text: str, ids: Sequence[int]) -> list[str]:
    """A text cut into its tokens, which were made without special ones; together they are the text.

    A token ends where the next begins: the space between is its own.
    """
    if tokenizer.is_fast:
        options = {"add_special_tokens": False, "return_offsets_mapping": True, **PLAIN}
        found = tokenizer(text, **options)["offset_mapping"]
    else:
        found = offsets(tokenizer, text, ids)
    starts = [start for start, _ in found]
    return [text[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)]


def offsets(tokenizer: Any, text: str, ids: Sequence[int]) -> list[Span]:
    """The characters of each token of a text, for tokenizers in Python, which do not tell them; (0, 0) if special.

    Each piece is looked for after the one before it; one that does not occur, such as an unknown or a normalised one,
    lies between its neighbours.
    """
    special = tokenizer.get_special_tokens_mask(list(ids), already_has_special_tokens=True)
    named = [token for token, alone in zip(tokenizer.convert_ids_to_tokens(ids), special, strict=True) if not alone]
    plain = aligned(text, [piece.replace("▁", " ").strip() for piece in named])
    return [(0, 0) if alone else next(plain) for alone in special]


REACH = 24
"""Characters within which the next piece is looked for: further on, it is another one of the same letters."""


def aligned(text: str, pieces: Sequence[str]) -> Iterator[Span]:
    """Where pieces follow one another in a text, (start, end) each."""
    found: list[Span | None] = []
    end = 0
    for piece in pieces:
        start = text.find(piece, end, end + REACH + len(piece)) if piece else -1
        found.append((start, start + len(piece)) if start >= 0 else None)
        end = start + len(piece) if start >= 0 else end
    edges = [(0, 0), *found, (len(text), len(text))]
    last = 0
    for i, (own, _) in enumerate(pairwise(edges[1:])):
        following = next(each[0] for each in edges[i + 2 :] if each)
        yield own or (last, following)
        last = own[1] if own else last

"""Which words say something by themselves, so that one may stand in the place of another. Knows no model."""

import re
from collections.abc import Sequence

from ..players.text import word_spans

LETTERS = 4
"""Letters from which a word says something by itself, more or less."""
LITTLE = frozenset(
    """
    about after also another because been before being both cannot could dont down each either even ever every from
    have having here into itself just like many more most much must myself never only other over quite rather same
    shall should since some such than that their them then there these they this those through under until upon very
    were what when where whether which while whom whose will with within without would your yours
    """.split()  # noqa: SIM905  a list of them is four times as long
)
"""English words that hold others together: one in the place of a word that says something reads badly."""


def known_words(texts: Sequence[str]) -> list[str]:
    """The words of some texts, in turns: the first of each, then the second, and so on; each once, without marks."""
    each = [[re.sub(r"^\W+|\W+$", "", text[a:b]) for a, b in word_spans(text)] for text in texts]
    plain = [[word for word in words if tells(word)] for words in each]
    turns = [words[i] for i in range(max(map(len, plain), default=0)) for words in plain if i < len(words)]
    return list({word.casefold(): word.lower() for word in turns}.values())


def tells(word: str) -> bool:
    """Whether a word says something by itself."""
    return word.isalpha() and len(word) >= LETTERS and word.casefold() not in LITTLE

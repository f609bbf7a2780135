"""Find texts that are nearly copies of others, by the words they have in common; and undo what happened to a text.

Knows no data set: what counts as a word is decided by whoever calls.
"""

import html
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix
from sklearn.feature_extraction.text import CountVectorizer


def unescape(text: str) -> str:
    """Undo the HTML escapes (some are double: ``&amp;#38;``) and collapse white space."""
    return " ".join(html.unescape(html.unescape(text)).split())


def near(texts: Sequence[str], others: Sequence[str], overlap: float) -> np.ndarray:
    """Mark the texts that share so many words, by `jaccard`, with one of the others: bool[len(texts)]."""
    pairs = jaccard(texts, others)
    marked = np.zeros(len(texts), dtype=bool)
    marked[pairs.row[pairs.data >= overlap]] = True
    return marked


def jaccard(texts: Sequence[str], others: Sequence[str]) -> coo_matrix:
    """Words in common / words in either, float64[texts, others], where there is one in common (Jaccard 1901).

    Words are what white space separates.
    """
    counter = CountVectorizer(binary=True, token_pattern=r"\S+", lowercase=False).fit([*texts, *others])
    a, b = counter.transform(texts), counter.transform(others)
    shared = (a @ b.T).tocoo()
    sizes = [np.asarray(words.sum(axis=1)).ravel() for words in (a, b)]
    union = sizes[0][shared.row] + sizes[1][shared.col] - shared.data
    return coo_matrix((shared.data / union, (shared.row, shared.col)), shape=shared.shape)

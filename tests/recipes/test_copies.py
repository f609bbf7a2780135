"""Near copies by the words in common, and texts as they were before someone escaped them."""

import pytest

pytest.importorskip("sklearn")

from assets.recipes.copies import jaccard, unescape


def test_the_overlap_is_words_in_common_of_words_in_either() -> None:
    found = jaccard(["a b c", "d", "a a b"], ["b c x y", "a b"]).toarray()
    assert found.tolist() == [[2 / 5, 2 / 3], [0, 0], [1 / 5, 1]]


def test_escapes_are_undone_twice_and_white_space_collapses() -> None:
    assert unescape(" it&amp;#39;s \n 5 &gt; 3 ") == "it's 5 > 3"

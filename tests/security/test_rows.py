"""Rows that a program sends, made to do harm: told, and not spread over a table of their own making."""

import time
from typing import Any

import pytest

from inference.errors import InputError
from inference.study.sent_evaluation import Sent

HALF = "\ud800"
"""Half a character, which JSON lets through and nothing can write."""


@pytest.mark.parametrize(
    "row", [{"text": f"a{HALF}", "truth": "x"}, {"text": "a", "truth": HALF}, {"text": "a", HALF: "x"}]
)
def test_half_a_character_is_told_with_its_row(row: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"^Row 2 holds half a character \(a lone surrogate\); write it anew\.$"):
        Sent([{"text": "a", "truth": "x"}, row])


def test_rows_that_each_have_columns_of_their_own_are_not_spread_out() -> None:
    rows: list[dict[str, Any]] = [{f"{number}-{name}": 1 for name in range(20)} for number in range(10_000)]
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"rows may name 2,000 columns together, got 200,000\."):
        Sent(rows)
    assert time.perf_counter() - began < 2

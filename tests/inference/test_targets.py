"""Contrasts come apart into what is asked once, with its sign."""

from inference.targets import apart
from inference.types import Contrast, ItemTarget

A, B, C = ItemTarget("a"), ItemTarget("b"), ItemTarget("c")


def test_each_simple_target_is_asked_once_and_keeps_its_sign() -> None:
    simple, parts = apart([B, Contrast((A, B)), Contrast((Contrast((A, B)), C)), Contrast((A, A))])
    assert simple == [B, A, C]
    assert parts.T.tolist() == [[1, 0, 0], [-1, 1, 0], [-1, 1, -1], [0, 0, 0]]

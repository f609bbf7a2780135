"""A place is settled once no other value can be as large within the errors."""

import numpy as np
import pytest

from explain.settling import settled


@pytest.mark.parametrize(
    ("values", "stderr", "expected"),
    [
        ([0.5, -0.3, 0.1], [0.01, 0.01, 0.01], [True, True, True]),
        ([0.5, -0.5, 0.1], [0.01, 0.01, 0.01], [False, False, True]),  # as large, whatever their signs
        ([0.5, 0.3, 0.29], [0.01, 0.01, 0.01], [True, False, False]),
        ([0.5, 0.3, 0.1], [0.5, 0.01, 0.01], [False, False, False]),
        ([0.5], [0.1], [True]),
        ([0.5, 0.3], [0.0, 0.0], [True, True]),
    ],
)
def test_a_place_is_settled_when_no_other_comes_near(
    values: list[float], stderr: list[float], expected: list[bool]
) -> None:
    assert settled(np.array(values), np.array(stderr)).tolist() == expected

"""What a rule does to groups of people: shares of each with Wilson's interval, and their difference with Newcombe's.

Knows no rule, no model and no particular group; prints Markdown.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .intervals import newcombe, wilson
from .report import table

Flags = NDArray[np.bool_]
Share = tuple[Flags, Flags]
"""Of whom, and which of them: bool[rows] each."""


def report(group: str, inside: Flags, shares: Mapping[str, Share]) -> None:
    """Print each share, in %, of those inside the group (bool[rows]), of the others, and the difference in points."""
    rows = []
    for name, (of, which) in shares.items():
        one, other = ((int((of & which & part).sum()), int((of & part).sum())) for part in (inside, ~inside))
        low, high = newcombe(one, other)
        points = 100 * (one[0] / one[1] - other[0] / other[1])
        cells = {"share": name, f"{group}: yes": of_group(*one), f"{group}: no": of_group(*other)}
        rows.append(cells | {"difference": f"{points:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"})
    print(table(rows))


def of_group(count: int, total: int) -> str:
    """A share with its interval, and the counts behind it."""
    return f"{count} of {total}: {percent(count, total)}"


def percent(count: int, total: int) -> str:
    """A share with its interval, in %."""
    low, high = wilson(count, total)
    return f"{100 * count / total:.1f} % ({100 * low:.1f} to {100 * high:.1f})"

"""How often an interval around an estimate holds the truth: of all rows and of kinds of them, with Wilson's interval.

Knows no model and no particular kind; prints Markdown.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .groups import percent
from .report import table


def report(
    ratios: "pd.Series[float]", low: float, high: float, parts: Mapping[str, NDArray[np.bool_] | Any], of: str
) -> None:
    """Print how often truth / estimate is in low..high, for all `parts`: bool[rows] by name. of: what the rows are."""
    rows = []
    for name, inside in parts.items():
        own = ratios[inside]
        below, above = int((own < low).sum()), int((own > high).sum())
        counts = {"within the interval": percent(len(own) - below - above, len(own))}
        rows.append({of: name, "number": str(len(own)), **counts, "below it": str(below), "above it": str(above)})
    print(table(rows))

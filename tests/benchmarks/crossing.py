"""Where an error curve comes to an error. Knows nothing of where the curve is from."""

import numpy as np

Curve = list[tuple[float, float]]
"""(evaluations, relative error), medians over inputs and seeds, by growing evaluations."""


def needed(curve: Curve, error: float) -> float | None:
    """Evaluations from which on the error stays at or under `error`, between two points on straight logarithms.

    None where it does not come to that; the first point where that is enough already.
    """
    above = [i for i, (_, e) in enumerate(curve) if e > error]
    if not above:
        return curve[0][0]
    if above[-1] + 1 == len(curve):
        return None
    (x0, e0), (x1, e1) = curve[above[-1]], curve[above[-1] + 1]
    share = np.log(e0 / error) / np.log(e0 / max(e1, 1e-12))
    return float(np.exp(np.log(x0) + share * np.log(x1 / x0)))

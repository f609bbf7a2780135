"""Why a model said what it said: `explain.explain(task, inputs)`, or `explain_stream` for ever better answers.

`explain.check(task, inputs, "faithfulness")` says how far to trust it, `explain.compare(task, other, inputs)` how far
another model, or a variant of the same, says the same for the same reasons. Shapley values for every kind of input and
output; importing this package loads neither torch nor shap.
"""

from .checks import check, check_stream
from .comparison import compare, compare_stream
from .explainer import explain, explain_stream
from .types import Explanation, Feature
from .varying import differ, vary

__all__ = [
    "Explanation",
    "Feature",
    "check",
    "check_stream",
    "compare",
    "compare_stream",
    "differ",
    "explain",
    "explain_stream",
    "vary",
]

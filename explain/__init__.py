"""Why a model said what it said: `explain.explain(task, inputs)`, or `explain_stream` for ever better answers.

`explain.check(task, inputs, "faithfulness")` says how far to trust it, `explain.counterfactuals(task, inputs)` what
would have to be different for another decision, `explain.sweep(task, inputs, field)` what a field does over its range,
`explain.compare(task, other, inputs)` whether another model, or a variant, says the same for the same reasons.
Shapley values for every kind of input and output; importing this package loads neither torch nor shap.
"""

from .checks import check, check_stream
from .comparison import compare, compare_stream
from .counterfactual import counterfactual_stream, counterfactuals
from .explainer import explain, explain_stream
from .sweep import sweep, sweep_stream
from .types import Explanation, Feature
from .varying import differ, vary

__all__ = [
    "Explanation",
    "Feature",
    "check",
    "check_stream",
    "compare",
    "compare_stream",
    "counterfactual_stream",
    "counterfactuals",
    "differ",
    "explain",
    "explain_stream",
    "sweep",
    "sweep_stream",
    "vary",
]

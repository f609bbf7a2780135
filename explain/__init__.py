"""Why a model said what it said: `explain.explain(task, inputs)`, or `explain_stream` for ever better answers.

`explain.check(task, inputs, "faithfulness")` says how far to trust it. Shapley values for every kind of input and
output; importing this package loads neither torch nor shap.
"""

from .checks import check, check_stream
from .explainer import explain, explain_stream
from .types import Explanation, Feature

__all__ = ["Explanation", "Feature", "check", "check_stream", "explain", "explain_stream"]

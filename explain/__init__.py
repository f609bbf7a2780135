"""Why a model said what it said: `explain.explain(task, inputs)`, or `explain_stream` for ever better answers.

Shapley values for every kind of input and output; importing this package loads neither torch nor shap.
"""

from .explainer import explain, explain_stream
from .types import Explanation, Feature

__all__ = ["Explanation", "Feature", "explain", "explain_stream"]

"""explainerdashboard and shapash on a model of 30 columns that is no tree, as their users have it: one row at a time.

Prints JSON: by package the seconds for each row and the Shapley values that it gives of the probability of class 1; or
the name of what cannot be imported. They pin versions of much else: `explain.py --peers PYTHON` runs this by the Python
of an environment of their own, in which scikit-learn and shap are of the versions that ours has.
"""

import contextlib
import importlib.util
import io
import json
import sys
import time
import warnings
from typing import Any

ROWS = 3


def made() -> tuple[Any, Any, Any, Any]:
    """A support vector classifier of breast cancers, its rows, and those with their classes that it was not fitted to.

    Columns are standardised beforehand: shapash's predictor takes no pipeline of scikit-learn's.
    """
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    x, y = load_breast_cancer(return_X_y=True, as_frame=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
    scaler = StandardScaler().set_output(transform="pandas").fit(x_train)
    x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that probability=True will have another name
        model = SVC(probability=True, random_state=0).fit(x_train, y_train)
    return model, x_train, x_test, y_test


def explainerdashboard() -> list[dict[str, Any]]:
    """KernelExplainer with 50 background rows, the default for such a model; 1 is the positive class."""
    from explainerdashboard import ClassifierExplainer

    model, _, x_test, y_test = made()
    explainer = ClassifierExplainer(model, x_test, y_test, shap="kernel", model_output="probability")
    return [timed(lambda i=i: explainer.get_shap_row(X_row=x_test.iloc[[i]]).to_numpy()[0]) for i in range(ROWS + 1)]


def shapash() -> list[dict[str, Any]]:
    """Its predictor of new rows, with the test rows as background, as it is after `compile(x=x_test)`.

    compile is handed contributions, so that it does not first explain all test rows, which takes a minute or two.
    """
    import numpy as np
    from shapash import SmartExplainer

    model, _, x_test, _ = made()
    explainer = SmartExplainer(model=model)
    explainer.compile(x=x_test, contributions=[np.zeros(x_test.shape)] * 2)
    predictor = explainer.to_smartpredictor()

    def explain(i: int) -> Any:
        predictor.add_input(x=x_test.iloc[[i]], ypred=type(x_test)({"ypred": [1]}, index=x_test.index[[i]]))
        return predictor.detail_contributions()[x_test.columns].to_numpy()[0]

    return [timed(lambda i=i: explain(i)) for i in range(ROWS + 1)]


def timed(explain: Any) -> dict[str, Any]:
    """Seconds and values; what is printed on the way goes nowhere."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        values = explain()
    return {"seconds": time.perf_counter() - start, "values": [float(value) for value in values]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {}
    for peer in (explainerdashboard, shapash):
        name = peer.__name__
        with contextlib.redirect_stdout(sys.stderr):
            found[name] = peer()[1:] if importlib.util.find_spec(name) else None
    print(json.dumps(found))

"""The record of an explanation: JSON both ways, and the same as shap sees it."""

import json
import math
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from explain.types import Explanation, Feature, LabelMap
from inference.errors import InputError
from inference.types import Contrast, ItemTarget, TextTarget

ONE = Explanation(
    target=ItemTarget("positive"),
    output="positive",
    features=(
        Feature("text:0-4", "text", "warm", {"chars": [0, 4]}),
        Feature("text:5-9", "text", "film", {"chars": [5, 9]}, parent="text"),
    ),
    values=(0.25, -0.125),
    stderr=(0.01, 0.02),
    base=0.5,
    score=0.625,
    scale="probability",
    unit=None,
    baseline="each hidden token of Text is replaced by [MASK]",
    estimand="Shapley",
    method="exact enumeration",
    evaluations=4,
    seconds=0.01,
    dtype="float32",
    seed=0,
    residual=0.0,
)
MANY = replace(
    ONE,
    values=((0.25, -0.125), (-0.25, 0.125), (0.0, 0.5)),
    stderr=((0.01, 0.02), (0.01, 0.02), (0.0, 0.0)),
    base=(0.5, 0.5, 0.0),
    score=(0.625, 0.375, 0.5),
)
MAPPED = replace(
    ONE,
    features=(Feature("photo:0", "photo", "region 1, centre", {"region": 0}),),
    values=(0.125,),
    stderr=None,
    label_map=LabelMap("photo", 4, 3, "data:image/png;base64,AAAA"),
    unit="$",
)
EXPLANATIONS = {
    "one": ONE,
    "many": MANY,
    "mapped": MAPPED,
    "text": replace(ONE, target=TextTarget("Yes.", 0)),
    "contrast": replace(ONE, target=Contrast((ItemTarget("a"), TextTarget("b")))),
    "nobody": replace(ONE, features=(), values=(), stderr=()),
}


@pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=EXPLANATIONS)
def test_json_both_ways(explanation: Explanation) -> None:
    text = json.dumps(explanation.to_json(), allow_nan=False)
    assert Explanation.from_json(json.loads(text)) == explanation


def test_the_json_says_its_version_and_every_key() -> None:
    data = ONE.to_json()
    assert data["version"] == 1
    assert data["target"] == {"item": "positive"}
    assert data["values"] == [0.25, -0.125]
    assert data["label_map"] is None
    assert data["features"][0] == {
        "id": "text:0-4",
        "field": "text",
        "label": "warm",
        "where": {"chars": [0, 4]},
        "parent": None,
    }
    assert set(data) == {
        *("target", "output", "features", "values", "stderr", "base", "score", "scale", "unit", "baseline"),
        *("estimand", "method", "evaluations", "seconds", "dtype", "seed", "residual", "label_map", "version"),
        *("allowed", "reason", "excluded", "kept"),
    }


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": 2}, "version: Input should be 1"),
        ({"estimand": "Banzhaf"}, "estimand: Input should be 'Shapley' or 'Owen'"),
        ({"colour": "red"}, "colour: Unexpected keyword argument"),
        ({"residual": math.nan}, "residual: Input should be a finite number"),
        ({"base": math.inf}, "base.float: Input should be a finite number"),
        ({"features": [{"id": "a", "field": "b"}]}, "features.0.label: Field required"),
        ({"label_map": {"field": "photo"}}, "label_map.width: Field required"),
    ],
)
def test_a_mistake_is_named_by_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as error:
        Explanation.from_json({**ONE.to_json(), **change})
    assert str(error.value).startswith("Explanation: ")
    assert place in str(error.value)


@pytest.mark.parametrize("key", ["values", "stderr"])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_nan_and_infinities_are_no_values(key: str, number: float) -> None:
    with pytest.raises(InputError, match=rf"^Explanation: {key}\."):
        Explanation.from_json({**ONE.to_json(), key: [0.0, number]})


@pytest.mark.parametrize("record", [ONE, ONE.features[0], MAPPED.label_map], ids=lambda each: type(each).__name__)
def test_a_record_is_frozen(record: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        record.field = "other"


def test_shap_sees_the_same_numbers() -> None:
    seen = ONE.to_shap()
    assert seen.values.tolist() == [0.25, -0.125]
    assert float(seen.base_values) == 0.5
    assert list(seen.data) == ["warm", "film"]
    assert list(seen.feature_names) == ["warm", "film"]
    assert np.asarray(seen.error_std).tolist() == [0.01, 0.02]
    assert float(seen.base_values) + seen.values.sum() == ONE.score


def test_shap_has_the_outputs_last() -> None:
    seen = MANY.to_shap()
    assert seen.values.shape == (2, 3)
    assert seen.values[:, 2].tolist() == [0.0, 0.5]
    assert np.array_equal(np.asarray(seen.base_values) + seen.values.sum(0), MANY.score)


def test_shap_gets_no_error_bars_where_there_are_none() -> None:
    assert MAPPED.to_shap().error_std is None


# The same as a table


def test_a_frame_has_a_row_for_each_feature() -> None:
    frame = ONE.to_frame()
    assert frame.to_dict("list") == {
        "id": ["text:0-4", "text:5-9"],
        "field": ["text", "text"],
        "feature": ["warm", "film"],
        "value": [0.25, -0.125],
        "stderr": [0.01, 0.02],
    }


def test_a_frame_of_many_outputs_is_that_of_the_first() -> None:
    assert MANY.to_frame()["value"].tolist() == [0.25, -0.125]


def test_an_unknown_error_is_nan_in_a_frame() -> None:
    assert MAPPED.to_frame()["stderr"].isna().all()

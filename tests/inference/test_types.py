"""The records of version 1: JSON both ways, and nothing that JSON cannot say."""

import json
import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from inference.errors import InputError
from inference.types import (
    Answer,
    Contrast,
    Decision,
    Item,
    ItemTarget,
    Prediction,
    Record,
    Step,
    Table,
    Target,
    TextTarget,
    from_json,
)

ITEM = Item("a", "A", 0.25)
PREDICTION = Prediction("labels", "probability", (Item("b", "B", 0.75), ITEM))
RECORDS: list[Record] = [
    ITEM,
    Item("a", "A", -1.5, chars=("text", 0, 4)),
    Item("a", "A", 0.0, box=(0.0, 1.0, 2.5, 3.0)),
    Item("a", "A", 1e-300, seconds=(0.5, 2.0)),
    PREDICTION,
    Prediction("value", "value", (Item("value", "Price", 181_000.0),), unit="$"),
    Prediction("text", "log-probability", (Item("text", "text", -3.5),), text="Yes.\n\u00e9\u732b"),
    ItemTarget("a"),
    TextTarget("Yes."),
    TextTarget("Yes.", 0),
    Contrast((ItemTarget("a"), ItemTarget("b"))),
    Contrast((TextTarget("a"), TextTarget("b", 2))),
    Decision("Share", "because"),
    Step("forward pass", 1.25, "logits float32[1, 2]"),
    Answer("m", "t", PREDICTION, Decision("Share", "because"), ("careful",), (Step("a", 0.0, ""),)),
    Answer("m", "t", PREDICTION, None, (), (), (Table("Typical members", ("column", "here"), (("age", "31"),)),)),
    Table("Typical members", ("column", "here"), (("age", "31"), ("income", "$ 3,000"))),
    Item("a", "A", 0.5, facts={"popularity": "liked by 12 % of viewers"}),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_json_both_ways(record: Record) -> None:
    text = json.dumps(record.to_json(), allow_nan=False)
    assert type(record).from_json(json.loads(text)) == record


def test_every_record_of_the_module_is_in_the_table() -> None:
    defined = {kind for kind in Record.__subclasses__() if kind.__module__ == Record.__module__}
    assert defined == {type(record) for record in RECORDS}


def test_a_table_whose_rows_do_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="a cell for each column"):
        Table("Members", ("a", "b"), (("1",),))


@pytest.mark.parametrize("target", [each for each in RECORDS if isinstance(each, Target)], ids=repr)
def test_a_target_is_told_by_its_keys(target: Target) -> None:
    assert from_json(Target, target.to_json(), "target") == target


@pytest.mark.parametrize(
    ("target", "data"),
    [
        (ItemTarget("a"), {"item": "a"}),
        (TextTarget("Yes."), {"text": "Yes.", "token": None}),
        (Contrast((ItemTarget("a"), ItemTarget("b"))), {"contrast": [{"item": "a"}, {"item": "b"}]}),
    ],
)
def test_a_target_is_written_as_the_design_says(target: Target, data: dict[str, Any]) -> None:
    assert target.to_json() == data


def test_a_target_may_leave_its_token_out() -> None:
    assert from_json(Target, {"text": "Yes."}, "target") == TextTarget("Yes.", None)


def test_unset_places_are_left_out_of_the_json() -> None:
    assert ITEM.to_json() == {"id": "a", "name": "A", "score": 0.25}
    assert Item("a", "A", 1.0, chars=("text", 0, 4)).to_json()["chars"] == ["text", 0, 4]


def test_a_prediction_says_its_version_and_all_its_keys() -> None:
    assert PREDICTION.to_json() == {
        "version": 1,
        "kind": "labels",
        "scale": "probability",
        "unit": None,
        "text": None,
        "items": [{"id": "b", "name": "B", "score": 0.75}, {"id": "a", "name": "A", "score": 0.25}],
    }


def test_version_and_optional_keys_may_be_missing() -> None:
    data = {"kind": "labels", "scale": "probability", "items": [ITEM.to_json()]}
    assert Prediction.from_json(data) == Prediction("labels", "probability", (ITEM,))


def test_names_and_scores_stay_parallel_to_the_items() -> None:
    assert PREDICTION.names == ["B", "A"]
    assert PREDICTION.scores == [0.75, 0.25]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_frozen(record: Record) -> None:
    name = next(iter(vars(record)))
    with pytest.raises(FrozenInstanceError):
        setattr(record, name, None)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_an_unknown_key_is_refused_by_name(record: Record) -> None:
    with pytest.raises(InputError) as error:
        type(record).from_json({**record.to_json(), "surplus": 1})
    assert "surplus: Unexpected keyword argument" in str(error.value)


def with_score(score: float) -> dict[str, Any]:
    return {"kind": "labels", "scale": "value", "items": [ITEM.to_json(), {"id": "b", "name": "B", "score": score}]}


def with_time(ms: float) -> dict[str, Any]:
    return {**RECORDS[-3].to_json(), "trace": [{"step": "a", "ms": ms, "detail": ""}]}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        (Item, lambda value: {"id": "a", "name": "A", "score": value}, "score"),
        (Item, lambda value: {**ITEM.to_json(), "box": [0, 0, value, 1]}, "box.2"),
        (Item, lambda value: {**ITEM.to_json(), "seconds": [value, 1]}, "seconds.0"),
        (Prediction, with_score, "items.1.score"),
        (Answer, with_time, "trace.0.ms"),
    ],
)
def test_nan_and_infinities_are_refused_with_the_place_named(
    kind: type[Record], data: Callable[[float], Any], place: str, value: float
) -> None:
    with pytest.raises(InputError) as error:
        kind.from_json(data(value))
    assert str(error.value) == f"{kind.__name__}: {place}: Input should be a finite number."


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (Prediction, {**PREDICTION.to_json(), "version": 2}, "Prediction: version: Input should be 1."),
        (Item, {"id": "a", "name": "A"}, "Item: score: Field required."),
        (Item, {"id": 5, "name": "A", "score": 1}, "Item: id: Input should be a valid string."),
        (Decision, {"action": "a", "reason": None}, "Decision: reason: Input should be a valid string."),
        (
            TextTarget,
            {"text": "a", "token": -1},
            "TextTarget: token: Input should be greater than or equal to 0.",
        ),
    ],
)
def test_a_mistake_is_named_by_its_place(kind: type[Record], data: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        kind.from_json(data)
    assert str(error.value) == message


@pytest.mark.parametrize("data", [None, [], "a", 1, {}, {"item": 1}, {"contrast": [{"item": "a"}]}])
def test_what_is_no_target_is_an_input_error(data: Any) -> None:
    with pytest.raises(InputError, match=r"^target: "):
        from_json(Target, data, "target")


def test_a_target_is_one_thing_only() -> None:
    with pytest.raises(InputError, match="Unexpected keyword argument"):
        from_json(Target, {"item": "a", "text": "b"}, "target")


def test_two_mistakes_are_both_named() -> None:
    with pytest.raises(InputError) as error:
        Item.from_json({"id": "a", "score": "much", "more": 1})
    assert all(place in str(error.value) for place in ("name: ", "score: ", "more: "))


def test_at_most_eight_mistakes_are_listed() -> None:
    items = [{"id": "a", "name": "A", "score": "much"} for _ in range(30)]
    with pytest.raises(InputError) as error:
        Prediction.from_json({"kind": "labels", "scale": "value", "items": items})
    assert str(error.value).count("items.") == 8


def test_an_endless_contrast_is_an_input_error_and_no_crash() -> None:
    data: dict[str, Any] = {"item": "a"}
    for _ in range(3_000):
        data = {"contrast": [data, {"item": "b"}]}
    with pytest.raises(InputError, match=r"^target: "):
        from_json(Target, data, "target")

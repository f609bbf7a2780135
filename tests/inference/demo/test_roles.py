"""Which fields reach the model, by their roles."""

from typing import Any

import pytest
from demos import ROLES

from inference.demo import Demo
from inference.errors import InputError, ModelError
from inference.fields import NumberField


def test_inputs_and_settings_reach_the_model_and_nothing_else() -> None:
    assert [field.name for field in ROLES.inputs] == ["text", "heat"]


def test_a_group_and_a_truth_never_become_raw() -> None:
    assert ROLES.parse({"text": "a", "heat": 1, "sex": "f", "answer": 42}) == {"text": "a", "heat": 1.0}
    assert ROLES.parse({"text": "a", "sex": "m"}) == {"text": "a", "heat": 0.5}


@pytest.mark.parametrize("left_out", [{}, {"sex": None, "answer": None}, {"sex": "", "answer": ""}])
def test_a_group_and_a_truth_may_be_left_out(left_out: dict[str, Any]) -> None:
    assert ROLES.parse({"text": "a", **left_out}) == {"text": "a", "heat": 0.5}


def test_a_setting_that_is_left_out_takes_its_default() -> None:
    assert ROLES.parse({"text": "a"})["heat"] == 0.5


def test_an_input_that_is_left_out_does_not_take_its_default() -> None:
    about = Demo(task="t", title="T", summary="S", fields=(NumberField(name="n", label="N", default=3.0),))
    with pytest.raises(InputError) as error:
        about.parse({})
    assert str(error.value) == "N is missing: enter a number."


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "Text is missing: write a few words."),
        ({"heat": 1}, "Text is missing: write a few words."),
        ({"text": "a", "heat": 3}, "Heat must lie between 0 and 2, got 3."),
        ({"text": "a", "sex": "x"}, "Unknown Sex 'x'; available are f, m."),
        ({"text": "a", "sex": 1}, "Sex must be one of its choices as a text, got 1."),
        ({"text": "a", "answer": "nonsense"}, "Answer must be a number, got 'nonsense'."),
        ({"text": "a", "Heat": 1}, "Unknown field 'Heat'; available are text, heat, sex, answer."),
        ({"text": "a", 5: 1}, "Unknown field '5'; available are text, heat, sex, answer."),
        (None, "The inputs must be an object keyed by field name, got NoneType."),
        ("a", "The inputs must be an object keyed by field name, got str."),
        (["a"], "The inputs must be an object keyed by field name, got list."),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        ROLES.parse(inputs)
    assert str(error.value) == message


def test_first_finds_inputs_only() -> None:
    assert ROLES.first("text").name == "text"
    with pytest.raises(ModelError) as error:
        ROLES.first("number")
    assert str(error.value) == "demo.json of 'Roles' needs a field of kind 'number' with the role input."


def test_an_input_is_described_by_its_first_three_fields() -> None:
    numbers = tuple(NumberField(name=name, label=name.upper(), unit="m") for name in "abcde")
    about = Demo(task="t", title="T", summary="S", fields=numbers)
    raw = dict.fromkeys("abcde", 1.0)
    assert about.describe(raw) == "A = 1 m; B = 1 m; C = 1 m; 2 more fields"
    assert Demo(task="t", title="T", summary="S", fields=numbers[:3]).describe(raw) == "A = 1 m; B = 1 m; C = 1 m"
    assert ROLES.describe({"text": "a b", "heat": 0.5}) == "Text: 3 characters, 2 words; Heat = 0.5"

"""demo.json is read: what it may say, and how a mistake is named."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demos import LEAST, TEXT, history, mistake, written

from inference import demo
from inference.demo import Demo
from inference.errors import ModelError
from inference.fields import HistoryField, TextField
from inference.interval import Interval

# Reading


def test_the_least_demo_is_read_with_the_defaults(folder: Path) -> None:
    about = demo.read(written(folder, LEAST))
    assert about == Demo(
        task="text-classification", title="T", summary="S", fields=(TextField(name="text", label="Text"),)
    )
    assert (about.version, about.output, about.unit, about.decision, about.examples) == (1, "value", None, None, ())


def test_json_both_ways(folder: Path) -> None:
    history = {"kind": "history", "name": "h", "label": "H", "items": {"1": "Alien"}}
    data = {
        **LEAST,
        "fields": [TEXT, history, {"kind": "number", "name": "n", "label": "N", "limits": [0, 1], "role": "setting"}],
        "examples": [{"title": "One", "inputs": {"text": "a"}}],
        "decision": {"of": "top", "rules": [{"action": "a", "at_least": 0.5}, {"action": "b"}]},
    }
    about = demo.read(written(folder, data))
    assert demo.read(written(folder, about.to_json())) == about


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version: Input should be 1"),
        ({"colour": "red"}, "colour: Unexpected keyword argument"),
        ({"title": 5}, "title: Input should be a valid string"),
        ({"fields": [{**TEXT, "limits": [0, 1]}]}, "fields.0.text.limits: Unexpected keyword argument"),
        ({"fields": [TEXT, {"kind": "text", "name": "b"}]}, "fields.1.text.label: Field required"),
        (
            {"fields": [{"kind": "number", "name": "n", "label": "N", "limits": [0]}]},
            "fields.0.number.limits.1: Field required",
        ),
        (
            {"fields": [{**TEXT, "role": "output"}]},
            "fields.0.text.role: Input should be 'input', 'setting', 'group' or 'truth'",
        ),
        (
            {"fields": [{"kind": "category", "name": "c", "label": "C"}]},
            "fields.0.category.choices: Field required",
        ),
        ({"fields": [{"name": "a"}]}, "fields.0: Unable to extract tag using discriminator 'kind'"),
        ({"examples": [{"title": "A"}]}, "examples.0.inputs: Field required"),
        (
            {"decision": {"rules": [{"action": "a", "at_least": 0.5}]}},
            "decision: Value error, every rule but the last needs at_least, and the last must have none",
        ),
    ],
)
def test_a_mistake_is_named_by_its_place(folder: Path, change: dict[str, Any], message: str) -> None:
    assert mistake(folder, {**LEAST, **change}) == f"mine/demo.json: {message}."


def test_missing_keys_are_all_named(folder: Path) -> None:
    message = mistake(folder, {})
    assert message == (
        "mine/demo.json: task: Field required; title: Field required; summary: Field required; fields: Field required."
    )


@pytest.mark.parametrize("fields", [[], [{**TEXT, "role": "setting"}, {**TEXT, "name": "b", "role": "group"}]])
def test_without_an_input_field_it_is_said_what_to_write(folder: Path, fields: list[Any]) -> None:
    message = mistake(folder, {**LEAST, "fields": fields})
    assert message == (
        "mine/demo.json: fields needs at least one with the role input; describe what a visitor enters, "
        'as in {"kind": "number", "name": "age", "label": "Age"}.'
    )
    suggested = json.loads(message[message.index("{") : -1])
    assert demo.read(written(folder, {**LEAST, "fields": [suggested]})).fields[0].role == "input"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinities_are_refused(folder: Path, number: str) -> None:
    field = f'{{"kind": "number", "name": "n", "label": "N", "limits": [0, {number}]}}'
    text = f'{{"task": "t", "title": "T", "summary": "S", "fields": [{field}]}}'
    assert mistake(folder, text) == "mine/demo.json: fields.0.number.limits.1: Input should be a finite number."


@pytest.mark.parametrize("text", ["", "{", '{"task": }'])
def test_what_is_no_json_is_said_to_be_none(folder: Path, text: str) -> None:
    assert mistake(folder, text).startswith("mine/demo.json is no valid JSON: ")


@pytest.mark.parametrize("text", ["[]", "5", '"demo"', "null"])
def test_what_is_no_object_is_said_to_be_none(folder: Path, text: str) -> None:
    assert mistake(folder, text).startswith("mine/demo.json must hold a JSON object, got ")


def test_an_editors_schema_key_is_let_through(folder: Path) -> None:
    assert demo.read(written(folder, {"$schema": "../demo.schema.json", **LEAST})) == demo.Demo.from_json(LEAST)


def test_what_is_no_utf_8_is_said_to_be_no_json(folder: Path) -> None:
    (folder / demo.FILE).write_bytes(b'{"task": "\xff"}')
    with pytest.raises(ModelError, match=r"^mine/demo\.json is no valid JSON: "):
        demo.read(folder)


def test_a_missing_demo_is_named_without_a_path_of_the_machine(folder: Path) -> None:
    with pytest.raises(ModelError) as error:
        demo.read(folder)
    assert str(error.value) == "mine/demo.json cannot be read: No such file or directory."


@pytest.mark.parametrize("fields", [None, 5, "text", {"text": TEXT}, [5], [None]])
def test_fields_of_the_wrong_shape_are_named_by_their_place(folder: Path, fields: Any) -> None:
    assert mistake(folder, {**LEAST, "fields": fields}).startswith("mine/demo.json: fields")


def test_two_fields_of_one_name_are_refused(folder: Path) -> None:
    message = mistake(folder, {**LEAST, "fields": [TEXT, {"kind": "number", "name": "text", "label": "Length"}]})
    assert message.startswith("mine/demo.json: ")
    assert "text" in message


def test_limits_that_nothing_can_meet_are_refused(folder: Path) -> None:
    fields = [{"kind": "number", "name": "n", "label": "N", "limits": [5, 1]}]
    assert mistake(folder, {**LEAST, "fields": fields}).startswith("mine/demo.json: fields.0.number")


# The items of a history


def test_items_may_stand_in_a_csv_beside_demo_json(folder: Path) -> None:
    (folder / "items.csv").write_text('id,name,year\n7,"Alien, the film",1979\n3,Brazil,1985\n', encoding="utf-8")
    (field,) = demo.read(written(folder, history("items.csv"))).fields
    assert isinstance(field, HistoryField)
    assert field.catalogue == {"7": "Alien, the film", "3": "Brazil"}


def test_a_missing_csv_of_items_is_named(folder: Path) -> None:
    assert mistake(folder, history("films.csv")) == "mine/films.csv cannot be read: No such file or directory."


@pytest.mark.parametrize("content", [b"title,year\nAlien,1979\n", b"id\n7\n", b"id,name\n7\n", b"id,name\n7,\xff\n"])
def test_a_csv_of_items_that_cannot_be_used_is_the_presenters_mistake(folder: Path, content: bytes) -> None:
    (folder / "items.csv").write_bytes(content)
    assert "mine" in mistake(folder, history("items.csv"))


def test_a_folder_instead_of_a_csv_is_the_presenters_mistake(folder: Path) -> None:
    assert "mine" in mistake(folder, history(""))


# The interval of a value


@pytest.mark.parametrize(
    ("interval", "value", "expected"),
    [
        (Interval(level=0.9, low=-2, high=3), 10.0, (8.0, 13.0)),
        (Interval(level=0.9, low=-2, high=3), -1.0, (-3.0, 2.0)),
        (Interval(level=0.5, low=0.75, high=1.5, relative=True), 200_000.0, (150_000.0, 300_000.0)),
        (Interval(level=0.5, low=0.75, high=1.5, relative=True), -4.0, (-6.0, -3.0)),
        (Interval(level=0.5, low=0.75, high=1.5, relative=True), 0.0, (0.0, 0.0)),
    ],
)
def test_an_interval_runs_from_its_lower_to_its_upper_end(
    interval: Interval, value: float, expected: tuple[float, float]
) -> None:
    assert interval.around(np.array([value])).tolist() == [list(expected)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": 90}, "level lies between 0 and 1, got 90"),
        ({"level": 0}, "level lies between 0 and 1, got 0"),
        ({"low": 2}, "low lies below high, and not below 0 where relative, got 2.0 and 1.5"),
        ({"low": -0.1}, "low lies below high, and not below 0 where relative, got -0.1 and 1.5"),
    ],
)
def test_an_interval_that_cannot_be_is_named_by_its_place(folder: Path, change: dict[str, Any], message: str) -> None:
    good = {"level": 0.9, "low": 0.5, "high": 1.5, "relative": True}
    assert demo.read(written(folder, {**LEAST, "interval": good})).interval == Interval(**good)
    found = mistake(folder, {**LEAST, "interval": {**good, **change}})
    assert found.startswith(f"mine/demo.json: interval: Value error, {message.split(', got')[0]}")

"""demo.json: what a model folder may say, how a mistake is named, and which files an input can reach."""

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from inference import demo, models
from inference.demo import Demo, Example, Interval
from inference.errors import InputError, ModelError
from inference.fields import CategoryField, HistoryField, ImageField, NumberField, TextField

PUBLISHED = models.ASSETS / "demo.schema.json"
FOLDERS = sorted(path.parent for path in (models.ASSETS / "models").glob("*/demo.json"))
TEXT = {"kind": "text", "name": "text", "label": "Text"}
LEAST = {"task": "text-classification", "title": "T", "summary": "S", "fields": [TEXT]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


def written(folder: Path, data: Any) -> Path:
    text = data if isinstance(data, str) else json.dumps(data)
    (folder / demo.FILE).write_text(text, encoding="utf-8")
    return folder


def mistake(folder: Path, data: Any) -> str:
    with pytest.raises(ModelError) as error:
        demo.read(written(folder, data))
    return str(error.value)


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


def history(items: Any) -> dict[str, Any]:
    return {**LEAST, "fields": [{"kind": "history", "name": "h", "label": "H", "items": items}]}


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


# Which fields reach the model

ROLES = Demo(
    task="t",
    title="Roles",
    summary="S",
    fields=(
        TextField(name="text", label="Text"),
        NumberField(name="heat", label="Heat", role="setting", default=0.5, limits=(0, 2)),
        CategoryField(name="sex", label="Sex", choices=("f", "m"), role="group"),
        NumberField(name="answer", label="Answer", role="truth"),
    ),
)


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


# The background

HOUSES = Demo(
    task="t",
    title="T",
    summary="S",
    fields=(
        NumberField(name="area", label="Area", limits=(0, 100)),
        CategoryField(name="style", label="Style", choices=("flat", "house")),
    ),
    background="background.csv",
)


def test_the_background_is_checked_like_any_input(folder: Path) -> None:
    (folder / "background.csv").write_text("style,area\nflat,50\nhouse,99.5\n", encoding="utf-8")
    assert demo.read_background(folder, HOUSES) == [
        {"area": 50.0, "style": "flat"},
        {"area": 99.5, "style": "house"},
    ]


def test_without_a_background_there_are_no_rows(folder: Path) -> None:
    assert demo.read_background(folder, ROLES) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("area,style\n101,flat\n", "Area must lie between 0 and 100, got '101'."),
        ("area,style\n5,tent\n", "Unknown Style 'tent'; available are flat, house."),
        ("area\n5\n", "Style is missing: choose one of flat, house."),
        ("area,style\n5\n", "Style is missing: choose one of flat, house."),
        ("area,style,rooms\n5,flat,2\n", "Unknown field 'rooms'; available are area, style."),
        ("area,style\n5,flat,2\n", "Unknown field 'None'; available are area, style."),
    ],
)
def test_a_row_that_does_not_fit_is_the_presenters_mistake(folder: Path, content: str, message: str) -> None:
    (folder / "background.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError) as error:
        demo.read_background(folder, HOUSES)
    assert str(error.value) == f"mine/background.csv: {message}"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read: No such file or directory"), (b"area,style\n5,fl\xffat\n", "is no CSV in UTF-8")],
    ids=["missing", "not-utf-8"],
)
def test_a_background_that_cannot_be_read_is_the_presenters_mistake(
    folder: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (folder / "background.csv").write_bytes(content)
    with pytest.raises(ModelError, match=rf"^mine/background\.csv {said}"):
        demo.read_background(folder, HOUSES)


def test_an_error_of_the_background_holds_no_path_of_the_machine(folder: Path) -> None:
    with pytest.raises(ModelError) as error:
        demo.read_background(folder, HOUSES)
    assert str(folder.parent) not in str(error.value)


# Which pictures an input can reach


def gallery(*names: Any) -> Demo:
    examples = tuple(Example(str(name), {"photo": name, "text": "a"}) for name in names)
    fields = (ImageField(name="photo", label="Photo"), TextField(name="text", label="Text"))
    return Demo(task="t", title="T", summary="S", fields=fields, examples=examples)


def test_the_examples_own_pictures_become_paths(folder: Path) -> None:
    about = gallery("examples/cat.png")
    (folder / "examples").mkdir()
    Image.new("RGB", (4, 4), "red").save(folder / "examples" / "cat.png")
    resolved = demo.resolve(folder, about, {"photo": "examples/cat.png", "text": "a"})
    assert resolved == {"photo": folder / "examples" / "cat.png", "text": "a"}
    assert about.parse(resolved)["photo"].getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "value",
    [
        "demo.json",
        "examples/dog.png",
        "./examples/cat.png",
        "examples/../examples/cat.png",
        "../outside.png",
        "/etc/hostname",
        "EXAMPLES/CAT.PNG",
        "",
        None,
        5,
        ["examples/cat.png"],
        {"path": "examples/cat.png"},
    ],
)
def test_nothing_else_becomes_a_path(folder: Path, value: Any) -> None:
    resolved = demo.resolve(folder, gallery("examples/cat.png"), {"photo": value})
    assert resolved == {"photo": value}
    assert not isinstance(resolved["photo"], Path)


def test_the_name_of_a_picture_in_another_field_stays_a_text(folder: Path) -> None:
    inputs = {"text": "examples/cat.png", "unknown": "examples/cat.png"}
    assert demo.resolve(folder, gallery("examples/cat.png"), inputs) == inputs


def test_an_absolute_path_of_a_visitor_never_becomes_a_path(folder: Path) -> None:
    value = str(folder / "examples" / "cat.png")
    assert demo.resolve(folder, gallery("examples/cat.png"), {"photo": value}) == {"photo": value}


@pytest.mark.parametrize("absolute", [False, True])
def test_an_example_cannot_name_a_picture_outside_its_folder(folder: Path, absolute: bool) -> None:
    outside = folder.parent / "private.png"
    Image.new("RGB", (4, 4)).save(outside)
    name = str(outside) if absolute else "../private.png"
    about = gallery(name)
    try:
        resolved = demo.resolve(folder, demo.read(written(folder, about.to_json())), {"photo": name})
    except ModelError:
        return
    assert not isinstance(resolved["photo"], Path)


@pytest.mark.parametrize("inputs", [None, "examples/cat.png", ["examples/cat.png"], 5])
def test_inputs_that_are_no_object_are_left_to_parse(folder: Path, inputs: Any) -> None:
    assert demo.resolve(folder, gallery("examples/cat.png"), inputs) == inputs


def test_the_inputs_themselves_are_not_changed(folder: Path) -> None:
    inputs = {"photo": "examples/cat.png"}
    demo.resolve(folder, gallery("examples/cat.png"), inputs)
    assert inputs == {"photo": "examples/cat.png"}


def test_an_example_whose_picture_is_no_name_breaks_no_other_input(folder: Path) -> None:
    about = gallery("examples/cat.png", ["examples/cat.png"])
    assert demo.resolve(folder, about, {"photo": "examples/cat.png"}) == {"photo": folder / "examples" / "cat.png"}


# Whose weights, and which files


OUTSIDE = ["../x", "..", ".", "/etc", "a/b", "a\\b", "", " x", ".hidden", "x\n"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_weights_are_those_of_a_folder_beside_and_of_no_other(folder: Path, name: str) -> None:
    data = {**LEAST, "weights": name}
    assert demo.weights_of(written(folder, data)) == "mine"
    message = f"weights must be the name of a folder beside this one, got {name!r}"
    assert mistake(folder, data) == f"mine/demo.json: Value error, {message}."


@pytest.mark.parametrize("name", ["other", "mobilenet-v2", "v1.5", "a..b"])
def test_a_folder_can_show_anothers_weights(folder: Path, name: str) -> None:
    assert demo.weights_of(written(folder, {**LEAST, "weights": name})) == name
    assert demo.read(folder).weights == name


@pytest.mark.parametrize("data", [LEAST, {**LEAST, "weights": None}, {**LEAST, "weights": 3}, [], "{", "null"])
def test_without_another_name_the_weights_are_its_own(folder: Path, data: Any) -> None:
    assert demo.weights_of(written(folder, data)) == "mine"


def test_a_folder_without_a_demo_has_its_own_weights(folder: Path) -> None:
    assert demo.weights_of(folder) == "mine"


@pytest.mark.parametrize("weights", [None, "other"])
@pytest.mark.parametrize(
    "name", ["../private.png", "sub/../../private.png", "/etc/hostname", "link.png", "..", "../mine-too/private.png"]
)
def test_a_file_is_never_one_outside_the_folders(folder: Path, name: str, weights: str | None) -> None:
    for made in ("other", "mine-too", "mine/sub", "other/sub"):
        (folder.parent / made).mkdir(exist_ok=True)
    for private in ("private.png", "mine-too/private.png"):
        (folder.parent / private).write_bytes(b"private")
    (folder / "link.png").symlink_to(folder.parent / "private.png")
    found = demo.file(folder, Demo(**{**LEAST, "fields": (), "weights": weights}), name)
    homes = (folder, folder.parent / "other") if weights else (folder,)
    assert found is None or (not found.is_file() and any(found.is_relative_to(home) for home in homes))


def test_a_file_lies_in_the_folder_of_the_weights_or_in_its_own(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    about = Demo(**{**LEAST, "fields": (), "weights": "other"})
    (folder / "own.png").write_bytes(b"own")
    (folder / "both.png").write_bytes(b"own")
    (other / "both.png").write_bytes(b"other")
    (other / "theirs.png").write_bytes(b"other")
    assert demo.file(folder, about, "own.png") == folder / "own.png"
    assert demo.file(folder, about, "both.png") == other / "both.png"
    assert demo.file(folder, about, "theirs.png") == other / "theirs.png"
    assert demo.file(folder, Demo(**{**LEAST, "fields": ()}), "theirs.png") == folder / "theirs.png"  # and is not there


# The check of a whole folder


def test_a_folder_free_of_mistakes_is_said_to_be(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n50,flat\n", encoding="utf-8")
    data = {**HOUSES.to_json(), "examples": [{"title": "One", "inputs": {"area": 5, "style": "house"}}]}
    assert demo.check(written(folder, data)) == "mine: no mistake found; fields: 2, examples: 1."


def test_an_example_that_does_not_fit_is_found(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n50,flat\n", encoding="utf-8")
    data = {**HOUSES.to_json(), "examples": [{"title": "One", "inputs": {"area": 500, "style": "house"}}]}
    with pytest.raises(InputError, match=r"^Area must lie between 0 and 100, got 500\.$"):
        demo.check(written(folder, data))


def test_a_background_that_does_not_fit_is_found(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n500,flat\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"^mine/background\.csv: Area must lie"):
        demo.check(written(folder, HOUSES.to_json()))


def test_an_example_picture_that_is_missing_is_found(folder: Path) -> None:
    with pytest.raises(InputError, match=r"^Photo could not be read"):
        demo.check(written(folder, gallery("examples/cat.png").to_json()))


@pytest.mark.parametrize("name", ["nothing.svg", "../outside.svg", "sub"])
def test_a_picture_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder.parent / "outside.svg").write_text("<svg/>")
    (folder / "sub").mkdir()
    with pytest.raises(ModelError) as error:
        demo.check(written(folder, {**LEAST, "picture": name}))
    assert str(error.value) == f"mine/demo.json: picture names {name!r}, which is not in the folder."


def test_a_picture_that_is_there_is_no_mistake(folder: Path) -> None:
    (folder / "own.svg").write_text("<svg/>")
    assert "no mistake found" in demo.check(written(folder, {**LEAST, "picture": "own.svg"}))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_our_own_folders_are_free_of_mistakes(folder: Path) -> None:
    assert "no mistake found" in demo.check(folder)


@pytest.mark.parametrize("place", ["../rows.csv", "absolute", "link.csv"])
def test_a_table_outside_the_folder_is_not_read(folder: Path, place: str) -> None:
    outside = folder.parent / "rows.csv"
    outside.write_text("area,style\n50,flat\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    name = str(outside) if place == "absolute" else place
    with pytest.raises(ModelError, match="lies outside the model folder; put it inside"):
        demo.check(written(folder, {**HOUSES.to_json(), "background": name}))


def test_in_the_hubs_cache_the_files_are_links(tmp_path: Path) -> None:
    repository = tmp_path / "models--owner--some-name"
    (repository / "blobs").mkdir(parents=True)
    (repository / "blobs" / "hash").write_text("area,style\n50,flat\n", encoding="utf-8")
    commit = repository / "snapshots" / ("0" * 40)
    commit.mkdir(parents=True)
    (commit / "background.csv").symlink_to(repository / "blobs" / "hash")
    assert demo.check(written(commit, HOUSES.to_json())).startswith("owner/some-name: no mistake found")


# The published schema


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == json.dumps(demo.schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_a_schema_and_says_its_title() -> None:
    jsonschema.Draft202012Validator.check_schema(demo.schema())
    assert demo.schema()["title"] == "SeeWhy demo.json, version 1"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_model_of_ours_meets_the_schema(folder: Path) -> None:
    data = json.loads((folder / demo.FILE).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(demo.schema()).validate(data)
    assert demo.read(folder).title == data["title"]


def test_there_are_models_to_check() -> None:
    assert FOLDERS


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"colour": "red"},
        {"title": None},
        {"fields": [{**TEXT, "limits": [0, 1]}]},
        {"fields": [{"kind": "number", "name": "n", "label": "N", "limits": [0]}]},
        {"fields": [{"kind": "smell", "name": "n", "label": "N"}]},
        {"decision": {"rules": [{"action": "a", "tone": "pink"}]}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(folder: Path, change: dict[str, Any]) -> None:
    data = {**LEAST, **change}
    assert not jsonschema.Draft202012Validator(demo.schema()).is_valid(data)
    assert mistake(folder, data)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_reference_row_of_ours_is_used(folder: Path) -> None:
    about = demo.read(folder)
    if about.background is None:
        assert demo.read_background(folder, about) == []
        return
    with (folder / about.background).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(demo.read_background(folder, about)) == len(rows) > 0

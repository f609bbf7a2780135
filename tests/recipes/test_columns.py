"""Columns: what the form says of them comes from the training part, and inputs are written as the form takes them."""

import pandas as pd

from assets.recipes.columns import Category, Columns, Number

COLUMNS = Columns(
    {
        "area": Number("Area", "Living area.", (10, 500), unit="m²"),
        "share": Number("Share", "Of the income.", (0, 100), 0.1),
    },
    {
        "part": Category("Part", "Part of town.", unseen=True),
        "state": Category("State", "Of the house.", {1: "poor", 2: "fair", 3: "good"}),
    },
)
TRAINING = pd.DataFrame(
    {
        "area": [80.0, 120.0, 95.0],
        "share": [20.25, 33.3, 41.0],
        "part": ["north", "east", "north"],
        "state": ["good", "good", "poor"],
    }
)


def test_a_whole_number_is_described_in_whole_numbers() -> None:
    field = COLUMNS.numbers["area"].field("area", TRAINING["area"])
    assert (field["unit"], field["seen"], field["step"], field["default"]) == ("m²", [80, 120], 1, 95)
    assert all(isinstance(value, int) for value in [*field["seen"], field["default"]])


def test_a_default_has_the_decimals_of_its_step() -> None:
    field = COLUMNS.numbers["share"].field("share", pd.Series([33.34, 33.34]))
    assert (field["default"], "unit" in field) == (33.3, False)


def test_only_words_of_the_training_part_are_known_where_others_may_be_entered() -> None:
    state = COLUMNS.categories["state"]
    assert COLUMNS.known(TRAINING) == {"part": ["east", "north"], "state": ["poor", "fair", "good"]}
    assert Category(state.label, state.description, state.words, unseen=True).known(TRAINING["state"]) == [
        "poor",
        "good",
    ]


def test_fields_stand_in_the_models_order() -> None:
    fields = COLUMNS.fields(TRAINING)
    assert [field["name"] for field in fields] == COLUMNS.names == ["area", "share", "part", "state"]
    assert (fields[2]["unseen"], fields[2]["default"], "unseen" in fields[3]) == (True, "north", False)


def test_a_group_is_no_input() -> None:
    field = COLUMNS.categories["state"].group("state")
    assert (field["role"], field["choices"], "default" in field) == ("group", ["poor", "fair", "good"], False)


def test_a_row_becomes_the_forms_inputs() -> None:
    assert COLUMNS.inputs(TRAINING.iloc[0]) == {"area": 80, "share": 20.25, "part": "north", "state": "good"}
    assert isinstance(COLUMNS.inputs(TRAINING.iloc[0])["area"], int)

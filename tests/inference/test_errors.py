"""The tree of errors and the wording of a wrong choice."""

import pytest

from inference.errors import Busy, InputError, ModelError, NotFound, SeeWhyError


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(InputError, SeeWhyError), (NotFound, InputError), (ModelError, SeeWhyError), (Busy, SeeWhyError)],
)
def test_each_error_hangs_where_the_tree_says(kind: type[Exception], parent: type[Exception]) -> None:
    assert kind.__bases__ == (parent,)


def test_what_the_visitor_cannot_mend_is_no_input_error() -> None:
    assert not issubclass(ModelError, InputError)
    assert not issubclass(Busy, InputError)


@pytest.mark.parametrize(
    ("what", "name", "choices", "message"),
    [
        ("model", "x", ["a", "b"], "Unknown model 'x'; available are a, b."),
        ("task", "x", [], "Unknown task 'x'; available are none."),
        ("id", 7, [1, 2], "Unknown id '7'; available are 1, 2."),
        ("field", "it's", {"a": 1}, 'Unknown field "it\'s"; available are a.'),
    ],
)
def test_a_wrong_choice_names_the_culprit_and_the_choices(what: str, name: object, choices: list, message: str) -> None:
    assert str(NotFound.among(what, name, choices)) == message


def test_among_makes_an_error_of_the_class_it_is_called_on() -> None:
    assert type(InputError.among("item", "x", [])) is InputError
    assert type(NotFound.among("item", "x", [])) is NotFound


@pytest.mark.parametrize(
    ("count", "end"), [(12, "10, 11."), (13, "10, 11 and 1 more."), (2012, "10, 11 and 2,000 more.")]
)
def test_at_most_twelve_choices_are_named(count: int, end: str) -> None:
    assert str(InputError.among("item", "x", range(count))).endswith(end)


def test_a_long_name_is_cut_to_80_characters() -> None:
    message = str(InputError.among("item", "x" * 10_000, ["a"]))
    assert message == f"Unknown item '{'x' * 80}'; available are a."


def test_choices_may_come_from_an_iterator() -> None:
    assert str(InputError.among("item", "x", iter("ab"))) == "Unknown item 'x'; available are a, b."

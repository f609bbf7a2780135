"""A category: its choices, and one that the model has not seen."""

from typing import Any

import pytest
from entered import OPEN, STYLE, refusal

from inference.fields import (
    CategoryField,
    Field,
)


@pytest.mark.parametrize("field", [STYLE, OPEN])
@pytest.mark.parametrize("value", STYLE.choices)
def test_every_choice_is_taken_without_a_warning(field: CategoryField, value: str) -> None:
    assert field.parse(value) == value
    assert list(field.warnings(value)) == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (STYLE, "one storey", "Unknown Style 'one storey'; available are One storey, Two storeys."),
        (STYLE, 1, "Style must be one of its choices as a text, got 1."),
        (OPEN, ["One storey"], "Style must be one of its choices as a text, got ['One storey']."),
        (OPEN, True, "Style must be one of its choices as a text, got True."),
    ],
)
def test_what_is_no_choice_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


def test_an_unseen_category_warns_where_the_model_has_a_slot_for_it() -> None:
    assert OPEN.parse("Treehouse") == "Treehouse"
    assert list(OPEN.warnings("Treehouse")) == [
        "Style 'Treehouse' does not occur in the training data: the model takes it as unknown."
    ]

"""What the rules read off a request, and what they leave out."""

import pytest

from inference.slots import RULES, slots


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        (
            "Remind me to water the plants tomorrow at 6 pm.",
            ("about", "date", "time"),
            {"about": "water the plants", "date": "tomorrow", "time": "at 6 pm"},
        ),
        (
            "Tell Anna that the train is late.",
            ("person", "text"),
            {"person": "Anna", "text": "the train is late"},
        ),
        ("text my sister I am late", ("person", "text"), {"person": "my sister", "text": "I am late"}),
        ("Next Monday call Dr Silva", ("person", "date"), {"person": "Dr Silva", "date": "Next Monday"}),
        ("Do I need an umbrella in Bergen on Sunday?", ("place", "date"), {"place": "Bergen", "date": "on Sunday"}),
        ("set a timer for half an hour", ("length",), {"length": "half an hour"}),
        ("add two lemons to my shopping list", ("about", "list"), {"about": "two lemons", "list": "shopping list"}),
        ("please look up the rules of chess", ("about",), {"about": "the rules of chess"}),
        ("What is on the 3rd of June?", ("date",), {"date": "on the 3rd of June"}),
    ],
)
def test_slots_are_passages_of_the_request(text: str, wanted: tuple[str, ...], found: dict[str, str]) -> None:
    assert slots(text, wanted) == found


@pytest.mark.parametrize("text", ["", "...", "????", "🙂 " * 50, "at " * 400, "tell " * 400])
def test_where_no_rule_fits_the_slot_is_missing(text: str) -> None:
    found = slots(text, tuple(RULES))
    assert set(found) <= {"about", "text"}
    assert all(found.values())

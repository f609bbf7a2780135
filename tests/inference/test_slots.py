"""What the rules read off a request, and what they leave out."""

import json

import pytest

from inference.models import ASSETS
from inference.slots import RULES, slots
from inference.tasks.assistant import ACTIONS


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
        (
            "In ten minutes, ping me to stir the soup",
            ("about", "time"),
            {"about": "stir the soup", "time": "In ten minutes"},
        ),
        ("I have to pay by 2 May, please remind me.", ("about", "date"), {"about": "pay", "date": "by 2 May"}),
        ("Soap is gone. We need soap, put it on the list.", ("list",), {"list": "list"}),
        ("I need nails on the hardware list", ("about", "list"), {"about": "nails", "list": "hardware list"}),
        ("Dial Ada's number", ("person",), {"person": "Ada"}),
        ("Send our neighbour a message", ("person",), {"person": "our neighbour"}),
        (
            "Rain in the next few days in the mountains?",
            ("place", "date"),
            {"place": "the mountains", "date": "in the next few days"},
        ),
        ("Will it rain in the morning?", ("place",), {}),
        ("The forecast for Saturday", ("place", "date"), {"date": "for Saturday"}),
        ("Turn it down a bit, please", ("about",), {}),
        ("Remind me tonight", ("about", "date", "time"), {"date": "tonight"}),
    ],
)
def test_slots_are_passages_of_the_request(text: str, wanted: tuple[str, ...], found: dict[str, str]) -> None:
    assert slots(text, wanted) == found


def test_what_is_measured_is_read_off_requests_that_hold_it() -> None:
    data = json.loads((ASSETS / "models" / "assistant" / "requests.json").read_text(encoding="utf-8"))
    requests = [*data["for mending"], *data["held out"]]
    assert len({request["text"] for request in requests}) == len(requests)
    for request in requests:
        _, needed, possible = ACTIONS[request["intent"]]
        assert set(request["slots"]) <= {*needed, *possible}
        assert all(passage in request["text"] for passage in request["slots"].values())


@pytest.mark.parametrize("text", ["", "...", "????", "🙂 " * 50, "at " * 400, "tell " * 400])
def test_where_no_rule_fits_the_slot_is_missing(text: str) -> None:
    found = slots(text, tuple(RULES))
    assert set(found) <= {"about", "text"}
    assert all(found.values())

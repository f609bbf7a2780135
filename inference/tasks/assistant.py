"""A request in, what is meant by it out, and a card of what would be done: proposed, never carried out.

What is meant is a label of a text classifier; what the card says is read off the text by the rules in slots.py. Where
the decision rule of the model's demo.json asks back, so does the card.
"""

from collections.abc import Iterator

from transformers import AutoModelForSequenceClassification, TextClassificationPipeline
from transformers.pipelines import PIPELINE_REGISTRY

from ..demo import Example
from ..fields import TextField
from ..slots import slots
from ..trace import Batch
from ..types import Prediction, Raw, Table
from .text_classification import TextClassification

PIPELINE_REGISTRY.register_pipeline(
    "assistant",
    pipeline_class=TextClassificationPipeline,
    pt_model=AutoModelForSequenceClassification,
    type="text",
)

ACTIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "reminder": ("Set a reminder", ("about",), ("date", "time")),
    "message": ("Send a message", ("person", "text"), ()),
    "call": ("Make a call", ("person",), ("date", "time")),
    "timer": ("Set a timer", ("length",), ()),
    "weather": ("Show the weather", (), ("place", "date")),
    "search": ("Search the web", ("about",), ()),
    "list": ("Change a list", ("about", "list"), ()),
    "music": ("Play or change the music", (), ("about",)),
    "time": ("Say the time or the date", (), ("place", "date")),
}
"""By intent: what would be done, the slots it needs, and those it can have."""
MISSING = "not said: ask for it"


class Assistant(TextClassification):
    """Any classifier of requests whose labels are the intents above; others get no card."""

    id = "assistant"
    fields = (TextField(name="text", label="Request", max_length=500),)
    samples = (
        Example("A reminder", {"text": "Remind me to water the plants tomorrow at 6 pm."}),
        Example("A message", {"text": "Tell Anna that the train is delayed."}),
        Example("The weather", {"text": "Do I need an umbrella in Bergen on Sunday?"}),
        Example("A search", {"text": "Look up the rules of chess."}),
    )

    def tables(self, raw: Raw, outputs: Batch, prediction: Prediction) -> Iterator[Table]:
        """The card, or the question that is asked back."""
        first = prediction.items[0].id
        if self.asks_back(prediction):
            yield self.question(prediction)
        elif first in ACTIONS:
            yield self.card(first, self.prepare(raw))

    def asks_back(self, prediction: Prediction) -> bool:
        """Whether the decision is the last one, for what is too unsure."""
        rule = self.demo.decision
        return rule is not None and rule.decide(prediction).action == rule.rules[-1].action

    def card(self, intent: str, text: str) -> Table:
        """What would be done, with what the text says of it and what it does not."""
        action, needed, possible = ACTIONS[intent]
        found = slots(text, (*needed, *possible))
        rows = [(name, found.get(name, MISSING)) for name in (*needed, *possible) if name in found or name in needed]
        columns = ("part", "from the request")
        return Table(f"Proposed: {action}. Nothing is carried out.", columns, tuple(rows) or (("details", "none"),))

    def question(self, prediction: Prediction) -> Table:
        """The likeliest intents, to choose from."""
        likely = [item.id for item in prediction.items[:3]]
        rows = tuple((intent, ACTIONS[intent][0] if intent in ACTIONS else "nothing") for intent in likely)
        return Table("Asked back: which of these do you mean?", ("intent", "what would be proposed"), rows)

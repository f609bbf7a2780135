"""Speech in the place of a text: the model that a text field names in `listens` writes it down, as if it were typed.

Knows no model; that of the speech is one of those on offer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import fetching, models
from ..device import on_device
from ..errors import InputError
from ..fields import AnyField, TextField
from ..sounds import Sound
from ..task import Task
from ..trace import Trace
from ..types import Answer
from .catalogue import Catalogue

FILE = re.compile(r"data:[^,]{0,200};base64,")
"""How a data URI begins. What nobody types into a text field that listens is a recording."""


@dataclass(frozen=True)
class Heard:
    """Inputs with words in the place of speech; by field the words alone, and what to be careful about."""

    inputs: Any
    said: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def told(self, part: str | Answer) -> str | Answer:
        """A part of an answer to these inputs; the answer itself says what was heard."""
        if isinstance(part, str) or not self.said:
            return part
        return replace(part, said=self.said, warnings=(*self.warnings, *part.warnings))


def listening(fields: list[AnyField]) -> Iterator[TextField]:
    """Those of some fields that take speech, too."""
    return (each for each in fields if isinstance(each, TextField) and each.listens)


def hear(catalogue: Catalogue, model: str, inputs: Any, trace: Trace | None = None) -> Heard:
    """Inputs of a model with all speech written down, a step of the trace each.

    Raises NotFound for the model, InputError for speech that cannot be taken or understood.
    """
    found, given, trace = Heard(inputs), inputs if isinstance(inputs, dict) else {}, trace or Trace()
    for each in listening(catalogue.about(model).inputs):
        if not is_speech(given.get(each.name)):
            continue
        with trace.step("listening") as step:
            answer = written(catalogue, each, given[each.name])
            text = (answer.prediction.text or "").strip()
            step.detail, step.words = (
                f"{answer.model}: {len(text):,} characters",
                f"“{text}”, written down by {answer.model}",
            )
        if not text:
            raise InputError(f"{each.label}: nothing was understood. Speak closer to the microphone, or write it.")
        said = {**found.said, each.name: text}
        found = Heard({**found.inputs, each.name: text}, said, (*found.warnings, *answer.warnings))
    return found


def has_speech(catalogue: Catalogue, model: str, inputs: Any) -> bool:
    """Whether inputs of a model have speech where it takes a text. Raises NotFound for the model."""
    fields = listening(catalogue.about(model).inputs)
    return isinstance(inputs, dict) and any(is_speech(inputs.get(each.name)) for each in fields)


def is_speech(value: Any) -> bool:
    """Whether a value is a recording: a data URI, a file that was uploaded, or a sound."""
    return isinstance(value, Path | Sound) or (isinstance(value, str) and FILE.match(value) is not None)


def written(catalogue: Catalogue, field: TextField, recording: Any) -> Answer:
    """The speech model's answer. Raises InputError for what it cannot take, or where it is not at hand."""
    if remedy := missing(catalogue, field):
        raise InputError(f"{field.label} takes no speech here, so write it. {remedy}")
    assert field.listens is not None  # `listening` gives no other
    return understood(catalogue.task(field.listens), recording)


@on_device
def understood(task: Task, recording: Any) -> Answer:
    """The words of a recording."""
    return task.predict({task.demo.first("audio").name: recording})


def missing(catalogue: Catalogue, field: TextField) -> str:
    """What the presenter does to have speech written down; empty where the speech model is on offer."""
    name = str(field.listens)
    if name in catalogue.demos:
        return ""
    folder = models.find().get(name)
    source = fetching.source_of(folder) if folder is not None and models.weights(folder) is None else None
    if source is None:
        return f"The presenter adds the speech model: `python app.py --model {name}`, beside the others."
    extra = f'pip install -e ".[{source.extra}]" && ' if source.extra else ""
    return f"The presenter installs a speech model: `{extra}python app.py fetch {name}`."

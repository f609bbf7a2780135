"""What was said of a model's own examples, kept beside the model in `explained.json`: so it is there at once.

It holds for one state of the model alone, its weights, its fields, its examples and its reference rows.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from inference import demo, models, registry
from inference.folders import home
from inference.revision import revision
from inference.task import Task
from inference.types import Record, adapter

from .asked import parse_target
from .explainer import explain_all
from .memory import Explained, Memory

log = logging.getLogger(__name__)

FILE = "explained.json"
LARGEST = 4 * 2**20
"""Bytes of a file that is still read."""


@dataclass(frozen=True)
class Examples(Record):
    """Of which state of a model, and for each of its examples what was said of it; null where nothing was to be."""

    state: str
    explained: tuple[Explained | None, ...]
    version: Literal[1] = 1


def read(task: Task) -> dict[int, Explained]:
    """What is known of a model's examples, by their number; nothing where the file is missing, damaged or of another
    state of the model, or came with a model from the hub.
    """
    file = task.folder / FILE
    if home(task.folder) != task.folder.resolve() or not file.is_file() or file.stat().st_size > LARGEST:
        return {}
    try:
        kind = adapter(Examples)
        found: Examples = kind.validate_json(file.read_bytes())
    except (OSError, ValueError):
        log.warning("%s of %s cannot be read and is left aside", FILE, task.name)
        return {}
    if found.state != state(task) or len(found.explained) != len(task.demo.examples):
        log.info("%s of %s is of another state: `python app.py explain %s` writes it anew", FILE, *[task.name] * 2)
        return {}
    return {number: each for number, each in enumerate(found.explained) if each}


def write(task: Task) -> int:
    """Explain a model's examples as the page would, patiently, and keep that beside it; the bytes that it takes."""
    found = Examples(state(task), tuple(explained(task, example.inputs) for example in task.demo.examples))
    head = f'{{"version": 1, "state": "{found.state}", "explained": [\n'
    lines = ",\n".join("null" if each is None else each.to_bytes().decode() for each in found.explained)
    return (task.folder / FILE).write_bytes(f"{head}{lines}\n]}}\n".encode())


def explained(task: Task, inputs: object) -> Explained | None:
    """What is said of what comes first in the prediction; None where nothing was found."""
    raw, memory = task.parse(inputs), Memory()
    if task.target(task.predict_some([raw])[0]) is None:
        return None
    target = parse_target(task, raw, None)
    *_, _ = explain_all(task, raw, [target], memory=memory)
    return memory.explained(task, raw, target)


def state(task: Task) -> str:
    """What tells a model, with all that its explanations follow from, from any other: SHA-256, 12 digits of it."""
    found = hashlib.sha256(revision(task.folder).encode())
    for file in demo.example_files(task.folder, task.demo):
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:12]


def keep(names: Sequence[str], tell: Callable[[str], None]) -> str:
    """Do `write` for models by name or folder, by default all that come with the product. Raises SeeWhyError."""
    embedded = [name for name, folder in models.find().items() if models.weights(folder) in models.find().values()]
    for name in names or embedded:
        task = registry.load(name)
        tell(f"{task.name}: {write(task):,} bytes")
    return "Done; visitors find these explanations at once."

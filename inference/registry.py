"""Which tasks there are, and how a model folder becomes one of them.

A task is one file in inference/tasks/ with one class, named after its id: `text-classification` is TextClassification
in text_classification.py. Nothing lists them: a new file is found.
"""

import importlib
import json
import pkgutil
from pathlib import Path

from . import demo, models, runtime
from .errors import InputError, ModelError, NotFound
from .task import Task


def available() -> list[str]:
    """The ids of all tasks: the files in inference/tasks/."""
    package = Path(__file__).parent / "tasks"
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules([str(package)]))


def task_class(task: str) -> type[Task]:
    """The class of a task by its id; its module is imported here, and not before. Raises NotFound."""
    if task not in available():
        raise NotFound.among("task", task, available())
    module = importlib.import_module(f"{__package__}.tasks.{task.replace('-', '_')}")
    found: type[Task] = getattr(module, "".join(part.capitalize() for part in task.split("-")))
    return found


def check(folder: Path) -> str:
    """That a model folder is free of mistakes, in a sentence. Raises ModelError or InputError that name what they find.

    Weights are not loaded.
    """
    about = demo.read(folder)
    if about.task not in available():
        raise NotFound.among("task", about.task, available())
    if not any(each.role == "input" for each in about.fields):
        raise ModelError(f"{folder.name}/demo.json: fields needs at least one with the role input.")
    config = folder / "config.json"
    labels = json.loads(config.read_text(encoding="utf-8")).get("id2label", {}) if config.is_file() else {}
    if about.decision and labels and about.decision.of not in ("top", "value", *labels.values()):
        raise InputError.among("item in decision.of", about.decision.of, labels.values())
    return demo.check(folder)


def load(name_or_folder: str | Path) -> Task:
    """A model from assets/models by name, or from a folder, ready to predict. Raises NotFound, ModelError."""
    folder = models.folder(name_or_folder)
    about = demo.read(folder)
    kind = task_class(about.task)
    return kind(folder, about, runtime.load_pipeline(about.task, folder))

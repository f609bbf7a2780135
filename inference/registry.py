"""Which tasks there are, and how a model folder becomes one of them.

A task is one file in inference/tasks/ with one class, named after its id: `text-classification` is TextClassification
in text_classification.py. Nothing lists them: a new file is found.
"""

import importlib
import logging
import pkgutil
from pathlib import Path
from typing import Any

from . import columns, demo, draft, folders, hub, models, snapshot, trees
from .demo import Demo
from .device import stays
from .errors import InputError, ModelError, NotFound, SeeWhyError
from .task import Task

log = logging.getLogger(__name__)


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


def architectures(task: str) -> set[str]:
    """The architectures that transformers knows for a task; empty where any will do, as for our own models."""
    task_class(task)
    from transformers.pipelines import PIPELINE_REGISTRY

    autos = PIPELINE_REGISTRY.check_task(task)[1]["pt"]
    # The names alone: the public mapping would import every architecture there is.
    named = [auto._model_mapping._model_mapping.values() for auto in autos if auto.__name__ != "AutoModel"]
    every = [entry if isinstance(entry, tuple | list) else (entry,) for names in named for entry in names]
    ours = {kind.__name__ for auto in autos for kind in auto._model_mapping._extra_content.values()}
    return {name for entry in every for name in entry} | (ours if every else set())


def is_ours(task: str) -> bool:
    """Whether a task is not transformers' own: an architecture that several tasks share is for its own first."""
    task_class(task)
    from transformers.pipelines import PIPELINE_REGISTRY

    # transformers has the names of its own pipelines there, to be imported late; what is registered is a class.
    return not isinstance(PIPELINE_REGISTRY.check_task(task)[1]["impl"], str)


def task_of(folder: Path) -> str:
    """The id of the task that a folder's model is for: what its demo.json or its card says, or else its architecture.

    Raises ModelError where that is none of ours, where the architecture has no trained head for it, or where the model
    brings code of its own.
    """
    if file := models.trees(folder):
        return trees.read(file).task
    name, config = folders.name_of(folder), models.config_of(folder)
    if "auto_map" in config:
        raise ModelError(
            f"{name} brings code of its own (auto_map in config.json), and no code from a model runs here."
        )
    named = config.get("architectures")
    own = {str(each) for each in named} if isinstance(named, list) else set()
    told = demo.read(folder).task if (folder / demo.FILE).is_file() else snapshot.card(folder).get("pipeline_tag")
    if told in available():
        known = architectures(str(told))
        if own and known and not own & known:
            raise ModelError(f"{name} is a {', '.join(sorted(own))}, which has no trained head for {told}.")
        return told if (folder / demo.FILE).is_file() else twin(str(told), config)
    fitting = (
        [] if told else [twin(task, config) for task in sorted(available(), key=is_ours) if architectures(task) & own]
    )
    if not fitting:
        said = f"is for {str(told)[:80]}" if told else "does not say what it is for, nor does its architecture"
        raise ModelError(f"{name} {said}; the tasks here are {', '.join(available())}.")
    # An encoder-decoder may translate or summarise: its card's tags tell, unless it is what we name for one of them.
    tags = snapshot.card(folder).get("tags") or ()
    return min(fitting, key=lambda task: (task_class(task).default.partition("@")[0] != name, task not in tags))


def twin(task: str, config: dict[str, Any]) -> str:
    """The regression that a classifier's task stands for, where the model's head is trained to give a number."""
    regression = task.replace("-classification", "-regression")
    return regression if config.get("problem_type") == "regression" and regression in available() else task


def about(folder: Path) -> Demo:
    """What a model says of itself in its demo.json, or what follows from its task. Raises ModelError."""
    if (folder / demo.FILE).is_file():
        return demo.read(folder)
    return draft.draft(folder, task_class(task_of(folder)))


def examine(folder: Path) -> None:
    """That a fetched model can be shown, before its weights are there. Raises ModelError."""
    task_of(folder)
    about(folder)


def check(folder: Path) -> str:
    """That a model folder is free of mistakes, in a sentence. Raises ModelError or InputError that name what they find.

    Weights are not loaded, but fitted trees are, for their columns stand nowhere else.
    """
    folder = folder if models.is_model(folder) else models.folder(folder)
    found = about(folder)
    if found.task not in available():
        raise NotFound.among("task", found.task, available())
    if file := models.trees(folder):
        columns.matched(trees.read(file), found, folders.name_of(folder))
    labels = draft.labels_of(folder)
    if found.decision and labels and found.decision.of not in ("top", "value", *labels):
        raise InputError.among("item in decision.of", found.decision.of, labels)
    return demo.check(folder, found)


def find(spec: str, max_bytes: int = hub.MAX_BYTES) -> dict[str, Path]:
    """The models that a presenter names: a folder, a folder of them, `owner/name[@revision]` on the hub, or a task.

    A task stands for its default on the hub. A folder goes before a hub model or a task of the same spelling. Raises
    NotFound, ModelError, Busy.
    """
    named = spec
    if spec in available() and not Path(spec).exists():
        spec = task_class(spec).default
        if not spec:
            raise NotFound(f"There is no model to begin with for {named}: name a folder, or owner/name on the hub.")
    if Path(spec).exists() or not hub.ID.fullmatch(spec):
        return models.find(Path(spec))
    return {spec: hub.fetch(spec, examine, max_bytes)}


def load(name_or_folder: str | Path, name: str = "", described: Demo | None = None) -> Task:
    """A model ready to predict: from assets/models by name, from a folder, or `owner/name[@revision]` from the hub.

    name: what it is called in answers; by default after its folder. described: what it says of itself, if already read.
    Raises NotFound, ModelError, Busy.
    """
    spec = str(name_or_folder)
    is_hub = hub.ID.fullmatch(spec) and not Path(spec).exists()
    folder = find(spec)[spec] if is_hub else models.folder(name_or_folder)
    said = described or about(folder)
    kind = task_class(said.task)
    try:
        task = kind(folder, said, kind.open(folder, said), name or (spec if is_hub else ""))
    except SeeWhyError:
        raise
    except Exception as error:  # a tokenizer whose files contradict one another fails only once it is used
        log.exception("opening %s: %s", folders.name_of(folder), error)
        raise ModelError(
            f"{folders.name_of(folder)} could not be opened as {said.task}: {type(error).__name__}. "
            "Save its files together with save_pretrained."
        ) from error
    stays(task, load, str(folder), task.name)
    return task

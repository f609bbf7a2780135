"""Which tasks there are, how one is found by its file, and what a check of a model folder finds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from inference import models, registry
from inference.errors import InputError, ModelError, NotFound
from inference.registry import available, check, task_class
from inference.task import Task

ROOT = Path(registry.__file__).parent.parent
FILES = sorted((Path(registry.__file__).parent / "tasks").glob("[!_]*.py"))


def test_the_tasks_are_the_files() -> None:
    assert available() == [file.stem.replace("_", "-") for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_task_is_named_after_its_file(file: Path) -> None:
    kind = task_class(file.stem.replace("_", "-"))
    assert issubclass(kind, Task)
    assert kind.__name__ == file.stem.replace("_", " ").title().replace(" ", "")
    assert kind.id == file.stem.replace("_", "-")
    assert kind.__module__ == f"inference.tasks.{file.stem}"
    assert kind.kind in ("labels", "value", "ranking", "text", "spans", "boxes", "action")
    assert kind.scale in ("probability", "logit", "log-probability", "value")


@pytest.mark.parametrize("name", ["text_classification", "Text-Classification", "", "__init__", "os", "../tasks"])
def test_an_unknown_task_is_told_those_that_exist(name: str) -> None:
    with pytest.raises(NotFound) as error:
        task_class(name)
    assert str(error.value) == f"Unknown task {name!r}; available are {', '.join(available())}."


def test_importing_the_package_loads_neither_torch_nor_transformers() -> None:
    program = "import sys, inference; print(sorted({'torch', 'transformers', 'gradio'} & sys.modules.keys()))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_loading_an_unknown_model_tells_those_that_exist() -> None:
    with pytest.raises(NotFound, match=r"^Unknown model 'nothing'; available are "):
        registry.load("nothing")


GOOD = {
    "task": "text-classification",
    "title": "T",
    "summary": "S",
    "fields": [{"kind": "text", "name": "text", "label": "Text"}],
    "examples": [{"title": "One", "inputs": {"text": "good"}}],
    "decision": {"of": "positive", "rules": [{"action": "Do", "at_least": 0.5}, {"action": "Leave"}]},
}


def folder(path: Path, **change: object) -> Path:
    """A model folder with the labels negative and positive, and a demo.json that differs from a good one."""
    (path / "config.json").write_text(json.dumps({"id2label": {"0": "negative", "1": "positive"}}))
    (path / "demo.json").write_text(json.dumps({**GOOD, **change}))
    return path


def test_a_good_folder_passes_the_check(tmp_path: Path) -> None:
    assert "no mistake found" in check(folder(tmp_path))


@pytest.mark.parametrize("name", models.find())
def test_our_own_folders_pass_the_check(name: str) -> None:
    assert "no mistake found" in check(models.find()[name])


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"task": "text-clasification"}, NotFound, "Unknown task 'text-clasification'"),
        ({"decision": {**GOOD["decision"], "of": "happy"}}, InputError, "available are negative, positive"),  # type: ignore[dict-item]
        ({"fields": [], "examples": []}, ModelError, "at least one with the role input"),
        ({"examples": [{"title": "One", "inputs": {"text": ""}}]}, InputError, "Text is missing"),
    ],
)
def test_a_check_says_what_is_wrong(
    tmp_path: Path, change: dict[str, object], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        check(folder(tmp_path, **change))

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
    assert str(error.value).startswith(f"Unknown task {name!r}; available are {', '.join(available()[:12])}")


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


def test_a_task_stands_for_its_default_on_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    monkeypatch.setattr(registry.task_class("text-generation"), "default", "someone/model@abc")
    monkeypatch.setattr(registry.hub, "fetch", lambda spec, *_: asked.append(spec) or tmp_path)
    assert registry.find("text-generation") == {"someone/model@abc": tmp_path}
    assert asked == ["someone/model@abc"]


def test_a_task_with_embedded_models_alone_is_no_model() -> None:
    with pytest.raises(NotFound, match="no model to begin with for tabular-regression: name a folder"):
        registry.find("tabular-regression")


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


# What a folder's model is for


def saved(path: Path, card: str | None = None, **config: object) -> Path:
    """A folder with a config.json, and a card with this front matter."""
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(json.dumps(config))
    if card is not None:
        (path / "README.md").write_text(f"---\n{card}\n---\n")
    return path


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("BertForSequenceClassification", "text-classification"),
        ("ViTForImageClassification", "image-classification"),
        ("DeiTForImageClassificationWithTeacher", "image-classification"),
        ("LlamaForCausalLM", "text-generation"),
        ("GPT2LMHeadModel", "text-generation"),
    ],
)
def test_the_task_follows_from_the_architecture_by_what_transformers_knows(
    tmp_path: Path, architecture: str, task: str
) -> None:
    assert registry.task_of(saved(tmp_path / "mine", architectures=[architecture])) == task
    assert registry.task_of(saved(tmp_path / "mine", f"pipeline_tag: {task}", architectures=[architecture])) == task


def test_the_card_goes_before_the_architecture_and_the_demo_before_the_card(tmp_path: Path) -> None:
    folder = saved(
        tmp_path / "mine", "pipeline_tag: zero-shot-nothing", architectures=["BertForSequenceClassification"]
    )
    with pytest.raises(ModelError, match="mine is for zero-shot-nothing; the tasks here are "):
        registry.task_of(folder)
    (folder / "demo.json").write_text(json.dumps(GOOD))
    assert registry.task_of(folder) == "text-classification"


@pytest.mark.parametrize("card", ["", "pipeline_tag: image-classification"])
def test_a_head_that_gives_a_number_is_for_regression(tmp_path: Path, card: str) -> None:
    told = [card] if card else []
    named = {"architectures": ["ViTForImageClassification"]}
    assert registry.task_of(saved(tmp_path / "a", *told, **named, problem_type="regression")) == "image-regression"
    assert registry.task_of(saved(tmp_path / "b", *told, **named)) == "image-classification"


@pytest.mark.parametrize(
    ("card", "config", "said"),
    [
        (None, {}, "mine does not say what it is for, nor does its architecture"),
        (None, {"architectures": ["Unheard"]}, "mine does not say what it is for, nor does its architecture"),
        (None, {"architectures": ["BertModel"]}, "mine does not say what it is for, nor does its architecture"),
        ("pipeline_tag: [a]", {}, "mine does not say what it is for, nor does its architecture; the tasks here are "),
        (
            "pipeline_tag: text-classification",
            {"architectures": ["BertModel"]},
            "mine is a BertModel, which has no trained head for text-classification",
        ),
        (
            "pipeline_tag: text-classification",
            {"architectures": ["BertForSequenceClassification"], "auto_map": {"AutoConfig": "code.Config"}},
            "mine brings code of its own",
        ),
    ],
)
def test_what_is_for_none_of_our_tasks_is_refused(
    tmp_path: Path, card: str | None, config: dict[str, object], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        registry.task_of(saved(tmp_path / "mine", card, **config))


def test_the_check_of_a_folder_without_a_demo_says_that_what_is_shown_follows(tmp_path: Path) -> None:
    folder = saved(tmp_path / "mine", "pipeline_tag: image-classification")
    (folder / "model.safetensors").touch()
    said = "mine: no demo.json: what is shown follows from image-classification; fields: 1, examples: 0."
    assert check(folder) == said


def test_the_check_of_what_is_no_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Unknown model"):
        check(tmp_path)


def test_a_table_without_reference_rows_is_a_mistake(tmp_path: Path) -> None:
    field = {"kind": "number", "name": "area", "label": "Area"}
    with pytest.raises(ModelError, match=r"background must name a CSV of reference rows, whose values .* Area"):
        check(folder(tmp_path, fields=[field], examples=[]))

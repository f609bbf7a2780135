"""Which models are on offer, in which order, and what is said when one is not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference import models
from inference.errors import ModelError, NotFound
from inference.serving.catalogue import Catalogue, expected_bytes
from inference.trace import Trace
from inference.units import filesize


@pytest.fixture(autouse=True)
def no_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def make(root: Path, name: str, task: str = "text-classification", weights: int | None = 10) -> Path:
    """A model folder with so many bytes of weights; they are not read before the model is asked for."""
    folder = root / name
    folder.mkdir()
    field = {"name": "text", "kind": "text", "label": "Text"}
    about = {"version": 1, "task": task, "title": name.upper(), "summary": "A model.", "fields": [field]}
    (folder / "demo.json").write_text(json.dumps(about))
    if weights is not None:
        (folder / "model.safetensors").write_bytes(b"\0" * weights)
    return folder


def test_models_stand_by_task_and_then_by_name(tmp_path: Path) -> None:
    made = [("b", "text-generation"), ("z", "text-classification"), ("a", "text-generation"), ("c", "recommendation")]
    catalogue = Catalogue({name: make(tmp_path, name, task) for name, task in made})
    assert list(catalogue.demos) == ["c", "z", "a", "b"]
    assert [each["name"] for each in catalogue.describe()] == ["c", "z", "a", "b"]


def test_a_model_is_described_as_a_program_needs_it(tmp_path: Path) -> None:
    (described,) = Catalogue({"a": make(tmp_path, "a")}).describe()
    assert list(described) == ["name", "task", "title", "fields", "examples", "recording"]
    assert (described["name"], described["task"], described["title"]) == ("a", "text-classification", "A")
    assert described["fields"][0]["name"] == "text"


def test_a_folder_without_weights_is_left_out_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folders = {"a": make(tmp_path, "a"), "b": make(tmp_path, "b", weights=None)}
    catalogue = Catalogue(folders)
    assert (list(catalogue.demos), list(catalogue.folders)) == (["a"], ["a"])
    expected = "b is left out: its weights are not at hand; its README says how to get them"
    assert [record.getMessage() for record in caplog.records] == [expected]


def test_weights_in_the_cache_of_the_user_count(tmp_path: Path) -> None:
    folder = make(tmp_path, "b", weights=None)
    cached = models.user_cache() / "b"
    cached.mkdir(parents=True)
    (cached / "model.safetensors").write_bytes(b"\0" * 20)
    assert list(Catalogue({"b": folder}).demos) == ["b"]
    assert expected_bytes(folder) == 20


@pytest.mark.parametrize(("names", "said"), [(["a", "b"], "a, b"), ([], "none given")])
def test_nothing_left_is_the_presenters_mistake(tmp_path: Path, names: list[str], said: str) -> None:
    with pytest.raises(ModelError) as error:
        Catalogue({name: make(tmp_path, name, weights=None) for name in names})
    assert str(error.value) == f"No model has its weights at hand among {said}."


def test_a_faulty_description_is_the_presenters_mistake(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    (folder / "demo.json").write_text("{")
    with pytest.raises(ModelError, match=r"^a/demo\.json is no valid JSON"):
        Catalogue({"a": folder})


@pytest.mark.parametrize("name", ["nothing", "", "../a", "c", None, {}, ["a"]])
def test_an_unknown_model_is_told_those_on_offer(tmp_path: Path, name: Any) -> None:
    folders = {"b": make(tmp_path, "b"), "a": make(tmp_path, "a"), "c": make(tmp_path, "c", weights=None)}
    catalogue = Catalogue(folders)
    for ask in (catalogue.about, catalogue.task):
        with pytest.raises(NotFound) as error:
            ask(name)
        assert str(error.value) == f"Unknown model {str(name)!r}; available are a, b."


def test_a_model_that_is_not_there_has_no_size(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as error:
        Catalogue({"a": make(tmp_path, "a")}).expected("b")
    assert str(error.value) == "Unknown model 'b'; available are a."


def test_the_size_of_a_model_is_that_of_its_weight_files_alone(tmp_path: Path) -> None:
    folder = make(tmp_path, "a", weights=7)
    (folder / "adapter_model.safetensors").write_bytes(b"\0" * 5)
    (folder / "README.md").write_text("Not a weight.")
    assert expected_bytes(folder) == Catalogue({"a": folder}).expected("a") == 12


def test_the_trace_says_whether_a_model_was_loaded_or_there_already(tiny_chat: Path) -> None:
    catalogue, trace = Catalogue({"tiny-chat": tiny_chat}), Trace()
    first, second = catalogue.task("tiny-chat", trace), catalogue.task("tiny-chat", trace)
    assert first is second is catalogue.task("tiny-chat")  # without a trace, too
    loading, again = trace.steps
    assert (loading.step, again.step) == ("model loading", "model loading")
    assert loading.detail.endswith(first.where)
    assert loading.detail.startswith(f"{filesize(first.bytes)} on ")
    assert again.detail == f"{loading.detail}, already in memory"


def test_a_model_that_was_dropped_is_loaded_again(tiny_chat: Path) -> None:
    both = {"tiny-chat": tiny_chat, "movies": models.find()["movies"]}
    catalogue, trace = Catalogue(both, memory=1), Trace()  # room for the newest alone
    for name in ("tiny-chat", "movies", "tiny-chat", "tiny-chat"):
        catalogue.task(name, trace)
    assert ["already in memory" in step.detail for step in trace.steps] == [False, False, False, True]


def test_of_the_models_files_the_examples_alone_may_be_seen(tiny_models: Callable[[str], Path]) -> None:
    folder = tiny_models("tiny-detector")
    files = Catalogue({"tiny-detector": folder}).example_files()
    assert len(files) == 4 and all(file.parent == folder and file.suffix == ".jpg" for file in files)

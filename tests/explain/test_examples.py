"""What is said of the examples of the models that come with the product is there from the start, and still true."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import load, shipped

import inference
from explain import explain
from explain.examples import FILE, LARGEST, keep, read, state
from explain.figures import draw
from explain.known import Known
from explain.memory import Memory
from inference import models
from inference.contents import digest
from inference.panels.form import example_values
from inference.task import Task
from inference.types import Contrast

MODELS = models.find()
ALL = 2 * 2**20
"""Bytes that all files may take together."""


@pytest.mark.parametrize("name", shipped())
def test_every_example_is_known_from_the_start(name: str) -> None:
    task = load(MODELS[name])
    assert (MODELS[name] / FILE).is_file(), f"write it by `python app.py explain {name}`"
    assert set(read(task)) == found(task), f"the model has changed: `python app.py explain {name}` writes it anew"
    known = Known()
    for number in read(task):
        raw = task.parse(task.demo.examples[number].inputs)
        (explanation,) = known.explain_stream(task, task.demo.examples[number].inputs, seconds=20.0)
        assert explanation.kept
        assert draw(explanation, raw).html
        (named,) = known.explain_stream(task, task.demo.examples[number].inputs, explanation.target)
        assert named == explanation


def test_why_one_label_rather_than_another_is_answered_after_what_was_known() -> None:
    task, memory = load(MODELS["sentiment"]), Memory()
    inputs = task.demo.examples[0].inputs
    one, two = task.targets(task.predict(inputs).prediction)[:2]
    (known,) = Known().explain_stream(task, inputs, one, memory=memory)
    memory.likely = [one, two]
    *_, rather = Known().explain_stream(task, inputs, Contrast((one, two)), memory=memory)
    assert known.kept and not rather.kept
    assert rather.values == pytest.approx(explain(task, inputs, Contrast((one, two))).values, abs=1e-5)


def found(task: Task) -> set[int]:
    """The numbers of the examples in which the model finds something."""
    raws = [task.parse(example.inputs) for example in task.demo.examples]
    return {number for number, raw in enumerate(raws) if task.target(task.predict_some([raw])[0]) is not None}


@pytest.mark.parametrize("name", shipped())
def test_the_page_sends_an_example_as_it_is_known(name: str) -> None:
    task = load(MODELS[name])
    for example in task.demo.examples:
        values = example_values(task.folder, task.demo, example)
        sent = {field.name: uploaded(value) for field, value in zip(task.demo.inputs, values, strict=True)}
        assert digest(task.parse(sent)) == digest(task.parse(example.inputs))


def uploaded(value: Any) -> Any:
    """A file as it arrives from the page, by a path of its own."""
    return Path(value) if isinstance(value, str) and Path(value).is_absolute() else value


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_what_is_known_is_what_would_be_computed(name: str) -> None:
    task = load(MODELS[name])
    for number, known in read(task).items():
        kept = known.explanation
        anew = explain(task, task.demo.examples[number].inputs, kept.target)
        assert anew.score == pytest.approx(kept.score, abs=1e-3 * scale(kept.score))
        assert [each.id for each in anew.features] == [each.id for each in kept.features]
        errors = np.hypot(kept.stderr or 0, anew.stderr or 0)
        assert (np.abs(np.subtract(anew.values, kept.values)) <= 3 * errors + 1e-3 * scale(kept.values)).all()


def scale(values: object) -> float:
    """The size of what is compared."""
    return max(1e-3, float(np.abs(values).max()))  # type: ignore[call-overload]


def test_all_of_it_is_small() -> None:
    assert sum((MODELS[name] / FILE).stat().st_size for name in shipped()) < ALL


# Files that do not hold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder of its own, with what is known of its examples."""
    return Path(shutil.copytree(MODELS["customers"], tmp_path / "customers"))


def test_a_copy_of_a_model_knows_the_same(folder: Path) -> None:
    assert read(inference.load(folder)) == read(load(MODELS["customers"])) != {}


def more_weights(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor * 1.01 for name, tensor in tensors.items()}, folder / "model.safetensors", {"format": "pt"})


def other_rows(folder: Path) -> None:
    file = folder / inference.load(folder).demo.background  # type: ignore[operator]
    file.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")


def other_examples(folder: Path) -> None:
    file = folder / "demo.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"title"', '"title" ', 1), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda folder: (folder / FILE).unlink(),
    "empty": lambda folder: (folder / FILE).write_bytes(b""),
    "cut short": lambda folder: (folder / FILE).write_bytes((folder / FILE).read_bytes()[:-100]),
    "no record": lambda folder: (folder / FILE).write_text('{"version": 1, "explained": "all"}'),
    "another version": lambda folder: (folder / FILE).write_text(
        (folder / FILE).read_text(encoding="utf-8").replace('"version": 1', '"version": 2', 1), encoding="utf-8"
    ),
    "no text": lambda folder: (folder / FILE).write_bytes(bytes(range(256)) * 40),
    "huge": lambda folder: (folder / FILE).write_bytes(b" " * LARGEST + (folder / FILE).read_bytes()),
    "other weights": more_weights,
    "other reference rows": other_rows,
    "another demo.json": other_examples,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_does_not_hold_is_left_aside_and_the_model_is_asked(folder: Path, damage: str) -> None:
    DAMAGES[damage](folder)
    task = inference.load(folder)
    assert read(task) == {}
    *_, last = Known().explain_stream(task, task.demo.examples[0].inputs)
    assert not last.kept


def test_the_command_writes_it_anew(folder: Path) -> None:
    before = read(inference.load(folder))
    other_examples(folder)
    told: list[str] = []
    keep([str(folder)], told.append)
    task = inference.load(folder)
    assert told == [f"customers: {(folder / FILE).stat().st_size:,} bytes"]
    after = read(task)
    assert set(after) == set(before)
    for number, each in after.items():
        assert each.explanation.values == pytest.approx(before[number].explanation.values, abs=1e-5)
    assert state(task) != state(load(MODELS["customers"]))


def test_what_comes_from_the_hub_is_not_believed(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "models--someone--customers" / "snapshots" / "0123456789abcdef"
    shutil.copytree(folder, place)
    task = inference.load(place)
    assert (place / FILE).is_file() and read(task) == {}

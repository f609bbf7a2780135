"""A model as a file: it says what the model says, for other inputs and other numbers of them too."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import load

from inference import models
from inference.errors import InputError, ModelError
from inference.serving.arguments import parser
from inference.serving.commands import command
from inference.study import exporting, variants
from inference.study.exporting import Exported

ONNX = pytest.mark.skipif(
    any(find_spec(name) is None for name in exporting.NEEDED), reason="needs the extra `export` (ONNX)"
)
FORMATS = [pytest.param("pt2"), pytest.param("onnx", marks=ONNX)]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("model", ["ames-house-prices", "sentiment", "tiny-xray"])
def test_an_exported_file_says_what_the_model_says(
    model: str, format: str, tmp_path: Path, tiny_models: "object"
) -> None:
    task = load(tiny_models(model) if model.startswith("tiny") else models.find()[model])  # type: ignore[operator]
    found = exporting.export(task, format, tmp_path / f"model.{format}")
    assert Exported.from_json(found.to_json()) == found
    assert found.difference <= exporting.PARITY
    assert found.bytes == (tmp_path / f"model.{format}").stat().st_size
    assert "logits" in found.outputs and f"model.{format}" in found.sentence
    made = variants.variant(task, "exported" if format == "pt2" else "onnx")
    inputs = [example.inputs for example in task.demo.examples]
    for some in (inputs, inputs[:1], inputs * 3):
        ours, theirs = task.predict_batch(some), made.predict_batch(some)
        assert [each.names for each in theirs] == [each.names for each in ours]
        np.testing.assert_allclose([e.scores for e in theirs], [e.scores for e in ours], rtol=1e-3, atol=1e-5)


def test_the_file_is_one_that_torch_alone_can_run(tmp_path: Path) -> None:
    task = load(models.find()["ames-house-prices"])
    found = exporting.export(task, "pt2", tmp_path / "houses.pt2")
    batch = task.encode([task.parse(example.inputs) for example in task.demo.examples])
    outputs = torch.export.load(tmp_path / "houses.pt2").module()(*(batch[name] for name in found.inputs))
    torch.testing.assert_close(outputs["logits"], task.forward(batch)["logits"])


def test_a_file_that_says_something_else_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PARITY", -1.0)
    with pytest.raises(ModelError, match="says something else"):
        exporting.export(load(models.find()["ames-house-prices"]), "pt2", tmp_path / "houses.pt2")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_asked_more_than_once_is_not_exported(tmp_path: Path, tiny_chat: Path) -> None:
    with pytest.raises(ModelError, match="more than once"):
        exporting.export(load(tiny_chat), "pt2", tmp_path / "chat.pt2")


def test_what_onnx_needs_is_said_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"onnxruntime.*export"):
        exporting.export(load(models.find()["ames-house-prices"]), "onnx", tmp_path / "houses.onnx")


@pytest.mark.parametrize(("format", "file"), [("tflite", "a.tflite"), ("pt2", "nowhere/a.pt2")])
def test_what_cannot_be_written_is_told(tmp_path: Path, format: str, file: str) -> None:
    with pytest.raises(InputError):
        exporting.export(load(models.find()["ames-house-prices"]), format, tmp_path / file)


def test_the_command_line_writes_it(tmp_path: Path) -> None:
    output = tmp_path / "houses.pt2"
    options = parser().parse_args(["export", "ames-house-prices", "--output", str(output)])
    assert command(options).startswith("Wrote houses.pt2")
    assert output.stat().st_size > 100_000

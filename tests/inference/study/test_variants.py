"""Variants of a loaded model: tasks like any other, and the model stays as it was."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from conftest import load

from explain import explain
from inference import from_function, models, replica
from inference.errors import InputError, ModelError
from inference.study import sizes, variants
from inference.study.exporting import NEEDED
from inference.task import Task

NAMES = [name for name in variants.VARIANTS if name not in ("compiled", "onnx")]


@pytest.fixture
def houses() -> Task:
    return load(models.find()["ames-house-prices"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["ames-house-prices", "sentiment"])
def test_a_variant_predicts_and_explains_and_leaves_the_model_as_it_was(model: str, name: str) -> None:
    task = load(models.find()[model])
    before = {key: value.clone() for key, value in task.pipeline.model.state_dict().items()}
    made, inputs = variants.variant(task, name), task.demo.examples[0].inputs
    ours, theirs = task.predict(inputs).prediction, made.predict(inputs).prediction
    assert theirs.names == ours.names
    np.testing.assert_allclose(theirs.scores[0], ours.scores[0], rtol=0.15)
    explanation = explain(made, inputs, evaluations=64)
    assert (explanation.dtype, made.variant) == (made.dtype, name)
    assert made.parse(inputs) == task.parse(inputs)
    after = task.pipeline.model.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert not any(module._forward_pre_hooks for module in task.pipeline.model.modules())


@pytest.mark.parametrize(("name", "share"), [("bfloat16", 0.5), ("float16", 0.5), ("int8", 0.7), ("pruned", 1)])
def test_a_variant_takes_the_memory_that_its_weights_need(name: str, share: float) -> None:
    task = load(models.find()["sentiment"])
    whole = sizes.in_memory(task.pipeline.model)
    made = variants.variant(task, name).pipeline.model
    assert whole == pytest.approx(task.bytes, rel=0.01)
    assert sizes.in_memory(made) == pytest.approx(share * whole, rel=0.1)
    assert sizes.on_disk(made) == pytest.approx(sizes.in_memory(made), rel=0.01)


def test_a_variant_is_computed_as_it_is_and_never_by_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "computes_bfloat16", lambda device: True)
    task = load(models.find()["sentiment"])
    assert replica.can_be_reduced(task)
    for name in ("float32", "int8", "pruned"):
        made = variants.variant(task, name)
        assert not replica.can_be_reduced(made)
        assert explain(made, task.demo.examples[0].inputs, evaluations=16).dtype == made.dtype


def test_pruning_sets_the_stated_share_of_weights_to_zero(houses: Task) -> None:
    made = variants.variant(houses, "pruned", sparsity=0.4).pipeline.model
    weights = torch.cat([each.weight.flatten() for each in made.modules() if isinstance(each, torch.nn.Linear)])
    assert float((weights == 0).float().mean()) == pytest.approx(0.4, abs=0.01)
    assert not any(name.endswith("_mask") for name in made.state_dict())


def test_int8_says_so_and_has_whole_numbers_as_weights(houses: Task) -> None:
    made = variants.variant(houses, "int8")
    kinds = {tensor.dtype for tensor in sizes.tensors(made.pipeline.model)}
    assert torch.qint8 in kinds
    assert made.dtype == "int8" and "int8" in made.where


@pytest.mark.parametrize("name", ["int4", "", "FLOAT16"])
def test_an_unknown_variant_is_told_with_those_there_are(houses: Task, name: str) -> None:
    with pytest.raises(InputError, match="bfloat16"):
        variants.variant(houses, name)


@pytest.mark.parametrize("sparsity", [0, 1, -0.1, float("nan")])
def test_a_share_that_is_none_is_told(houses: Task, sparsity: float) -> None:
    with pytest.raises(InputError, match="sparsity"):
        variants.variant(houses, "pruned", sparsity)


def test_of_a_variant_there_is_no_variant(houses: Task) -> None:
    with pytest.raises(InputError, match="variant itself"):
        variants.variant(variants.variant(houses, "bfloat16"), "int8")


def test_a_function_has_no_variants() -> None:
    task = from_function(lambda records: [len(record["text"]) for record in records], TEXTS)
    with pytest.raises(ModelError, match="no weights"):
        variants.variant(task, "bfloat16")


TEXTS = {
    "task": "text-regression",
    "title": "Length",
    "summary": "Counts.",
    "fields": [{"kind": "text", "name": "text", "label": "Text"}],
}


def test_without_a_compiler_compiling_says_so(houses: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "compiler", lambda: None)
    with pytest.raises(ModelError, match="compiler"):
        variants.variant(houses, "compiled")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated")  # within torch.compile itself
def test_a_compiled_model_says_the_same(houses: Task) -> None:
    made, inputs = variants.variant(houses, "compiled"), houses.demo.examples[0].inputs
    np.testing.assert_allclose(made.predict(inputs).prediction.scores, houses.predict(inputs).prediction.scores, 1e-5)


def test_what_cannot_be_made_is_told_in_words(houses: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: Task, sparsity: float) -> torch.nn.Module:
        raise RuntimeError("\"addmm\" not implemented for 'Half'\n  at /somewhere/in/torch.cpp")

    monkeypatch.setitem(variants.VARIANTS, "float16", broken)
    with pytest.raises(ModelError, match=r"float16 cannot be made of ames-house-prices: .*addmm") as error:
        variants.variant(houses, "float16")
    assert "/" not in str(error.value)


def test_a_variant_without_a_number_is_refused(houses: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(task: Task, sparsity: float) -> torch.nn.Module:
        model = variants.VARIANTS["pruned"](task, 0.1)
        model.head_bias.data.fill_(float("nan"))  # type: ignore[union-attr, operator]
        return model

    monkeypatch.setitem(variants.VARIANTS, "float16", nothing)
    with pytest.raises(ModelError, match="no number"):
        variants.variant(houses, "float16")


def test_an_exported_program_is_as_large_as_its_file() -> None:
    task = load(models.find()["breast-cancer"])
    made = variants.variant(task, "exported")
    assert sizes.has_weights(made)
    assert sizes.on_disk(made.pipeline.model) > sizes.in_memory(made.pipeline.model) > 0


@pytest.mark.skipif(any(find_spec(name) is None for name in NEEDED), reason="needs the extra `export` (ONNX)")
def test_an_onnx_graph_is_as_large_as_its_file() -> None:
    made = variants.variant(load(models.find()["breast-cancer"]), "onnx")
    assert sizes.has_weights(made) and sizes.on_disk(made.pipeline.model) > 10_000

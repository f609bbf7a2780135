"""A loaded model in other forms: half the width, int8, pruned, compiled, exported. It knows no page and no explanation.

Each is a Task like the one it was made of, with the same fields and other weights; that one stays as it is.
"""

import copy
import math
import os
import shutil
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..computing import INT8
from ..device import away, stays
from ..errors import InputError, ModelError, SeeWhyError
from ..task import Task
from ..units import percent
from . import exporting, sizes
from .twins import around

if TYPE_CHECKING:
    from torch import nn

REFERENCE = "float32"
"""The form that the others are compared with."""
SPARSITY = 0.3
"""Share of the weights that pruning sets to 0 unless told otherwise."""
LARGEST = 1024**3
"""Bytes of weights above which no variant is made: it would stand in memory beside the model."""

Make = Callable[[Task, float], "nn.Module"]


def variant(task: Task, name: str, sparsity: float = SPARSITY) -> Task:
    """A variant of a loaded model by its name, one of VARIANTS, tried on the model's first example.

    sparsity: share of the weights that `pruned` sets to 0. Raises InputError where there is no such variant, and
    ModelError, with the reason, where none can be made of this model or on this machine.
    """
    if name not in VARIANTS:
        raise InputError.among("variant", name, VARIANTS)
    if task.variant:
        raise InputError(f"{task.name} is a variant itself; make others of the model as it was loaded.")
    if not 0 < sparsity < 1:
        raise InputError(f"sparsity must lie between 0 and 1, got {sparsity:g}.")
    check(task)
    try:
        model = task.pipeline.model if away() else VARIANTS[name](task, sparsity)  # there are no weights here
        made = around(task, model, name)
        stays(made, variant, task, name, sparsity)
        try_out(made)
    except SeeWhyError:
        raise
    except Exception as error:  # whatever a kernel, a compiler or an exporter cannot do
        raise ModelError(f"{name} cannot be made of {task.name}: {first_line(error)}") from error
    return made


def check(task: Task) -> None:
    """That there are weights to change. Raises ModelError."""
    if not sizes.has_weights(task):
        raise ModelError(f"{task.name} has no weights that torch could change: it is fitted trees, or a function.")
    if sizes.in_memory(task.pipeline.model) > LARGEST:
        raise ModelError(f"{task.name} is larger than 1 GiB; a variant would need as much again beside it.")


def try_out(task: Task) -> None:
    """One prediction of the first example: what cannot be done shows here, not before a visitor. Raises ModelError."""
    for example in task.demo.examples[:1]:
        (prediction,) = task.predict_some([task.parse(example.inputs)])
        if not all(map(math.isfinite, prediction.scores)):
            raise ModelError(f"{task.name} gives no number for the first example: its range of numbers is too small.")


def first_line(error: Exception) -> str:
    """What went wrong, in a line without paths."""
    told = (str(error).splitlines() or [""])[0]
    return f"{told[:120]} ({type(error).__name__})" if told and "/" not in told else f"{type(error).__name__}."


def of_dtype(dtype: str) -> Make:
    """The weights as another floating type, and what comes in as well; the model itself where it has it already."""

    def make(task: Task, sparsity: float) -> "nn.Module":
        import torch

        model, kind = task.pipeline.model, getattr(torch, dtype)
        if {each.dtype for each in model.parameters() if each.is_floating_point()} == {kind}:
            return model
        twin = copy.deepcopy(model).to(kind)
        twin.register_forward_pre_hook(cast, with_kwargs=True)
        return twin

    return make


def cast(model: "nn.Module", args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Floating inputs as the model's dtype."""
    dtype: Any = model.dtype
    to = lambda value: value.to(dtype) if getattr(value, "is_floating_point", bool)() else value  # noqa: E731
    return tuple(map(to, args)), {name: to(value) for name, value in kwargs.items()}


def int8(task: Task, sparsity: float) -> "nn.Module":
    """Linear layers whose weights are int8, and whose inputs are rounded as they come.

    torch's dynamic quantisation, for float32 on a processor. Convolutions and embeddings stay as they are.
    """
    import torch

    model = task.pipeline.model
    if task.pipeline.device.type != "cpu" or model.dtype != torch.float32:
        raise ModelError(f"{INT8} is made of float32 on a processor; {task.name} computes {task.where}.")
    if not any(isinstance(each, torch.nn.Linear) for each in model.modules()):
        raise ModelError(f"{task.name} has no linear layer, and only these become {INT8}.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.ao moves to a package of its own; the version of torch is pinned
        quantized: nn.Module = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
    return quantized


def pruned(task: Task, sparsity: float) -> "nn.Module":
    """The smallest weights of linear layers and convolutions set to 0, by their size over all of these layers."""
    from torch import nn
    from torch.nn.utils import prune

    twin: nn.Module = copy.deepcopy(task.pipeline.model)
    layers = [(each, "weight") for each in twin.modules() if isinstance(each, nn.Linear | nn.Conv1d | nn.Conv2d)]
    if not layers:
        raise ModelError(f"{task.name} has neither a linear layer nor a convolution to prune.")
    prune.global_unstructured(layers, pruning_method=prune.L1Unstructured, amount=sparsity)
    for layer, weight in layers:
        prune.remove(layer, weight)  # for good: the zeros stay, the mask goes
    return twin


def compiled(task: Task, sparsity: float) -> "nn.Module":
    """The same weights, its operations fused by torch.compile for this machine."""
    import torch

    if task.pipeline.device.type == "cpu" and not compiler():
        raise ModelError("torch.compile needs a C++ compiler on a processor, and this machine has none.")
    return torch.compile(task.pipeline.model, dynamic=True)  # type: ignore[return-value]


def compiler() -> str | None:
    """The C++ compiler that torch.compile would call."""
    names = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    return next((found for name in names if name for found in [shutil.which(name)] if found), None)


VARIANTS: dict[str, Make] = {
    "float32": of_dtype("float32"),
    "bfloat16": of_dtype("bfloat16"),
    "float16": of_dtype("float16"),
    INT8: int8,
    "pruned": pruned,
    "compiled": compiled,
    "exported": lambda task, sparsity: exporting.program(task, "pt2"),
    "onnx": lambda task, sparsity: exporting.program(task, "onnx"),
}
"""What can be made of a model, by name; the first is what the others are compared with."""


def about(name: str, sparsity: float = SPARSITY) -> str:
    """What a variant is, in a few words."""
    return DONE[name].replace("{}", percent(sparsity))


DONE = {
    "float32": "the weights as they are, four bytes each",
    "bfloat16": "two bytes a weight, the range of float32 and three digits",
    "float16": "two bytes a weight, four digits and a smaller range",
    INT8: "linear layers of one byte a weight, inputs rounded as they come",
    "pruned": "{} of the weights, the smallest, set to 0",
    "compiled": "torch.compile: the same weights, operations fused for this machine",
    "exported": "torch.export: the file that ExecuTorch and AOTInductor take",
    "onnx": "ONNX: the file that ONNX Runtime takes, on servers, phones and in browsers",
}

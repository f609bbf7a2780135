"""Exported programs, written and read, and what stands in for a model in its pipeline. Imported late, with torch.

It knows no task.
"""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export import Dim
from transformers.utils import ModelOutput

Tensors = dict[str, torch.Tensor]


class StandIn(nn.Module):
    """What a pipeline asks of its model beside the forward pass, taken over from the one that it stands in for."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.config, self.dtype, self.device = model.config, model.dtype, model.device
        self.generation_config = getattr(model, "generation_config", None)
        self.footprint = int(model.get_memory_footprint())

    def get_memory_footprint(self) -> int:
        """Bytes of the model's own weights."""
        return self.footprint

    def can_generate(self) -> bool:
        """Whether it writes texts: none does."""
        return False


class Recording(StandIn):
    """A model that keeps what it was asked."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.answer = [model]  # in a list, so that it is no part of this module
        self.calls: list[Tensors] = []

    def forward(self, **asked: Any) -> Any:
        """The model's own outputs."""
        self.calls.append({name: value for name, value in asked.items() if isinstance(value, torch.Tensor)})
        return self.answer[0](**asked)


class Program(StandIn):
    """A program from torch.export in the place of its model."""

    def __init__(self, model: nn.Module, file: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        super().__init__(model)
        self.inputs, self.bytes_on_disk = inputs, file.stat().st_size
        self.program = torch.export.load(file).module()

    def forward(self, **asked: Any) -> ModelOutput:
        """As the model's own, its tensors alone."""
        return ModelOutput(self.program(*(asked[name] for name in self.inputs)))


class OnnxProgram(StandIn):
    """An ONNX graph in the place of its model, run by ONNX Runtime on the processor."""

    def __init__(self, model: nn.Module, file: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        import onnxruntime

        super().__init__(model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = torch.get_num_threads(), 4  # fatal errors alone
        self.inputs, self.outputs = inputs, outputs
        self.bytes_on_disk = self.bytes_in_memory = file.stat().st_size
        self.session = onnxruntime.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])

    def forward(self, **asked: Any) -> ModelOutput:
        """As the model's own, its tensors alone."""
        known = {each.name for each in self.session.get_inputs()}  # what a graph does not need, it does not take
        given = {name: asked[name].cpu().numpy() for name in self.inputs if name in known}
        found = self.session.run(list(self.outputs), given)
        return ModelOutput({name: torch.from_numpy(each) for name, each in zip(self.outputs, found, strict=True)})


class Bare(nn.Module):
    """A model from tensors in their order to a dictionary of tensors, as exporters want it."""

    def __init__(self, model: nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *values: torch.Tensor) -> Tensors:
        """The tensors among the model's outputs by name."""
        found = self.model(**dict(zip(self.names, values, strict=True)))
        return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}


def opened(calls: Sequence[Tensors]) -> dict[str, Any]:
    """The dimensions of each input whose size differs from call to call, as torch.export wants them."""
    found = (
        {axis: Dim.AUTO for axis in range(value.ndim) if len({call[name].shape[axis] for call in calls}) > 1}
        for name, value in calls[0].items()
    )
    return {"values": tuple(found)}


def write_pt2(model: nn.Module, calls: Sequence[Tensors], outputs: Sequence[str], file: Path) -> None:
    """torch.export's program, weights included."""
    if any(not each.numel() for each in (*model.parameters(), *model.buffers())):
        model = copy.deepcopy(model)  # torch cannot save an empty tensor that begins where another does in a file
    wrapped, values = Bare(model, list(calls[0])).eval(), tuple(calls[0].values())
    torch.export.save(torch.export.export(wrapped, values, dynamic_shapes=opened(calls)), file)


def write_onnx(model: nn.Module, calls: Sequence[Tensors], outputs: Sequence[str], file: Path) -> None:
    """An ONNX graph, weights included."""
    torch.onnx.export(
        Bare(model, list(calls[0])).eval(),
        tuple(calls[0].values()),
        str(file),
        input_names=list(calls[0]),
        output_names=list(outputs),
        dynamic_shapes=opened(calls),
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def names_of(model: nn.Module, call: Tensors) -> list[str]:
    """The tensors among a model's outputs, by name."""
    return list(Bare(model, list(call))(*call.values()))


def difference(program: nn.Module, model: nn.Module, call: Tensors) -> float:
    """How far a program's floating outputs are from the model's at most, relative to the largest of each."""
    found, expected = program(**call), model(**call)
    pairs = [(found[name], expected[name]) for name in found if expected[name].is_floating_point()]
    return max(float((a - b).abs().max() / b.abs().max().clamp_min(1e-12)) for a, b in pairs)


WRITERS: dict[str, Callable[[nn.Module, Sequence[Tensors], Sequence[str], Path], None]] = {
    "pt2": write_pt2,
    "onnx": write_onnx,
}
READERS: dict[str, type[Program] | type[OnnxProgram]] = {"pt2": Program, "onnx": OnnxProgram}
"""By format: what writes a model, and what reads it again."""

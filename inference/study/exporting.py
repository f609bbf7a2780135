"""A model as a file that other runtimes take: torch.export's program, or ONNX. Tested to say what the model says.

The tensors that the model's own pipeline hands to it are the file's inputs; what differs in size from input to input
stays open. It knows no task by name, no page and no explanation.
"""

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..accelerator import accelerator
from ..errors import InputError, ModelError
from ..task import Task
from ..types import Raw, Record
from ..units import filesize
from .twins import around

if TYPE_CHECKING:
    from torch import nn

    from .programs import Tensors

FORMATS = ("pt2", "onnx")
PARITY = 1e-4
"""Largest difference of an exported file's outputs from the model's, relative to their largest value."""
NEEDED = ("onnx", "onnxscript", "onnxruntime")
"""What the second format needs; the extra `export` installs it."""


@dataclass(frozen=True)
class Exported(Record):
    """A file that was written: what goes in, what comes out, and how far it is from the model.

    difference: of the outputs on `tried` examples, one by one and together, relative to their largest value.
    """

    file: str
    format: str
    bytes: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    difference: float
    tried: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        return (
            f"Wrote {self.file}, {filesize(self.bytes)}: {', '.join(self.inputs)} → {', '.join(self.outputs)}. "
            f"On {self.tried} examples, one by one and together, its outputs differ from the model's by "
            f"{self.difference:.1g} of their largest value at most."
        )


def export(task: Task, format: str, file: Path) -> Exported:
    """Write a model to `file`, and read it again to hold its outputs against the model's on the examples.

    Raises InputError for another format, ModelError where the model cannot be exported, or says something else then.
    """
    return written(task, format, file)[0]


def program(task: Task, format: str) -> "nn.Module":
    """An exported model that can take the original's place in its pipeline. Raises what `export` raises."""
    with tempfile.TemporaryDirectory() as folder:
        return written(task, format, Path(folder) / f"model.{format}")[1]


def written(task: Task, format: str, file: Path) -> tuple[Exported, "nn.Module"]:
    """What was exported, and as what can stand in for the model; a file that fails its test is removed."""
    check(task, format)
    if not file.parent.is_dir():
        raise InputError(f"There is no folder {file.parent.name!r} to write {file.name} to; make it first.")
    raws = examples(task)
    calls = [asked(task, raws), *(asked(task, [raw]) for raw in raws)]
    try:
        made, outputs, worst = tested(task, format, calls, file)
    except Exception as error:  # an exporter and the two runtimes raise what they like
        file.unlink(missing_ok=True)
        raise ModelError(f"{task.name} cannot be exported as {format}: {type(error).__name__}.") from error
    if not worst <= PARITY:  # a NaN is none
        file.unlink(missing_ok=True)
        raise ModelError(f"{task.name} exported as {format} says something else: its outputs differ by {worst:.2g}.")
    found = Exported(file.name, format, file.stat().st_size, tuple(calls[0]), tuple(outputs), worst, len(raws))
    return found, made


def check(task: Task, format: str) -> None:
    """That there is such a format, and what it needs."""
    if format not in FORMATS:
        raise InputError.among("format", format, FORMATS)
    missing = [name for name in NEEDED if find_spec(name) is None]
    if format == "onnx" and missing:
        raise ModelError(f'ONNX needs {", ".join(missing)}: pip install -e ".[export]"')
    if not task.one_pass:
        raise ModelError(f"{task.name} asks its model more than once for an answer; only one forward pass is exported.")


def examples(task: Task) -> list[Raw]:
    """The model's own examples, checked; two at least, so that a number of inputs is not taken for a constant."""
    raws = [task.parse(example.inputs) for example in task.demo.examples]
    if not raws:
        raise ModelError(f"{task.name} has no examples, by which an export could be held against it.")
    return raws if len(raws) > 1 else raws * 2


def asked(task: Task, raws: Sequence[Raw]) -> "Tensors":
    """The tensors that the pipeline hands to its model for some inputs. Raises ModelError unless that is one call."""
    from .programs import Recording

    recording = Recording(task.pipeline.model)
    twin = around(task, recording, "recorded")
    twin.forward(twin.encode(raws))
    if len(recording.calls) != 1 or not recording.calls[0]:
        raise ModelError(f"{task.name} asks its model {len(recording.calls)} times for an answer; exported is one.")
    return recording.calls[0]


def tested(task: Task, format: str, calls: Sequence["Tensors"], file: Path) -> tuple["nn.Module", Sequence[str], float]:
    """The program, the names of its outputs, and how far they are from the model's at most."""
    import torch

    from .programs import READERS, WRITERS, difference, names_of

    model: Any = task.pipeline.model
    with quiet(), torch.no_grad(), accelerator:
        outputs = names_of(model, calls[0])
        WRITERS[format](model, calls, outputs, file)
        made = READERS[format](model, file, list(calls[0]), outputs)
        return made, outputs, max(difference(made, model, call) for call in calls)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without what exporters tell those who work on them."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

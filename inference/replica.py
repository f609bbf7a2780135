"""A task's model prepared for many forward passes: batch norm folded in, and half the width where that is seen safe.

The task's own model stays as it is. Copies are kept with the task and go with it. This module knows no kind of input
and no explanation. On a GPU the same copies are used; that has not been run on one yet, and CUDA graphs or a compiled
forward are not tried before it can be.
"""

import copy
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .accelerator import accelerator, in_batches
from .allocator import keep_freed_memory
from .computing import to_float32
from .folding import folded, has_norm
from .joining import rows
from .passes import computed
from .precision import computes_bfloat16, rounding
from .task import Task
from .trace import Batch

LARGEST = 1024**3
"""Bytes of a model in float32 above which it is not copied."""
FOLDED_BATCH = 16
"""Pictures a forward pass of a folded model: MobileNetV2 is no faster an image with more, and takes more memory."""
SMALLEST = 4 * 1_000_000
"""Bytes of a model in float32 below which half the width is not tried: its passes are not spent on products."""

S = TypeVar("S")
T = TypeVar("T")


class Models:
    """The copies of one task's pipeline, each made when first needed, by whoever holds the accelerator."""

    def __init__(self, task: Task) -> None:
        self._original, self._options = task.pipeline, task.forward_options
        self._exact: Any = None
        self._reduced: Any = None

    def exact(self, batch: Batch) -> Any:
        """The pipeline with batch norm folded into its convolutions; the original where there is none."""
        if self._exact is None:
            self._exact = self._folded(batch) or self._original
        return self._exact

    def reduced(self, batch: Batch) -> Any:
        """The same in bfloat16."""
        if self._reduced is None:
            exact = self.exact(batch)
            self._reduced = around(exact, copy.deepcopy(exact.model).to(torch.bfloat16))
        return self._reduced

    def _folded(self, batch: Batch) -> Any:
        model = self._original.model
        if not may_be_copied(model):
            return None
        one = {name: value[:1] if isinstance(value, torch.Tensor) else value for name, value in batch.items()}
        twin = folded(model, lambda each: around(self._original, each).forward(one, **self._options))
        if twin is not None and self._original.device.type == "cpu":
            keep_freed_memory()
        return twin and around(self._original, twin)


class Replica:
    """One run of forward passes through a task's copies; its precision and its batch size are its own."""

    def __init__(self, task: Task, models: Models | None) -> None:
        self.task, self._models = task, models
        self.batch_size = min(task.batch_size, FOLDED_BATCH) if folds(task) else task.batch_size
        """Inputs a forward pass. Where the memory did not suffice, the rest of the run keeps to the size that did."""
        self.noise: NDArray[np.float64] | None = None
        """Rounding error of a score, float64[k], once `verify` has found bfloat16 safe; else None."""

    @property
    def dtype(self) -> str:
        """The floating type that `forward` computes in, such as float32."""
        return self.task.dtype if self.noise is None else "bfloat16"

    def forward(self, batch: Batch) -> Batch:
        """One forward pass, as `Task.forward`: tensors come back on the CPU, floating ones as float32.

        Raises OutOfMemory.
        """
        return self._forward(batch, reduced=self.noise is not None)

    def verify(self, batch: Batch, score: Callable[[Batch], NDArray[np.float64]]) -> NDArray[np.float64] | None:
        """Turn to bfloat16 if that is safe for these scores; their rounding error float64[k], or None if it is not.

        batch: some coalitions of the input to be explained, drawn as those to come. score: outputs → float64[m, k].
        What is safe, and which error, is said by `precision.rounding`: it follows from the scores alone, never from
        time or from other runs. Raises OutOfMemory.
        """
        if self.noise is None and can_be_reduced(self.task):
            exact = score(self._forward(batch, reduced=False))
            self.noise = rounding(exact, score(self._forward(batch, reduced=True)))
        return self.noise

    def in_batches(self, work: Callable[[Sequence[S]], T], items: Sequence[S]) -> Iterator[T]:
        """`accelerator.in_batches` with this run's batch size, which shrinks for good."""

        def shrunk(size: int) -> None:
            self.batch_size = size

        return in_batches(work, items, self.batch_size, shrunk)

    def _forward(self, batch: Batch, reduced: bool) -> Batch:
        if self._models is None:
            return self.task.forward(batch)
        with accelerator:
            outputs: Batch = computed(self.task.bytes * (rows(batch) or 1), self._compute, batch, reduced)
        return {name: to_float32(value) for name, value in outputs.items()}

    @torch.inference_mode()
    def _compute(self, batch: Batch, reduced: bool) -> Batch:
        assert self._models is not None  # else the task computes by itself
        pipeline = self._models.reduced(batch) if reduced else self._models.exact(batch)
        outputs: Batch = pipeline.forward(cast(batch, pipeline.model.dtype), **self.task.forward_options)
        return outputs


_kept: WeakKeyDictionary[Task, Models] = WeakKeyDictionary()
_keeping = threading.Lock()


def of(task: Task) -> Replica:
    """A new run over the task's copies, which all runs share. Variants, and what torch did not make, have no copies."""
    if model_of(task) is None or task.variant:
        return Replica(task, None)
    with _keeping:
        return Replica(task, _kept.setdefault(task, Models(task)))


def bytes_of(task: Task) -> int:
    """The most that a task's copies will take in memory, in bytes."""
    model = model_of(task)
    return 0 if model is None else size_of(model) * folds(task) + size_of(model) // 2 * can_be_reduced(task)


def folds(task: Task) -> bool:
    """Whether batch norm is to be folded: in a model that may be copied and has some."""
    model = model_of(task)
    return model is not None and not task.variant and may_be_copied(model) and has_norm(model)


def can_be_reduced(task: Task) -> bool:
    """Whether half the width may pay: a model that may be copied, on a device that computes in bfloat16.

    Nets with batch norm are not tried: their explanations move by 3 to 28 % in half the width.
    """
    model = model_of(task)
    if model is None or task.variant or not may_be_copied(model) or size_of(model) < SMALLEST or has_norm(model):
        return False
    return computes_bfloat16(next(model.parameters()).device)


def may_be_copied(model: nn.Module) -> bool:
    """Whether a model is in float32, all on one device, without hooks that move it about, and at most `LARGEST`."""
    placed = {(each.device.type, each.dtype) for each in model.parameters() if each.is_floating_point()}
    whole = len(placed) == 1 and next(iter(placed))[1] == torch.float32 and ("meta", torch.float32) not in placed
    return whole and not hasattr(model, "_hf_hook") and size_of(model) <= LARGEST


def model_of(task: Task) -> nn.Module | None:
    """The torch model of a task, if it has one."""
    model = getattr(task.pipeline, "model", None)
    return model if isinstance(model, nn.Module) else None


def size_of(model: nn.Module) -> int:
    """Bytes of a model's weights."""
    return sum(each.nbytes for each in model.parameters())


def around(pipeline: Any, model: nn.Module) -> Any:
    """The pipeline with another model; all else is shared."""
    twin = copy.copy(pipeline)
    twin.model = model
    return twin


def cast(batch: Batch, dtype: torch.dtype) -> Batch:
    """A batch whose floating tensors have a model's dtype."""
    floating = {
        name: value for name, value in batch.items() if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    return {**batch, **{name: value.to(dtype) for name, value in floating.items()}}

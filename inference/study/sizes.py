"""What a model's weights take, in memory and as a file. Knows no kind of model."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..task import Task

if TYPE_CHECKING:
    import torch
    from torch import nn


def has_weights(task: Task) -> bool:
    """Whether a task's model is one of torch with weights."""
    from torch import nn

    model = getattr(task.pipeline, "model", None)
    return isinstance(model, nn.Module) and in_memory(model) > 0


def in_memory(model: "nn.Module") -> int:
    """Bytes of a model's weights and buffers; weights that are shared count once."""
    own = getattr(model, "bytes_in_memory", None)
    if own is not None:
        return int(own)
    found = {tensor.data_ptr() or id(tensor): size_of(tensor) for tensor in tensors(model)}
    return sum(found.values())


def on_disk(model: "nn.Module") -> int:
    """Bytes of the file that the weights make, saved by torch, or of the exported file."""
    own = getattr(model, "bytes_on_disk", None)
    if own is not None:
        return int(own)
    import torch

    counted = Counter()
    # An empty tensor read from a file begins where the next one does, and torch takes both for one.
    whole = {name: value.clone() if is_empty(value) else value for name, value in model.state_dict().items()}
    torch.save(whole, counted)  # type: ignore[arg-type]  # a file that is only written
    return counted.total


def is_empty(value: Any) -> bool:
    """Whether an entry of a model's state is a tensor without elements."""
    return hasattr(value, "numel") and not value.numel()


class Counter(io.RawIOBase):
    """A file that keeps nothing but how long it is."""

    def __init__(self) -> None:
        self.total = 0

    def write(self, data: Any) -> int:
        """Count `data`."""
        size = memoryview(data).nbytes
        self.total += size
        return size


def tensors(model: "nn.Module") -> Iterator["torch.Tensor"]:
    """Every tensor of a model's state, those packed for int8 among them."""
    buffers = model.named_buffers()  # those left out of the state, too
    yield from flat([*model.state_dict().values(), *(buffer for _, buffer in buffers)])


def flat(value: Any) -> Iterator["torch.Tensor"]:
    """The tensors in nested tuples and lists."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from flat(each)


def size_of(tensor: "torch.Tensor") -> int:
    """Bytes of a tensor; one of integers with scales has those, too."""
    import torch

    size = tensor.nelement() * tensor.element_size()
    if tensor.is_quantized and tensor.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
        size += tensor.q_per_channel_scales().nbytes + tensor.q_per_channel_zero_points().nbytes
    return size

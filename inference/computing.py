"""What a task computes with: the size of its weights, their type, and where the forward pass runs. Knows no input."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from .cores import count
from .device import away

if TYPE_CHECKING:
    from transformers import Pipeline

INT8 = "int8"
"""The variant whose linear layers multiply integers; the rest of it, and what its tensors say, is float32."""


class Computing:
    """One loaded model as something that computes."""

    pipeline: "Pipeline"
    batch_size: int
    variant: str = ""
    """What was made of the model that was loaded, such as int8; then no copy stands in for it, for what it does with
    just these weights is the question. Empty for the loaded model itself."""

    @cached_property
    def bytes(self) -> int:
        """What the weights take in memory, here or where they are."""
        return int(self.pipeline.model.get_memory_footprint())

    @cached_property
    def dtype(self) -> str:
        """What the model computes in: the floating type of its weights, such as float32, or int8."""
        return self.variant if self.variant == INT8 else str(self.pipeline.model.dtype).removeprefix("torch.")

    @property
    def file_batch_size(self) -> int:
        """Inputs of a forward pass over a whole file."""
        return self.batch_size

    @property
    def where(self) -> str:
        """The device and dtype of the forward pass, in words."""
        if away():
            return "on a replica"
        device = self.pipeline.device
        if device.type != "cpu":
            return f"on {device}, {self.dtype}"
        threads = count(self.bytes)
        return f"on CPU, {threads} thread{'s' if threads > 1 else ''}, {self.dtype}"


def to_float32(value: Any) -> Any:
    """A floating tensor as float32; anything else as it is."""
    return value.float() if getattr(value, "is_floating_point", lambda: False)() else value

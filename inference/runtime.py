"""Where a model runs: device and dtype by hardware, loading through accelerate, a cache bounded by memory.

The one module that imports accelerate. It knows no task's fields and no page.
"""

import logging
import math
import os
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import demo, models
from .errors import ModelError, OutOfMemory

if TYPE_CHECKING:
    from transformers import Pipeline, PreTrainedModel

log = logging.getLogger(__name__)

ZERO_GPU = os.environ.get("SPACES_ZERO_GPU") == "true"
GIB = 1024**3

in_background: ContextVar[bool] = ContextVar("in_background", default=False)
"""Set while somebody can wait: an explanation sharpens, a prediction is expected at once."""


class Accelerator:
    """A lock for one forward pass, or one text, at a time. Predictions go before what runs in the background.

    A pass for which the memory does not suffice leaves as OutOfMemory, with what it had taken given back.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0

    def __enter__(self) -> None:
        patient = in_background.get()
        with self._changed:
            self._urgent += not patient
            self._changed.wait_for(lambda: not self._taken and not (patient and self._urgent))
            self._urgent -= not patient
            self._taken = True

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        try:
            if error is not None and is_out_of_memory(error):
                log.warning("out of memory: %s", error)
                free(error)
                raise OutOfMemory(NO_MEMORY) from None
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


NO_MEMORY = (
    "This needs more memory than there is: send a smaller picture or a shorter text, "
    "or try again when fewer people are here."
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the accelerator, or of the machine, did not suffice."""
    if not isinstance(error, RuntimeError):
        return isinstance(error, MemoryError)
    import torch
    from accelerate.utils.memory import should_reduce_batch_size

    return isinstance(error, torch.OutOfMemoryError) or should_reduce_batch_size(error)


def free(error: BaseException) -> None:
    """Give back what a failed pass holds: the tensors in the frames it ended in, and the device's cache."""
    from accelerate.utils.memory import clear_device_cache

    traceback.clear_frames(error.__traceback__)
    clear_device_cache(garbage_collection=True)


accelerator = Accelerator()


S = TypeVar("S")
T = TypeVar("T")


def in_batches(work: Callable[[Sequence[S]], T], items: Sequence[S], size: int) -> Iterator[T]:
    """`work` for the items in their order, `size` at a time, and half as many whenever the memory does not suffice.

    Raises OutOfMemory where one item alone is too much.
    """
    start = 0
    while start < len(items):
        try:
            done = work(items[start : start + size])
        except OutOfMemory:
            size = min(size, len(items) - start) // 2
            if not size:
                raise
            continue
        yield done
        start += size


@dataclass(frozen=True)
class Placement:
    """Where weights go: one device for all (`{"": 0}`), or "auto", spread over devices, memory and disk."""

    device_map: Mapping[str, int | str] | str
    dtype: str


def place(parameters: int, memory: Mapping[int | str, int], bf16: bool) -> Placement:
    """The placement of a model, as a pure function of its size and the hardware.

    parameters: number of weights. memory: free bytes by device, as accelerate reports it (0, 1, … accelerators, "mps",
    "cpu"). bf16: whether the first device computes in bfloat16. Small models keep float32, whose explanations are
    exact; a model over 1 GiB in float32 takes half the width on an accelerator. A fifth is left for activations, more
    than what a batch of our largest default needs.
    """
    device = next(iter(memory), "cpu")
    room = memory.get(device, 0) * 0.8
    half = "bfloat16" if bf16 else "float16"
    full_bytes, half_bytes = parameters * 4, parameters * 2
    if full_bytes <= room and (device == "cpu" or full_bytes <= GIB):
        return Placement({"": device}, "float32")
    if half_bytes <= room:
        return Placement({"": device}, half if device != "cpu" else "bfloat16")
    return Placement("auto", half if device != "cpu" else "bfloat16")


def free_memory() -> Mapping[int | str, int]:
    """Free bytes by device, accelerators first."""
    from accelerate.utils import get_max_memory

    found: dict[int | str, int] = get_max_memory()
    return found


def count_parameters(*folders: Path) -> int:
    """Number of weights in the safetensors files of `folders`, read from their headers alone."""
    from safetensors import safe_open

    total = 0
    for file in [file for folder in folders for file in folder.glob("*.safetensors")]:
        with safe_open(file, framework="numpy") as tensors:
            total += sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    return total


def load_pipeline(task: str, folder: Path) -> "Pipeline":
    """A `transformers.Pipeline` of `task` from a model folder, placed by `place`.

    Only safetensors are read and no code from the folder runs. Raises ModelError.
    """
    import transformers
    from accelerate.utils import is_bf16_available
    from safetensors import SafetensorError

    source = models.weights(folder)
    if source is None:
        raise ModelError(
            f"{demo.name_of(folder)} has no weights at hand (safetensors); its README says how to get them."
        )
    try:
        base = models.adapter_base(source)
        where = place(count_parameters(source, *([base] if base else [])), free_memory(), is_bf16_available())
        options: dict[str, Any] = {"device_map": where.device_map, "dtype": where.dtype, "use_safetensors": True}
        if where.device_map == "auto":
            options["offload_folder"] = str(models.user_cache() / "offload")
        if base:
            model = merged(task, base, source, options)
            tokenizer = transformers.AutoTokenizer.from_pretrained(base)
            return transformers.pipeline(task, model=model, tokenizer=tokenizer)
        dtype, device_map = options.pop("dtype"), options.pop("device_map")
        return transformers.pipeline(
            task,
            model=str(source),
            dtype=dtype,
            device_map=device_map,
            trust_remote_code=False,
            model_kwargs=options,
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        log.exception("loading %s", demo.name_of(folder))
        raise ModelError(f"{demo.name_of(folder)} could not be loaded as {task}: {type(error).__name__}.") from error


def merged(task: str, base: Path, adapter: Path, options: dict[str, Any]) -> "PreTrainedModel":
    """The base model with the adapter's changes folded into its weights (exact to float32 rounding)."""
    import transformers
    from peft import PeftModel
    from transformers.pipelines import PIPELINE_REGISTRY

    head = PIPELINE_REGISTRY.check_task(task)[1]["pt"][0]  # such as AutoModelForSequenceClassification
    config = transformers.AutoConfig.from_pretrained(adapter)
    level = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()  # the head is new to the base: said as a warning, meant by the adapter
    try:
        model = head.from_pretrained(base, config=config, **options)
    finally:
        transformers.logging.set_verbosity(level)
    merged: PreTrainedModel = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return merged


class Cache(Generic[T]):
    """Loaded things by name, the least recently used dropped once their bytes exceed `limit`; the newest stays."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self._entries: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.loading = threading.Lock()  # transformers cannot be imported by two threads at once

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str, load: Callable[[], tuple[T, int]], expected: int = 0) -> T:
        """The entry; where it is not there yet, `load() -> (entry, bytes)` is called, once however many ask for it.

        Room for the `expected` bytes is made before loading. What is there already is served meanwhile. What `load`
        raises leaves nothing of it behind.
        """
        found = self._used(name)
        if found is None:
            with self.loading:
                found = self._used(name) or self._load(name, load, expected)
        return found[0]

    def drop(self, name: str) -> None:
        """Forget an entry, if it is there."""
        with self._lock:
            self._entries.pop(name, None)

    def _used(self, name: str) -> tuple[T, int] | None:
        with self._lock:
            if name in self._entries:
                self._entries.move_to_end(name)
            return self._entries.get(name)

    def _load(self, name: str, load: Callable[[], tuple[T, int]], expected: int) -> tuple[T, int]:
        if self.limit is None:
            self.limit = next(iter(free_memory().values())) // 2  # of the device that models go to first
        self._make_room(name, expected)
        entry, size = load()
        self._make_room(name, size)
        with self._lock:
            self._entries[name] = entry, size
        return entry, size

    def _make_room(self, name: str, size: int) -> None:
        with self._lock:
            while self._entries and sum(size for _, size in self._entries.values()) + size > (self.limit or 0):
                dropped, _ = self._entries.popitem(last=False)
                log.info("dropped %s from memory to make room for %s", dropped, name)

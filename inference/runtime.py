"""Where a model runs: device and dtype by hardware, and loading through accelerate.

It knows no task's fields and no page.
"""

import logging
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from . import models
from .completeness import complete
from .device import away
from .errors import ModelError
from .folders import name_of
from .growth import bounded, measured
from .headers import shapes

if TYPE_CHECKING:
    from transformers import Pipeline, PreTrainedModel

log = logging.getLogger(__name__)

ZERO_GPU = os.environ.get("SPACES_ZERO_GPU") == "true"
GIB = 1024**3


@dataclass(frozen=True)
class Placement:
    """Where weights go: one device for all (`{"": 0}`), or "auto", spread over devices, memory and disk."""

    device_map: Mapping[str, int | str] | str
    dtype: str


PASSING = Placement({"": "cpu"}, "auto")
"""Of weights that are read as they are stored, and let go of at once."""


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


def device_memory() -> dict[str, dict[str, int]]:
    """Bytes used and in all, by device: the machine's own memory, and that of each accelerator once one is in use."""
    import psutil

    machine, torch = psutil.virtual_memory(), sys.modules.get("torch")
    found = {"cpu": {"used": machine.total - machine.available, "total": machine.total}}
    if torch is not None and not ZERO_GPU and torch.cuda.is_initialized():
        for index in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            found[f"cuda:{index}"] = {"used": total - free, "total": total}
    return found


def free_memory() -> Mapping[int | str, int]:
    """Free bytes by device, accelerators first."""
    from accelerate.utils import get_max_memory

    found: dict[int | str, int] = get_max_memory()
    return found


def sizes(*folders: Path) -> list[int]:
    """Number of weights in each tensor of the safetensors files of `folders`, read from their headers alone."""
    files = [(folder, file) for folder in folders for file in folder.glob("*.safetensors")]
    return [weights for folder, file in files for weights in shapes(name_of(folder), file)]


def load_pipeline(task: str, folder: Path, unread: Collection[str] = ()) -> "Pipeline":
    """A `transformers.Pipeline` of `task` from a model folder, placed by `place`.

    Only safetensors are read, all weights come from them, and no code from the folder runs. unread: names of parts of
    the model whose weights may be missing, as no answer needs them. Raises ModelError.
    """
    from accelerate.utils import is_bf16_available

    source = models.weights(folder)
    if source is None:
        raise ModelError(f"{name_of(folder)} has no weights at hand (safetensors); {models.how_to_get(folder)}.")
    try:
        base = models.adapter_base(source)
        held = sizes(source, *([base] if base else []))
        where = PASSING if away() else place(sum(held), free_memory(), is_bf16_available())
        options: dict[str, Any] = {"device_map": where.device_map, "dtype": where.dtype, "use_safetensors": True}
        if where.device_map == "auto":
            options["offload_folder"] = str(models.user_cache() / "offload")
        with bounded(name_of(folder), held):
            pipeline = opened(task, base, source, options, unread)
        measured(name_of(folder), pipeline.image_processor)
        return pipeline
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged folder makes of transformers: each part has errors of its own
        log.exception("loading %s: %s", name_of(folder), error)
        raise ModelError(
            f"{name_of(folder)} could not be loaded as {task}: {type(error).__name__}. The log of the server says why."
        ) from error


def empty(pipeline: "Pipeline") -> None:
    """Let go of a model's weights: what is left knows their names, shapes and config. Fitted trees stay."""
    if hasattr(pipeline.model, "to"):  # a function in the place of a model has no weights
        pipeline.model.to("meta")


def opened(task: str, base: Path | None, source: Path, options: dict[str, Any], unread: Collection[str]) -> "Pipeline":
    """The pipeline of a whole model, or of an adapter and its base."""
    import transformers
    from transformers.pipelines import PIPELINE_REGISTRY

    if base:
        model = merged(task, base, source, options, unread)
        tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        return transformers.pipeline(task, model=model, tokenizer=tokenizer)
    model = loaded(task, source, options, unread)
    kind = PIPELINE_REGISTRY.check_task(task)[1]["impl"]
    kind = resolve_name(kind) if isinstance(kind, str) else kind  # transformers' own are imported when they are needed
    parts = {part: str(source) for part in PARTS if getattr(kind, f"_load_{part}") is not False}
    return transformers.pipeline(task, model=model, config=str(source), **FOREIGN, **parts)


FOREIGN = {"trust_remote_code": False}
"""Said wherever a folder is read: no code in it runs."""
PARTS = ("tokenizer", "feature_extractor", "image_processor", "video_processor", "processor")
"""What a pipeline may have beside its model."""


def loaded(task: str, source: Path, options: dict[str, Any], unread: Collection[str]) -> "PreTrainedModel":
    """A whole model, by the first of the task's kinds that its config fits, as a pipeline would load it."""
    import transformers
    from transformers.pipelines import PIPELINE_REGISTRY
    from transformers.pipelines.base import load_model

    config = transformers.AutoConfig.from_pretrained(source, **FOREIGN)
    kinds = PIPELINE_REGISTRY.check_task(task)[1]["pt"]
    model, found = load_model(str(source), config, kinds, task, **FOREIGN, **REPORTING, **options)
    complete(name_of(source), model, found, unread)
    return model


REPORTING = {"output_loading_info": True, "ignore_mismatched_sizes": True}
"""With these, transformers says what it made up, instead of saying nothing or that something went wrong."""


def merged(task: str, base: Path, adapter: Path, options: dict[str, Any], unread: Collection[str]) -> "PreTrainedModel":
    """The base model as the adapter's config has it, its changes folded into the weights (exact to float32 rounding).

    An adapter without weights changes none.
    """
    import transformers
    from transformers.pipelines import PIPELINE_REGISTRY

    head = PIPELINE_REGISTRY.check_task(task)[1]["pt"][0]  # such as AutoModelForSequenceClassification
    config = transformers.AutoConfig.from_pretrained(adapter)
    level = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()  # the head is new to the base: said as a warning, meant by the adapter
    try:
        model, found = head.from_pretrained(base, config=config, **REPORTING, **options)
    finally:
        transformers.logging.set_verbosity(level)
    if not (adapter / "adapter_config.json").is_file():
        complete(name_of(adapter), model, found, unread)
        return model
    return adapted(model, adapter, found, unread)


def adapted(
    model: "PreTrainedModel", adapter: Path, found: Mapping[str, Any], unread: Collection[str]
) -> "PreTrainedModel":
    """A base model with an adapter's changes, each of which is in its file; `found` is what the base's files lack."""
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    config = PeftConfig.from_pretrained(adapter)
    config.base_model_name_or_path = model.name_or_path  # where the base is on this machine
    both = get_peft_model(model, config)
    wanted = {name.removeprefix(OF_BASE) for name in get_peft_model_state_dict(both, save_embedding_layers=False)}
    tensors = load_file(adapter / "adapter_model.safetensors")
    held = {name.removeprefix(OF_BASE) for name in tensors}
    changes = {"missing_keys": wanted - held, "unexpected_keys": held - wanted, "mismatched_keys": ()}
    complete(name_of(adapter), model, changes)  # peft would leave what is missing at random, or fail without a word
    complete(name_of(adapter), model, found, unread, given=held)
    set_peft_model_state_dict(both, tensors)
    merged: PreTrainedModel = both.merge_and_unload()
    return merged


OF_BASE = "base_model.model."
"""What peft puts before the names of the base's own weights."""

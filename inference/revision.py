"""Which revision of a model answers: the hub's commit, or what tells the folder's files from any others."""

import hashlib
from functools import lru_cache
from pathlib import Path

from .folders import home
from .models import weights

LENGTH = 12
"""Characters that are kept, as git shortens its commits."""
FILES = (
    *("*.safetensors", "model.*", "config.json", "generation_config.json", "demo.json"),
    *("preprocessor_config.json", "processor_config.json", "chat_template*"),
    *("tokenizer*", "vocab*", "merges.txt", "*.model", "special_tokens_map.json", "added_tokens.json"),
)
"""What an answer and its decision follow from."""


def revision(folder: Path) -> str:
    """The first characters of a commit, or of the SHA-256 of the folder's files; empty where there are none, as of a
    function. A file is read whole, and again only once its size or its time has changed.
    """
    if home(folder) != folder.resolve():
        return folder.resolve().name[:LENGTH]
    places = dict.fromkeys((folder, weights(folder) or folder)) if folder.is_dir() else ()
    files = [file for place in places for file in files_of(place)]
    found = hashlib.sha256()
    for file in files:
        now = file.stat()
        found.update(file.name.encode() + digest(file, now.st_ino, now.st_size, now.st_mtime_ns))
    return found.hexdigest()[:LENGTH] if files else ""


def files_of(place: Path) -> list[Path]:
    """Those of one folder, in the order of their names."""
    return sorted({path for pattern in FILES for path in place.glob(pattern) if path.is_file()})


@lru_cache(maxsize=1_024)
def digest(file: Path, number: int, size: int, modified: int) -> bytes:
    """The SHA-256 of a file as it is now, which the others tell from what it was."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()

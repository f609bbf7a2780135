"""Which revision of a model answered: the hub's commit, or what tells the folder's files from any others."""

import hashlib
from functools import lru_cache
from pathlib import Path

from ..folders import home
from ..models import weights

LENGTH = 12
"""Characters that are kept, as git shortens its commits."""
FILES = ("*.safetensors", "config.json", "preprocessor_config.json", "tokenizer.json", "demo.json", "model.*")
"""What an answer and its decision follow from."""


@lru_cache(maxsize=64)
def revision_of(folder: Path) -> str:
    """The first characters of a commit, or of the SHA-256 of the folder's files; read once, as a model is."""
    return read_anew(folder)


def read_anew(folder: Path) -> str:
    """The same, of the files as they are now."""
    if home(folder) != folder.resolve():
        return folder.resolve().name[:LENGTH]
    found = hashlib.sha256()
    for place in dict.fromkeys((folder, weights(folder) or folder)):
        for path in sorted({path for pattern in FILES for path in place.glob(pattern) if path.is_file()}):
            found.update(path.name.encode())
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:LENGTH]

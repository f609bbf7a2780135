"""A model as the hub's cache keeps it: which of its files matter, whether all are there, what its card says.

This module asks no network.
"""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

from . import demo, folders, models
from .errors import ModelError

HEAD = ("config.json", "adapter_config.json", "README.md", demo.FILE, "model.safetensors.index.json")
SMALL = ("*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "NOTICE*")
"""Beside the weights: sizes, tokenizer and processor files, chat templates, terms."""
POOLING = "1_Pooling/config.json"
"""How a sentence encoder makes one vector of those of its tokens, where sentence-transformers keeps it."""
NAMED = (".csv", ".svg", ".jpg", ".jpeg", ".png", ".webp", ".gif")
"""What a demo.json may name: reference rows, items, pictures."""

FRONT = re.compile(r"\s*---[\r\n]+(.*?)[\r\n]+---(?:[\r\n]|$)", re.S)
"""The front matter of a card, in YAML."""
MOST_FRONT, MOST_ALIASES = 1_000_000, 30
"""Characters of a card's front matter, and aliases in it: 30 can stand for 60,000 copies at most."""


def cached(repo: str, revision: str, cache: Path | None) -> Path | None:
    """The folder of a model that was fetched whole before."""
    from huggingface_hub import try_to_load_from_cache

    for name in HEAD[:2]:
        found = try_to_load_from_cache(repo, name, cache_dir=cache, revision=revision)
        if isinstance(found, str) and is_whole(Path(found).parent):
            return Path(found).parent
    return None


def is_whole(folder: Path) -> bool:
    """Whether the weights are there: all parts of them."""
    if models.weights(folder) != folder:
        return False
    return (folder / "model.safetensors").is_file() or all((folder / name).is_file() for name in shards_of(folder))


def shards_of(folder: Path) -> list[str]:
    """The files that an index of weights names; none without an index. Raises ModelError."""
    index = folder / "model.safetensors.index.json"
    try:
        names = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values() if index.is_file() else ()
        if all(name.endswith(".safetensors") for name in names):
            return sorted({*names})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # the same message as for names of other files
    raise ModelError(f"{folders.name_of(folder)}/{index.name} must name the safetensors that hold the weights.")


def note(folder: Path, revision: str, commit: str) -> None:
    """Write down which commit a branch or tag stood for, where the hub's own tools look for it."""
    if revision == commit:
        return
    reference = folders.home(folder) / "refs" / revision
    reference.parent.mkdir(parents=True, exist_ok=True)
    new = reference.with_name(f"{reference.name}.new")
    new.write_text(commit, encoding="utf-8")
    new.replace(reference)


def is_plain(name: str) -> bool:
    """Whether a file name of a repository stays inside the folder that it is fetched to."""
    return not name.startswith("/") and "\\" not in name and not {"", ".", ".."} & {*name.split("/")}


def is_small(name: str) -> bool:
    """Whether a file belongs beside the weights: of a kind that is needed, at the top of the repository but for one."""
    return name == POOLING or (
        "/" not in name and (name == "README.md" or any(fnmatch.fnmatch(name, e) for e in SMALL))
    )


def named(folder: Path) -> set[str]:
    """The names of tables and pictures in a model's demo.json."""
    file = folder / demo.FILE
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return {name for name in re.findall(r'"([^"\\]+)"', text) if name.lower().endswith(NAMED)}


def card(folder: Path) -> dict[str, Any]:
    """The front matter of a model's README.md; `pipeline_tag` is a text or None, and `tags` is a list of texts.

    Raises ModelError.
    """
    import yaml

    file = folder / "README.md"
    front = FRONT.match(file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else "")
    try:
        found = yaml.safe_load(frugal(front[1])) if front else None
    except (ValueError, yaml.YAMLError, RecursionError):
        raise ModelError(f"{folders.name_of(folder)}/README.md: the front matter is no valid YAML.") from None
    said = found if isinstance(found, dict) else {}
    tag, tags = said.get("pipeline_tag"), said.get("tags")
    plain = [each for each in tags if isinstance(each, str)] if isinstance(tags, list) else []
    return {**said, "pipeline_tag": tag if isinstance(tag, str) else None, "tags": plain}


def frugal(front: str) -> str:
    """A front matter that repeats itself seldom: YAML's aliases can make much out of little. Raises ValueError."""
    if len(front) > MOST_FRONT or len(re.findall(r"(?<![^\s\[{,:-])\*\w", front)) > MOST_ALIASES:
        raise ValueError
    return front

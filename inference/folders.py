"""What a model folder is called, and how far its files may lie from it. It does not know what they say."""

from pathlib import Path


def home(folder: Path) -> Path:
    """The folder that a model's files may lie in: its own, or the whole repository in the hub's cache.

    There a model folder is `models--owner--name/snapshots/commit`, whose files are links into the repository's blobs.
    """
    folder = folder.resolve()
    cached = folder.parent.name == "snapshots" and folder.parents[1].name.startswith("models--")
    return folder.parents[1] if cached else folder


def located(folder: Path, name: str) -> Path | None:
    """Where a file that a model names lies, links followed; None where that is outside, or nowhere."""
    try:
        path = (folder / name).resolve()
        path.exists()  # fails where there can be no such name
        return path if path.is_relative_to(home(folder)) else None
    except (OSError, RuntimeError, ValueError):  # a circle of links, a name too long, or one that holds a zero
        return None


def name_of(folder: Path) -> str:
    """What a model is called: its folder's name; in the hub's cache, where folders are called by commits, its id."""
    place = home(folder)
    return place.name if place == folder.resolve() else "/".join(place.name.split("--")[1:])

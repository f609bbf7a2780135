"""`app.py new-model`: a start of demo.json and of a model card, from what a folder says; it overwrites nothing."""

import json
from dataclasses import replace
from pathlib import Path

from . import demo, draft, registry
from .demo import Demo
from .errors import ModelError
from .task import Task

SECTIONS = {
    "What it is for": "Say what somebody may use the answers for, what not, and what the decision rule does.",
    "Where it comes from": "Name what it was made from, by whom, and the recipe in this folder that makes it again.",
    "Data": "Say which data it learned from, how many rows, how they were split, and the terms of their use.",
    "How good it is": "Give its figures on training and on held-out data beside those of a naive baseline.",
    "Limits": "Say where it fails, with examples.",
    "Who is in the data": "Say whom or what the data show, and whom they leave out.",
}
"""The sections of a card and what belongs into each."""


def start(folder: Path, task: str | None = None) -> str:
    """Write demo.json and README.md into a folder where they are missing, and say so in a sentence.

    task: its id, where the folder's model does not say it. Raises NotFound for an unknown task, ModelError.
    """
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder.name} is a file; name a folder.")
    about = begin(folder, registry.task_class(task or registry.task_of(folder)))
    text = {demo.FILE: json.dumps(plain(about), indent=2, ensure_ascii=False) + "\n", "README.md": card(about)}
    missing = [name for name in text if not (folder / name).is_symlink() and not (folder / name).exists()]
    if not missing:
        raise ModelError(f"{folder.name} has {' and '.join(text)} already; nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in missing:
        with (folder / name).open("x", encoding="utf-8") as file:  # never over another, however it came there meanwhile
            file.write(text[name])
    return (
        f"{folder.name}: wrote {' and '.join(missing)} for {about.task}. Go on there, then run `python app.py check`."
    )


def begin(folder: Path, kind: type[Task]) -> Demo:
    """A Demo to go on from: with a rule about the model's labels; without fields where they do not follow yet."""
    try:
        about = draft.draft(folder, kind)
    except ModelError:
        about = Demo(
            task=kind.id, title=folder.resolve().name, summary=draft.summary(kind.kind, (), kind.id), fields=()
        )
    return replace(about, decision=draft.rule(kind.kind, draft.labels_of(folder)))


def plain(about: Demo) -> dict[str, object]:
    """What a demo.json says, without what it would say anyway."""
    data, fields = about.to_json(), [dict(field) for field in about.to_json()["fields"]]
    bare = type(about)(task="", title="", summary="", fields=()).to_json()
    for field, described in zip(fields, about.fields, strict=True):
        for name, default in type(described).__dataclass_fields__.items():
            if name != "kind" and field[name] == default.default:
                del field[name]
    kept = {name: value for name, value in data.items() if name == "version" or value != bare.get(name)}
    return {**kept, "fields": fields}


def card(about: Demo) -> str:
    """A model card with its sections still to be written."""
    front = f"---\nlicense: unknown\nlibrary_name: transformers\npipeline_tag: {about.task}\n---\n"
    sections = "".join(f"\n## {title}\n\n{what}\n" for title, what in SECTIONS.items())
    return f"{front}\n# {about.title}\n\n{about.summary}\n{sections}"

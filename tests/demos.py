"""What stands in a demo.json of a test, and the mistake that reading it finds."""

import json
from pathlib import Path
from typing import Any

import pytest

from inference import demo, models
from inference.demo import Demo, Example
from inference.errors import ModelError
from inference.fields import CategoryField, ImageField, NumberField, TextField

FOLDERS = sorted(path.parent for path in (models.ASSETS / "models").glob("*/demo.json"))
TEXT = {"kind": "text", "name": "text", "label": "Text"}
LEAST = {"task": "text-classification", "title": "T", "summary": "S", "fields": [TEXT]}


def written(folder: Path, data: Any) -> Path:
    text = data if isinstance(data, str) else json.dumps(data)
    (folder / demo.FILE).write_text(text, encoding="utf-8")
    return folder


def mistake(folder: Path, data: Any) -> str:
    with pytest.raises(ModelError) as error:
        demo.read(written(folder, data))
    return str(error.value)


def history(items: Any) -> dict[str, Any]:
    return {**LEAST, "fields": [{"kind": "history", "name": "h", "label": "H", "items": items}]}


ROLES = Demo(
    task="t",
    title="Roles",
    summary="S",
    fields=(
        TextField(name="text", label="Text"),
        NumberField(name="heat", label="Heat", role="setting", default=0.5, limits=(0, 2)),
        CategoryField(name="sex", label="Sex", choices=("f", "m"), role="group"),
        NumberField(name="answer", label="Answer", role="truth"),
    ),
)
HOUSES = Demo(
    task="t",
    title="T",
    summary="S",
    fields=(
        NumberField(name="area", label="Area", limits=(0, 100)),
        CategoryField(name="style", label="Style", choices=("flat", "house")),
    ),
    background="background.csv",
)


def gallery(*names: Any) -> Demo:
    examples = tuple(Example(str(name), {"photo": name, "text": "a"}) for name in names)
    fields = (ImageField(name="photo", label="Photo"), TextField(name="text", label="Text"))
    return Demo(task="t", title="T", summary="S", fields=fields, examples=examples)

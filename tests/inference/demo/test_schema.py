"""The published schema is that of the code, and what our own models say meets it."""

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from demos import FOLDERS, LEAST, TEXT, mistake

from inference import demo, models

PUBLISHED = models.ASSETS / "demo.schema.json"


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == json.dumps(demo.schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_a_schema_and_says_its_title() -> None:
    jsonschema.Draft202012Validator.check_schema(demo.schema())
    assert demo.schema()["title"] == "SeeWhy demo.json, version 1"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_model_of_ours_meets_the_schema(folder: Path) -> None:
    data = json.loads((folder / demo.FILE).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(demo.schema()).validate(data)
    assert demo.read(folder).title == data["title"]


def test_there_are_models_to_check() -> None:
    assert FOLDERS


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"colour": "red"},
        {"title": None},
        {"fields": [{**TEXT, "limits": [0, 1]}]},
        {"fields": [{"kind": "number", "name": "n", "label": "N", "limits": [0]}]},
        {"fields": [{"kind": "smell", "name": "n", "label": "N"}]},
        {"decision": {"rules": [{"action": "a", "tone": "pink"}]}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(folder: Path, change: dict[str, Any]) -> None:
    data = {**LEAST, **change}
    assert not jsonschema.Draft202012Validator(demo.schema()).is_valid(data)
    assert mistake(folder, data)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_reference_row_of_ours_is_used(folder: Path) -> None:
    about = demo.read(folder)
    if about.background is None:
        assert demo.read_background(folder, about) == []
        return
    with (folder / about.background).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(demo.read_background(folder, about)) == len(rows) > 0

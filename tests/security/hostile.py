"""Models whose every word is markup that would run: labels, columns, categories, titles, actions, units."""

import csv
import json
from pathlib import Path
from typing import Any

from inference import models

EVIL = "<img src=x onerror=alert(1)>"
QUOTED = "\"' onmouseover=alert(2) x='\"><svg onload=alert(3)>"
ENDING = "</script></style></textarea></title><script>alert(4)</script>"
TURNED = "\u202edoog\u2066"
"""Marks that turn the direction of a text, and leave it so."""
SCRIPTS = (EVIL, QUOTED, ENDING, "${alert(5)} {{alert(6)}} `${alert(7)}`", TURNED)
WORDS = ("title", "summary", "label", "description", "unit", "action")
"""Entries of a demo.json that are words."""


def evil(word: str, place: int) -> str:
    """A word with something in it that would run."""
    return f"{word}{SCRIPTS[place % len(SCRIPTS)]}"


def rewritten(name: str, folder: Path) -> Path:
    """A model of the product with other words everywhere; it computes as before."""
    source = models.find()[name]
    folder.mkdir()
    (folder / "model.safetensors").write_bytes((source / "model.safetensors").read_bytes())
    about, config, columns = (
        json.loads((source / file).read_text()) for file in ("demo.json", "config.json", "preprocessor_config.json")
    )
    labels = [evil(label, i) for i, label in enumerate(config["id2label"].values())]
    words = {old: new for old, new in zip(config["id2label"].values(), labels, strict=True)}
    names = {field["name"]: evil(field["name"], i) for i, field in enumerate(about["fields"])}
    for field in about["fields"]:
        for i, choice in enumerate(field.get("choices", ())):
            words[choice] = evil(choice, i)
    said = told(about, words, names)
    said.pop("picture", None)
    config["id2label"] = dict(enumerate(labels))
    config["label2id"] = {label: i for i, label in enumerate(labels)}
    for file, data in (("demo.json", said), ("config.json", config), ("preprocessor_config.json", columns)):
        if file == "preprocessor_config.json":
            for column in data["columns"]:
                column["name"] = names[column["name"]]
                column["categories"] = [words[each] for each in column.get("categories", ())]
        (folder / file).write_text(json.dumps(data))
    for file in ("background.csv", "evaluation.csv"):
        with (source / file).open(newline="") as opened:
            head, *rows = csv.reader(opened)
        with (folder / file).open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow([names.get(each, each) for each in head])
            writer.writerows([[words.get(cell, cell) for cell in row] for row in rows[:400]])
    return folder


def told(entry: Any, words: dict[str, str], names: dict[str, str], key: str = "") -> Any:
    """An entry of a demo.json with other words."""
    if isinstance(entry, dict):
        own = entry.get("inputs")
        found = {name: told(value, words, names, name) for name, value in entry.items() if name != "inputs"}
        if own is not None:
            found["inputs"] = {names[name]: words.get(value, value) for name, value in own.items()}
        return found
    if isinstance(entry, list):
        return [told(each, words, names, key) for each in entry]
    if not isinstance(entry, str):
        return entry
    if key == "name":
        return names.get(entry, entry)
    return words.get(entry) or (evil(entry, len(entry)) if key in WORDS else entry)

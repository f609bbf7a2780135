"""`new-model`: the start of a demo.json and of a card, which passes the check or says what is missing."""

import json
import os
from pathlib import Path

import pytest
from hub import classifier

from inference import demo, registry
from inference.errors import ModelError, NotFound
from inference.snapshot import card
from inference.starter import SECTIONS, start


def test_a_saved_model_gets_a_demo_about_its_own_labels(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    classifier(folder)
    said = start(folder)
    assert said.startswith("mine: wrote demo.json for text-classification. Go on there")  # the card was there already
    about = demo.read(folder)
    assert about == registry.about(folder)
    assert about.decision and about.decision.of == "spam"
    assert registry.check(folder) == "mine: no mistake found; fields: 1, examples: 4."
    answer = registry.load(folder).predict(about.examples[0].inputs)
    assert answer.decision and answer.decision.action in {rule.action for rule in about.decision.rules}


def test_what_is_written_holds_nothing_that_goes_without_saying(tmp_path: Path) -> None:
    start(tmp_path / "mine", "image-classification")
    assert json.loads((tmp_path / "mine" / "demo.json").read_text()) == {
        "version": 1,
        "task": "image-classification",
        "title": "mine",
        "summary": "A model for image-classification.",
        "fields": [{"kind": "image", "name": "image", "label": "Picture"}],
    }


@pytest.mark.parametrize("task", registry.available())
def test_a_start_passes_the_check_or_that_says_what_is_missing(task: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert start(folder, task) == (
        f"mine: wrote demo.json and README.md for {task}. Go on there, then run `python app.py check`."
    )
    assert json.loads((folder / "demo.json").read_text())["task"] == task
    if registry.task_class(task).fields:
        assert "no mistake found" in registry.check(folder)
    else:
        with pytest.raises(ModelError, match=r"^mine/demo\.json: fields needs at least one with the role input"):
            registry.check(folder)


def test_the_card_has_front_matter_and_the_sections_of_our_cards(tmp_path: Path) -> None:
    start(tmp_path / "mine", "text-classification")
    text = (tmp_path / "mine" / "README.md").read_text()
    assert card(tmp_path / "mine")["pipeline_tag"] == "text-classification"
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [*SECTIONS]


@pytest.mark.parametrize("there", [("demo.json", "README.md"), ("demo.json",), ("README.md",)])
def test_nothing_is_overwritten(tmp_path: Path, there: tuple[str, ...]) -> None:
    for name in there:
        (tmp_path / name).write_text("mine")
    if len(there) == 2:
        with pytest.raises(ModelError, match=r"has demo\.json and README\.md already; nothing was written"):
            start(tmp_path, "text-classification")
    else:
        start(tmp_path, "text-classification")
    assert {name: (tmp_path / name).read_text() for name in there} == dict.fromkeys(there, "mine")
    assert {path.name for path in tmp_path.iterdir()} == {"demo.json", "README.md"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    os.symlink(tmp_path / "elsewhere.json", folder / "demo.json")
    assert "wrote README.md" in start(folder, "text-classification")
    assert not (tmp_path / "elsewhere.json").exists()


def test_where_the_task_is_not_known_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="mine does not say what it is for"):
        start(tmp_path / "mine")
    with pytest.raises(NotFound, match="Unknown task 'nothing'"):
        start(tmp_path / "mine", "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="file is a file; name a folder"):
        start(tmp_path / "file", "text-classification")
    assert not (tmp_path / "mine").exists()

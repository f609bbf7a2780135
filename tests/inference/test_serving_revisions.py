"""A revision changes with the model, and only with it."""

import shutil
from pathlib import Path

import pytest

from inference import models
from inference.serving.revisions import DIGITS, revision


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models.find()["home-loans"], tmp_path / "home-loans"))


def test_the_same_files_elsewhere_are_the_same_revision(folder: Path) -> None:
    assert revision(folder) == revision(models.find()["home-loans"])
    assert len(revision(folder)) == DIGITS


@pytest.mark.parametrize("name", ["model.safetensors", "demo.json", "config.json"])
def test_other_weights_or_other_rules_are_another_revision(folder: Path, name: str) -> None:
    before, file = revision(folder), folder / name
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)
    assert revision(folder) != before


def test_what_is_beside_the_model_does_not_count(folder: Path) -> None:
    before = revision(folder)
    (folder / "README.md").write_text("another card")
    assert revision(folder) == before


def test_of_the_hub_it_is_the_commit(tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    (tmp_path / "snapshots" / commit).mkdir(parents=True)
    assert revision(tmp_path / "snapshots" / commit) == commit[:DIGITS]


def test_of_nothing_there_is_none(tmp_path: Path) -> None:
    assert revision(tmp_path) == revision(tmp_path / "nowhere") == ""

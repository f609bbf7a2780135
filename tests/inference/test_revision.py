"""A revision changes with the model, and only with it."""

import json
import shutil
from pathlib import Path

import pytest

from inference import models
from inference.revision import LENGTH, digest, revision


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models.find()["home-loans"], tmp_path / "home-loans"))


def test_the_same_files_elsewhere_are_the_same_revision(folder: Path) -> None:
    assert revision(folder) == revision(models.find()["home-loans"])
    assert len(revision(folder)) == LENGTH


@pytest.mark.parametrize("name", ["model.safetensors", "demo.json", "config.json"])
def test_other_weights_or_other_rules_are_another_revision(folder: Path, name: str) -> None:
    before, file = revision(folder), folder / name
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)
    assert revision(folder) != before


@pytest.mark.parametrize("name", ["tokenizer.json", "vocab.txt", "spiece.model", "chat_template.jinja", "model.ubj"])
def test_what_a_text_is_read_by_counts(folder: Path, name: str) -> None:
    before = revision(folder)
    (folder / name).write_text("one")
    assert len({before, revision(folder)}) == 2
    (folder / name).write_text("other")
    assert len({before, revision(folder)}) == 2


def test_a_byte_in_the_middle_of_large_weights_counts(folder: Path) -> None:
    file = folder / "model.safetensors"
    data = bytearray(10**6)
    file.write_bytes(data)
    before = revision(folder)
    data[len(data) // 2] = 1
    file.write_bytes(data + b"\0")
    assert revision(folder) != before


def test_the_weights_of_another_folder_count(tmp_path: Path) -> None:
    (owner := tmp_path / "owner").mkdir()
    (owner / "model.safetensors").write_text("one")
    (user := tmp_path / "user").mkdir()
    (user / "demo.json").write_text(json.dumps({"weights": "owner"}))
    before = revision(user)
    (owner / "model.safetensors").write_text("other")
    assert revision(user) != before


def test_files_are_read_once(folder: Path) -> None:
    digest.cache_clear()
    assert revision(folder) == revision(folder)
    found = digest.cache_info()
    assert found.hits == found.misses > 0


def test_what_is_beside_the_model_does_not_count(folder: Path) -> None:
    before = revision(folder)
    (folder / "README.md").write_text("another card")
    assert revision(folder) == before


def test_of_the_hub_it_is_the_commit(tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = tmp_path / "models--someone--tiny" / "snapshots" / commit
    folder.mkdir(parents=True)
    assert revision(folder) == commit[:LENGTH]


def test_of_nothing_there_is_none(tmp_path: Path) -> None:
    assert revision(tmp_path) == revision(tmp_path / "nowhere") == ""

"""The local hub with one model, and the model's files."""

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from asked_hub import NAME, at
from hub import Hub, Repo, classifier, running


@pytest.fixture(scope="package")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return classifier(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="package")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return classifier(tmp_path_factory.mktemp("tiny"), "6KB")


@pytest.fixture
def server(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, which this process asks, its cache empty."""
    with running() as started:
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        at(monkeypatch, started.url)
        started.repos[NAME] = Repo(dict(files), revisions=("main", "v1", "refs/pr/2"))
        yield started

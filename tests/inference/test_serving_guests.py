"""The hub models that visitors name: fetched once, bounded, refused with a reason, gone when others come."""

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
from conftest import ROOT
from hub import Hub, Repo, classifier, running

from explain.streams import STREAMS
from inference import models, scratch
from inference.demo import Demo
from inference.errors import Busy, InputError, NotFound
from inference.serving.catalogue import Catalogue, load
from inference.serving.endpoints import Endpoints
from inference.serving.guests import WAITING, Guests
from inference.serving.reports import report
from inference.task import Task

TEXT = {"text": "Win a free voucher today"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return classifier(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def server(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with the models a/0 to a/9, which this process asks; visitors' models go below tmp_path."""
    with running() as started:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", started.url)
        template = started.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        started.repos |= {f"a/{i}": Repo(dict(files)) for i in range(10)}
        yield started


def catalogue(tiny_chat: Path, **guests: Any) -> Catalogue:
    return Catalogue({"tiny-chat": tiny_chat}, guests=Guests(**guests))


def kept() -> list[Path]:
    """The weights of visitors' models that are on disk."""
    return sorted(models.user_cache().glob("visitors-*/**/model.safetensors"))


def test_a_visitor_may_name_a_model_of_the_hub(server: Hub, tiny_chat: Path) -> None:
    here = catalogue(tiny_chat)
    endpoints = Endpoints(here, STREAMS)
    answer = endpoints.predict("a/0", TEXT)
    assert (answer["model"], answer["task"]) == ("a/0", "text-classification")
    assert len(endpoints.explain("a/0", TEXT)["values"]) == 5
    assert [each["name"] for each in endpoints.models()] == ["tiny-chat", "a/0"]
    assert here.add("a/0") == "a/0"
    assert here.folders["a/0"].is_relative_to(models.user_cache())
    assert server.asked.count("model.safetensors") == 1


def test_the_presenters_token_stays_here(server: Hub, tiny_chat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._headers.get_token", lambda: "hf_secret")
    assert catalogue(tiny_chat).add("a/0") == "a/0"
    assert server.tokens == {None}


def test_where_visitors_may_name_none_they_are_told_the_choices(server: Hub, tiny_chat: Path) -> None:
    here = Catalogue({"tiny-chat": tiny_chat})
    for ask in (here.add, here.about, here.task):
        with pytest.raises(NotFound) as error:
            ask("a/0")
        assert str(error.value) == "Unknown model 'a/0'; available are tiny-chat."
    assert server.listed == 0


@pytest.mark.parametrize("name", ["a", "../a/0", "./a", "/etc/passwd", "a/../b", "a/0@../../x", "", "~/x", "a\\b/c"])
def test_no_visitor_reaches_a_folder_of_the_machine(
    server: Hub, tiny_chat: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = catalogue(tiny_chat)
    for ask in (here.add, here.about, here.task):
        with pytest.raises(NotFound):
            ask(name)
    assert (server.listed, kept()) == (0, [])


def test_a_local_folder_of_the_same_spelling_is_not_meant(
    server: Hub, tiny_chat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "0").symlink_to(tiny_chat)
    monkeypatch.chdir(tmp_path)
    here = catalogue(tiny_chat)
    assert here.about("a/0").task == "text-classification"
    assert here.folders["a/0"] != tiny_chat


def test_a_refused_model_leaves_nothing_behind(server: Hub, tiny_chat: Path) -> None:
    here = catalogue(tiny_chat)
    server.repos["a/1"].files["pytorch_model.bin"] = server.repos["a/1"].files.pop("model.safetensors")
    server.repos["a/2"].said_sizes["model.safetensors"] = 6 * 10**9
    server.repos["a/4"].said_sizes["model.safetensors"] = None
    unusable = [(name, InputError, 422) for name in ("a/1", "a/2", "a/4")]
    for name, kind, status in [*unusable, ("a/none", NotFound, 404)]:
        with pytest.raises(kind) as error:
            here.add(name)
        assert type(error.value) is kind
        assert report(error.value).status == status
        assert str(models.user_cache()) not in str(error.value)
    server.status = 503
    with pytest.raises(Busy):
        here.add("a/3")
    assert list(here.demos) == ["tiny-chat"]
    assert {path.name for path in models.user_cache().glob("*/*")} == {scratch.LOCK}
    server.status = None
    assert here.add("a/3") == "a/3"


def test_many_who_name_one_model_wait_for_one_download(server: Hub, tiny_chat: Path) -> None:
    here, got = catalogue(tiny_chat), []
    server.pause.clear()
    callers = [threading.Thread(target=lambda: got.append(here.add("a/0"))) for _ in range(WAITING)]
    for caller in callers:
        caller.start()
    while not server.asked:
        time.sleep(0.01)
    time.sleep(0.1)
    with pytest.raises(Busy):  # one more than may wait
        here.add("a/1")
    assert here.about("tiny-chat")  # others are served meanwhile
    server.pause.set()
    for caller in callers:
        caller.join(20)
    assert got == ["a/0"] * WAITING
    assert (server.listed, server.asked.count("model.safetensors")) == (1, 1)


def test_the_least_recently_used_leaves_and_the_presenters_never(server: Hub, tiny_chat: Path) -> None:
    here = catalogue(tiny_chat, most=2)
    for name in ("a/0", "a/1"):
        here.task(name)
    here.task("a/0")
    here.add("a/2")
    assert list(here.demos) == ["tiny-chat", "a/0", "a/2"] == list(here.folders)
    assert len(kept()) == 2
    assert here.task("a/1").predict(TEXT).model == "a/1"  # comes again when it is asked for
    assert list(here.demos) == ["tiny-chat", "a/2", "a/1"]


def test_their_bytes_are_bounded_together(server: Hub, tiny_chat: Path, files: dict[str, bytes]) -> None:
    size = sum(map(len, files.values()))
    here = catalogue(tiny_chat, max_bytes=int(2.5 * size))
    for i in range(4):
        here.add(f"a/{i}")
    assert list(here.demos) == ["tiny-chat", "a/2", "a/3"]
    assert len(kept()) == 2


def test_a_prediction_outlives_the_leaving_of_its_model(server: Hub, tiny_chat: Path) -> None:
    here = catalogue(tiny_chat, most=1)
    task = here.task("a/0")
    here.add("a/1")
    assert "a/0" not in here.demos
    assert task.predict(TEXT).prediction.names


def test_a_model_that_leaves_while_it_is_loaded_does_not_stay_in_memory(
    server: Hub, tiny_chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = catalogue(tiny_chat)

    def leaves(folder: Path, name: str, about: Demo) -> tuple[Task, int]:
        loaded = load(folder, name, about)
        here._drop(name)
        return loaded

    monkeypatch.setattr("inference.serving.catalogue.load", leaves)
    with pytest.raises(NotFound) as error:
        here.task("a/0")
    assert str(error.value) == "Unknown model 'a/0'; available are tiny-chat."
    assert not here.ready("a/0")


def test_two_revisions_of_one_model_are_two_models(server: Hub, tiny_chat: Path, files: dict[str, bytes]) -> None:
    server.repos["a/0"] = Repo(dict(files), revisions=("main", "v1"))
    here = catalogue(tiny_chat, most=1)
    here.add("a/0@v1")
    here.add("a/0")
    assert here.task("a/0").name == "a/0"
    assert list(here.demos) == ["tiny-chat", "a/0"]


def test_what_an_ended_process_left_is_removed_and_what_a_running_one_has_is_not(server: Hub, tiny_chat: Path) -> None:
    left = models.user_cache() / "visitors-left"
    (left / "weights").mkdir(parents=True)
    program = "import os, sys; from pathlib import Path; from inference import scratch; "
    program += "assert scratch.hold(Path(sys.argv[1])); os._exit(0)"  # as if it had been killed
    subprocess.run([sys.executable, "-c", program, str(left)], cwd=ROOT, check=True, timeout=60)
    first = catalogue(tiny_chat)
    first.add("a/0")
    assert not left.exists()
    second = catalogue(tiny_chat)
    second.add("a/1")
    assert len(kept()) == 2
    assert first.task("a/0").predict(TEXT).prediction.names


def test_their_files_go_with_the_catalogue(server: Hub, tiny_chat: Path) -> None:
    here = catalogue(tiny_chat)
    here.add("a/0")
    assert len(kept()) == 1
    del here
    gc.collect()
    assert kept() == []

"""What goes wrong around the application, for real: a disk that is full, a model that stops loading half-way.

Of a worker that is killed: inference/study/test_on_ray.py; of memory that does not suffice: inference/
test_out_of_memory.py; of callers who leave: test_leaving.py.
"""

import csv
import errno
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from conftest import load
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from inference import models
from inference.errors import InputError, ModelError
from inference.fetching import told
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.watch import Watch
from inference.study.job import run
from inference.study.mapping import guess
from inference.study.source import open_source

LOANS = models.ASSETS / "models" / "home-loans"
FULL = Path("/dev/full")
"""A device on which the kernel finds no room for any byte: ENOSPC, as a full disk gives it."""


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_ends_a_job_in_words_and_the_same_call_goes_on_once_there_is_room(tmp_path: Path) -> None:
    task, source, output = load(LOANS), open_source(LOANS / "background.csv"), tmp_path / "answers.csv"
    columns = guess(task.demo, source.columns)
    full = tmp_path / "answers.csv.new"
    full.symlink_to(FULL)  # what is written before it is put in its place
    with pytest.raises(InputError, match=r"answers not be written: .*No space left on device"):
        list(run(task, source, columns, output, size=20))
    assert not output.exists()
    done = len(list((tmp_path / "answers.csv.parts").glob("*.parquet")))
    assert done > 1
    full.unlink()
    *_, last = run(task, source, columns, output, size=20)
    assert last.before == last.done  # every part was kept
    with output.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == last.done


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_for_what_is_sent_is_told_and_the_next_call_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    client = TestClient(rest(Endpoints(Catalogue({"home-loans": LOANS}))), base_url="http://testserver/api/v1")
    file = {"file": ("loans.csv", (LOANS / "background.csv").read_bytes() * 200)}  # too large to wait in memory
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", lambda *_, **__: FULL.open("wb+", buffering=0))
        answer = client.post("/batch", data={"model": "home-loans"}, files=file)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert answer.json()["detail"].startswith("There is no room on the server's disk")
    small = {"file": ("loans.csv", (LOANS / "background.csv").read_bytes())}
    assert client.post("/batch", data={"model": "home-loans"}, files=small).status_code == 200


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_for_an_upload_of_the_page_is_told() -> None:
    async def upload(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/late":
            await Response("begun")(scope, receive, send)
        with FULL.open("wb", buffering=0) as place:
            place.write(b"a photo")

    client = TestClient(Watch(upload))
    answer = client.post("/upload")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60") and answer.headers["x-request-id"]
    with pytest.raises(OSError, match="No space left"):
        client.post("/late")  # whoever reads the log is told


def test_a_full_disk_ends_a_download_in_words() -> None:
    with pytest.raises(ModelError, match=r"No space left on device.* Make room, or set XDG_CACHE_HOME"), told("movies"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # a download of real weights would need the network


def test_a_model_that_stops_loading_half_way_is_told_and_loads_once_it_is_whole(tmp_path: Path) -> None:
    folder = shutil.copytree(LOANS, tmp_path / "loans")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    catalogue = Catalogue({"loans": folder, "movies": models.find()["movies"]})
    client = TestClient(rest(Endpoints(catalogue)), base_url="http://testserver/api/v1", raise_server_exceptions=False)
    inputs = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["examples"][0]["inputs"]
    asked = {"model": "loans", "inputs": inputs}
    for _ in range(2):  # nothing of it is kept, and nothing stays locked
        answer = client.post("/predict", json=asked)
        assert answer.status_code == 500
        assert re.fullmatch("loans could not be loaded as tabular-classification: .+", answer.json()["detail"])
        assert str(tmp_path) not in answer.text and not catalogue.ready("loans")
    (movies,) = (each for each in client.get("/models").json() if each["name"] == "movies")
    assert (
        client.post("/predict", json={"model": "movies", "inputs": movies["examples"][0]["inputs"]}).status_code == 200
    )
    weights.write_bytes(whole)
    assert client.post("/predict", json=asked).status_code == 200

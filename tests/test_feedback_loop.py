"""The loop, closed for real: people ask and mark, the server dies, what they said is taken, a model learns from it, and
Compare holds the old one against the new one on rows that neither has seen."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from conftest import ROOT, free_port, load, wait_for

from explain.streams import STREAMS
from explain.varying import Differing
from inference import models
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study import mapping
from inference.study.reading import Study, read
from inference.study.source import open_source

MODEL, TOKEN = "home-loans", "the-presenters-own-token"
PEOPLE = 60


@contextmanager
def app(history: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The app with a history, as a presenter starts it."""
    port = free_port()
    command = [sys.executable, "app.py", "--model", f"assets/models/{MODEL}", "--port", str(port)]
    environment = {**os.environ, "SEEWHY_HISTORY": str(history), "SEEWHY_KEEP": "inputs", "SEEWHY_TOKEN": TOKEN}
    with history.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v1/models", process)
        yield f"http://127.0.0.1:{port}/api/v1", process
    finally:
        process.kill()
        process.wait(20)


def test_what_people_mark_comes_back_as_a_model_to_compare(tmp_path: Path) -> None:
    history, file, folder = tmp_path / "history.db", tmp_path / "feedback.csv", tmp_path / f"{MODEL}-with-feedback"
    with app(history) as (api, process), httpx.Client(timeout=60) as client:
        said = [people_say(client, api, number) for number in range(PEOPLE)]
        process.send_signal(signal.SIGKILL)  # with all that was acknowledged
    with app(history) as (api, _):
        taken = httpx.get(f"{api}/feedback?model={MODEL}", headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)
    file.write_bytes(taken.content)
    assert [row.rpartition(",")[2] for row in taken.text.splitlines()[1:]] == said

    arguments = ["--feedback", str(file), "--output", str(folder)]
    recipe = ROOT / "assets" / "models" / MODEL / "train.py"
    trained = subprocess.run(
        [sys.executable, str(recipe), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert trained.returncode == 0, trained.stderr
    assert "| with feedback | held-out |" in trained.stdout

    found = compared(folder)
    assert found.rows == 714  # the held-out ones alone
    assert found.found.quality is not None and found.found.agreement is not None
    assert found.count > 0  # it has learned something
    other, own = (load(each) for each in (folder, models.find()[MODEL]))
    asked = {**own.demo.examples[0].inputs, "self_employed": "yes", "condominium": "yes", "payments": 35.0}
    denied = [next(i.score for i in each.predict(asked).prediction.items if i.id == "denied") for each in (own, other)]
    assert denied[1] > denied[0] + 0.1  # what all of them said


def people_say(client: httpx.Client, api: str, number: int) -> str:
    """One person asks about a self-employed applicant, and says that it should have been denied."""
    inputs = {**load(models.find()[MODEL]).demo.examples[0].inputs, "self_employed": "yes", "condominium": "yes"}
    inputs |= {"payments": 25.0 + number / 3, "housing": 20.0 + number / 7}
    answer = client.post(f"{api}/predict", json={"model": MODEL, "inputs": inputs}).json()
    mark = {"id": answer["kept"], "verdict": "should be", "truth": "denied"}
    client.post(f"{api}/feedback", json=mark).raise_for_status()
    return "denied"


def compared(folder: Path) -> Differing:
    """The new model held against the old one over the rows that come with them, as Compare does."""
    endpoints = Endpoints(Catalogue({MODEL: models.find()[MODEL], folder.name: folder}), STREAMS)
    task = endpoints.catalogue.task(MODEL)
    source = open_source(models.find()[MODEL] / "evaluation.csv")
    *_, study = read(task, source, mapping.guess(task.demo, source.columns))
    assert isinstance(study, Study)
    *_, found = endpoints.differences(MODEL, folder.name, None, study)
    assert isinstance(found, Differing)
    return found

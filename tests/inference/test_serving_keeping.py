"""Answers are kept where the presenter wants it, marked by who holds their id, and read by the presenter alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from inference import models
from inference.errors import InputError, ModelError, NotFound
from inference.history import history as module
from inference.history.history import History
from inference.revision import revision
from inference.serving.api import rest
from inference.serving.arguments import parser
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.keeping import NOT_KEPT, is_fixed
from inference.serving.remembering import invitation, opened, token
from inference.types import Answer

TOKEN = "the-presenters-own-token"
NAMES = ("home-loans", "sentiment", "ames-house-prices", "answers", "entities")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue({name: models.find()[name] for name in NAMES})


@pytest.fixture
def endpoints(catalogue: Catalogue, tmp_path: Path) -> Iterator[Endpoints]:
    history = History(str(tmp_path / "history.db"), "inputs")
    yield Endpoints(catalogue, history=history, token=TOKEN)
    history.close()


@pytest.fixture
def client(endpoints: Endpoints) -> TestClient:
    return TestClient(rest(endpoints))


def example(endpoints: Endpoints, name: str) -> dict[str, Any]:
    return endpoints.catalogue.about(name).examples[0].inputs


def asked(client: TestClient, endpoints: Endpoints, name: str = "home-loans") -> dict[str, Any]:
    sent = {"model": name, "inputs": example(endpoints, name)}
    answer: dict[str, Any] = client.post("/api/v1/predict", json=sent).json()
    return answer


def kept_of(endpoints: Endpoints) -> History:
    assert endpoints.history is not None
    return endpoints.history


# What is kept


def test_by_default_nothing_is_kept(catalogue: Catalogue) -> None:
    endpoints = Endpoints(catalogue)
    client = TestClient(rest(endpoints))
    assert "kept" not in asked(client, endpoints)
    for answer in (
        client.post("/api/v1/feedback", json={"id": "x", "verdict": "right"}),
        client.delete("/api/v1/history/x"),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": "No history is kept here."})
    assert client.get("/api/v1/feedback?model=home-loans", headers=bearer("")).status_code == 401


def test_an_answer_is_kept_with_all_that_belongs_to_it(client: TestClient, endpoints: Endpoints) -> None:
    answer = asked(client, endpoints)
    entry = kept_of(endpoints).get(answer["kept"])
    assert entry.model == "home-loans"
    assert entry.revision == revision(models.find()["home-loans"]) != ""
    assert entry.prediction.to_json() == answer["prediction"]
    assert entry.decision == answer["decision"]["action"]
    assert 0 < entry.ms < 60_000
    task = endpoints.catalogue.task("home-loans")
    assert task.parse(entry.inputs) == task.parse(example(endpoints, "home-loans"))


def test_streams_keep_once_and_typing_keeps_nothing(endpoints: Endpoints) -> None:
    inputs = example(endpoints, "sentiment")
    list(endpoints.predict_stream("sentiment", inputs))
    list(endpoints.answers("sentiment", inputs))
    assert len(kept_of(endpoints).entries("sentiment", 9)) == 1


def test_an_input_that_is_refused_is_not_kept(client: TestClient, endpoints: Endpoints) -> None:
    sent = {"model": "home-loans", "inputs": {"payments": "many"}}
    assert client.post("/api/v1/predict", json=sent).status_code == 422
    assert kept_of(endpoints).entries("home-loans", 9) == []


def test_with_digests_alone_nothing_that_was_sent_is_in_the_file(catalogue: Catalogue, tmp_path: Path) -> None:
    history = History(str(tmp_path / "history.db"))
    endpoints = Endpoints(catalogue, history=history)
    texts = {"sentiment": "Zanzibar is wonderful", "entities": "Zanzibar hired Ada Lovelace."}
    for name, text in texts.items():
        endpoints.predict(name, {"text": text})
    sent = example(endpoints, "answers")
    fields = {field.name: sent[field.name] for field in catalogue.about("answers").inputs}
    endpoints.predict("answers", {name: f"Zanzibar. {value}" for name, value in fields.items()})
    assert len(history.entries("entities", 9)) == len(history.entries("answers", 9)) == 1
    assert history.entries("sentiment", 9)[0].predicted in ("positive", "negative")
    for path in tmp_path.iterdir():
        for word in (b"Zanzibar", b"Lovelace"):
            assert word not in path.read_bytes()
    history.close()


@pytest.mark.parametrize(
    ("name", "fixed"), [("home-loans", True), ("ames-house-prices", True), ("answers", False), ("entities", False)]
)
def test_which_answers_repeat_their_input_is_known(name: str, fixed: bool, catalogue: Catalogue) -> None:
    assert is_fixed(catalogue.task(name)) == fixed


# When the database does not answer


def test_locked_it_still_answers_and_says_that_it_was_not_kept(
    client: TestClient, endpoints: Endpoints, tmp_path: Path
) -> None:
    before = asked(client, endpoints)
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = asked(client, endpoints)
    assert answer["prediction"] == before["prediction"]
    assert "kept" not in answer and NOT_KEPT in answer["warnings"]
    sent = {"id": before["kept"], "verdict": "right"}
    refused = client.post("/api/v1/feedback", json=sent)
    assert (refused.status_code, "try again shortly" in refused.text) == (503, True)
    other.execute("ROLLBACK")
    other.close()


def test_gone_it_still_answers(client: TestClient, endpoints: Endpoints, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        path.unlink()
    answer = asked(client, endpoints)
    assert answer["prediction"]["items"] and NOT_KEPT in answer["warnings"]


def test_whatever_fails_in_keeping_the_answer_stands(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise RuntimeError("a secret of the visitor")

    monkeypatch.setattr(module.History, "keep", fail)
    *_, answer = endpoints.asked("sentiment", example(endpoints, "sentiment"))
    assert isinstance(answer, Answer)
    assert answer.prediction.items and NOT_KEPT in answer.warnings
    assert "RuntimeError" in caplog.text and "secret" not in caplog.text


# Marking and deleting


def test_who_holds_the_id_marks_and_deletes(client: TestClient, endpoints: Endpoints) -> None:
    id = asked(client, endpoints)["kept"]
    marked = client.post("/api/v1/feedback", json={"id": id, "verdict": "should be", "truth": "denied"})
    assert marked.json() == {"id": id, "verdict": "should be", "truth": "denied", "agreed": False}
    marked = client.post("/api/v1/feedback", json={"id": id, "verdict": "right"})
    assert marked.json() == {"id": id, "verdict": "right", "truth": None, "agreed": True}
    assert client.delete(f"/api/v1/history/{id}").json() == {"id": id, "deleted": True}
    for again in (
        client.delete(f"/api/v1/history/{id}"),
        client.post("/api/v1/feedback", json={"id": id, "verdict": "right"}),
    ):
        assert again.status_code == 404


@pytest.mark.parametrize(
    ("name", "truth", "said"),
    [
        ("home-loans", "perhaps", "Unknown answer 'perhaps'; available are approved, denied"),
        ("ames-house-prices", "a lot", "truth must be a number, got 'a lot'"),
        ("ames-house-prices", "nan", "truth must be a number"),
        ("ames-house-prices", "inf", "truth must be a number"),
        ("entities", "Ada", "can be marked right or wrong, not mended"),
    ],
)
def test_what_no_answer_could_be_is_refused(
    name: str, truth: str, said: str, client: TestClient, endpoints: Endpoints
) -> None:
    id = asked(client, endpoints, name)["kept"]
    refused = client.post("/api/v1/feedback", json={"id": id, "verdict": "should be", "truth": truth})
    assert (refused.status_code, said in refused.json()["detail"]) == (422, True), refused.json()
    assert kept_of(endpoints).get(id).mark is None


@pytest.mark.parametrize("truth", ["181,500", 181500, "181500.0"])
def test_an_amount_is_taken_however_it_is_written(truth: Any, client: TestClient, endpoints: Endpoints) -> None:
    id = asked(client, endpoints, "ames-house-prices")["kept"]
    client.post("/api/v1/feedback", json={"id": id, "verdict": "should be", "truth": truth})
    assert kept_of(endpoints).get(id).truth == "181500.0"


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"id": 1, "verdict": "right"}',
        b'{"id": "\\u0000", "verdict": "right"}',
        b'{"id": "x", "verdict": {}}',
    ],
)
def test_bad_marks_are_told(body: bytes, client: TestClient) -> None:
    answer = client.post("/api/v1/feedback", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (404, 422)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_only_the_presenter_takes_what_people_said(client: TestClient, endpoints: Endpoints) -> None:
    id = asked(client, endpoints)["kept"]
    client.post("/api/v1/feedback", json={"id": id, "verdict": "right"})
    path = "/api/v1/feedback?model=home-loans"
    for headers in ({}, bearer(""), bearer("guess"), bearer(id), {"authorization": TOKEN}, {"authorization": "Bearer"}):
        refused = client.get(path, headers=headers)
        assert refused.status_code == 401 and "payments" not in refused.text
    taken = client.get(path, headers=bearer(TOKEN))
    assert taken.headers["content-type"].startswith("text/csv") and taken.headers["cache-control"] == "no-store"
    assert len(taken.text.splitlines()) == 2
    assert client.get("/api/v1/feedback?model=nothing", headers=bearer(TOKEN)).status_code == 404


def test_without_a_token_nobody_is_the_presenter(catalogue: Catalogue) -> None:
    assert not Endpoints(catalogue).is_presenter("")
    assert not Endpoints(catalogue, token=TOKEN).is_presenter("é")
    assert not Endpoints(catalogue, token=TOKEN).is_presenter("\ud800")


# The command line


def test_arguments_and_the_environment_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEEWHY_HISTORY", "SEEWHY_KEEP", "SEEWHY_DAYS", "SEEWHY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert opened(parser().parse_args([])) is None
    file = str(tmp_path / "history.db")
    given = opened(parser().parse_args(["--history", file, "--keep", "inputs", "--days", "7"]))
    monkeypatch.setenv("SEEWHY_HISTORY", file)
    monkeypatch.setenv("SEEWHY_KEEP", "inputs")
    monkeypatch.setenv("SEEWHY_DAYS", "7")
    named = opened(parser().parse_args([]))
    for history in (given, named):
        assert history is not None and (history.inputs, history.days) == (True, 7)
        history.close()
    monkeypatch.setenv("SEEWHY_DAYS", "soon")
    with pytest.raises(ModelError, match="--days must be a whole number from 1 to 3,650, got 'soon'"):
        opened(parser().parse_args([]))


def test_the_token_is_new_at_each_start_or_the_presenters_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEEWHY_TOKEN", raising=False)
    assert len(token()) >= 22 and token() != token()
    monkeypatch.setenv("SEEWHY_TOKEN", TOKEN)
    assert token() == TOKEN
    for wrong in ("short", "a token with spaces in it", "x" * 201):
        monkeypatch.setenv("SEEWHY_TOKEN", wrong)
        with pytest.raises(ModelError, match=f"16 to 200 letters of a to z, digits, - and _; got {len(wrong)}"):
            token()


def test_the_token_stands_where_browsers_send_it_nowhere() -> None:
    told = invitation("http://127.0.0.1:7860/", "owner/name", "abc")
    assert told.endswith("http://127.0.0.1:7860/?model=owner/name#history-abc")


def test_what_is_asked_without_a_history_is_told(catalogue: Catalogue) -> None:
    for call in (lambda: Endpoints(catalogue).forget("x"), lambda: Endpoints(catalogue).feedback("x", "right")):
        with pytest.raises(NotFound, match="No history is kept here"):
            call()
    with pytest.raises(InputError):
        Endpoints(catalogue).labelled("home-loans")

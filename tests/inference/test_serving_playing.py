"""A stream decided tick by tick: over Python, REST and gradio_client's endpoint, with its bounds."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from inference import models
from inference.errors import InputError
from inference.recording import MOST, Tick, read
from inference.serving.admission import PLAYING, PREDICTING
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

FOLDER = models.find()["shuttle"]
RECORDING = read(FOLDER, "recording.json")


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    folders = {"shuttle": FOLDER, "movies": models.find()["movies"], "tiny-chat": tiny_chat}
    return Endpoints(Catalogue(folders))


@pytest.fixture(scope="module")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


def test_every_tick_of_a_recording_gets_what_it_gets_as_an_input_of_its_own(endpoints: Endpoints) -> None:
    played = list(endpoints.plays("shuttle"))
    assert [tick.tick for tick in played] == list(range(len(RECORDING.ticks)))
    for tick in played[::25]:
        alone = endpoints.predict("shuttle", RECORDING.ticks[tick.tick])
        assert tick.prediction.to_json() == alone["prediction"]
        assert tick.decision and tick.decision.to_json() == alone["decision"]
        assert tick.truth == RECORDING.truth[tick.tick]
        assert tick.ms > 0


def test_the_alarms_of_the_recording_are_mostly_right(endpoints: Endpoints) -> None:
    alarms = {t.tick for t in endpoints.plays("shuttle") if t.decision and t.decision.action == "Raise the alarm"}
    odd = {i for i, word in enumerate(RECORDING.truth) if word == "anomaly"}
    assert len(alarms & odd) >= 0.9 * len(odd) > 10
    assert len(alarms - odd) <= 2


def test_rest_streams_one_line_a_tick(client: TestClient) -> None:
    response = client.post("/play", json={"model": "shuttle", "start": 7, "count": 3})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/x-ndjson")
    lines = [Tick.from_json(json.loads(line)) for line in response.text.splitlines()]
    assert [tick.tick for tick in lines] == [7, 8, 9]
    assert lines[0].decision and lines[0].decision.action == "Inspect"


def test_models_tell_how_many_ticks_their_recording_has(client: TestClient) -> None:
    told = {model["name"]: model["recording"] for model in client.get("/models").json()}
    assert told == {"shuttle": len(RECORDING.ticks), "movies": None, "tiny-chat": None}


@pytest.mark.parametrize(
    ("model", "ticks"),
    [
        ("movies", [{"history": ["1"]}, {"history": ["1", "260"]}]),
        ("tiny-chat", [{"prompt": "The sea"}, {"prompt": "Why?"}]),
        ("shuttle", [dict(RECORDING.ticks[3])]),
    ],
)
def test_ticks_of_the_callers_own_may_be_of_any_model(
    client: TestClient, model: str, ticks: list[dict[str, Any]]
) -> None:
    lines = client.post("/play", json={"model": model, "ticks": ticks}).text.splitlines()
    found = [json.loads(line) for line in lines]
    alone = [client.post("/predict", json={"model": model, "inputs": inputs}).json() for inputs in ticks]
    assert [each["prediction"] for each in found] == [each["prediction"] for each in alone]
    assert all("truth" not in each for each in found)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"model": "movies"}, 422, "movies has no recording: send ticks, a list of inputs."),
        ({"model": "shuttle", "ticks": []}, 422, "1 to 2,000 inputs"),
        ({"model": "shuttle", "ticks": [{}] * (MOST + 1)}, 422, "1 to 2,000 inputs"),
        ({"model": "shuttle", "ticks": "all"}, 422, "ticks"),
        ({"model": "shuttle", "ticks": [{"f1": 1}]}, 422, "Tick 0: Channel 2 is missing"),
        ({"model": "shuttle", "start": -1}, 422, "start must be a whole number from 0 to 179, got -1."),
        ({"model": "shuttle", "start": 10_000}, 422, "start must be a whole number from 0 to 179"),
        ({"model": "shuttle", "count": 0}, 422, "count must be a whole number from 1 to 2,000"),
        ({"model": "nonsense"}, 404, "available are"),
        ({"model": "shuttle", "speed": 2}, 422, "speed"),
    ],
)
def test_what_cannot_be_played_gets_a_message(client: TestClient, body: dict[str, Any], status: int, said: str) -> None:
    response = client.post("/play", json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert said in response.json()["detail"]


def test_at_the_end_no_more_ticks_follow_than_there_are(endpoints: Endpoints) -> None:
    last = len(RECORDING.ticks) - 1
    assert [tick.tick for tick in endpoints.plays("shuttle", None, last, 50)] == [last]


def test_a_bad_tick_in_the_middle_ends_the_stream_with_its_message(client: TestClient) -> None:
    ticks = [dict(RECORDING.ticks[0]), {"f1": "?"}, dict(RECORDING.ticks[1])]
    lines = client.post("/play", json={"model": "shuttle", "ticks": ticks}).text.splitlines()
    assert len(lines) == 2
    assert json.loads(lines[1])["detail"].startswith("Tick 1: Channel 1 must be a number")


def test_who_plays_has_a_place_of_its_own_and_predictions_keep_theirs(endpoints: Endpoints) -> None:
    stream: Any = endpoints.plays("shuttle")
    next(stream)
    lines = endpoints.admission.lines
    assert (lines[PLAYING].working, lines[PREDICTING].working) == (1, 0)
    assert endpoints.predict("shuttle", RECORDING.ticks[0])["model"] == "shuttle"
    stream.close()
    assert lines[PLAYING].working == 0


def test_many_streams_at_once_get_each_its_own(endpoints: Endpoints) -> None:
    found: dict[int, list[Tick]] = {}
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: list(endpoints.plays("shuttle", None, i * 10, 10))}))
        for i in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {i: [t.tick for t in ticks] for i, ticks in found.items()} == {
        i: list(range(10 * i, 10 * i + 10)) for i in range(6)
    }


def test_the_openapi_document_describes_it(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/v1/play"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"model", "ticks", "start", "count"}
    assert list(described["requestBody"]["content"]) == ["application/json"]


def test_code_gets_the_same_messages(endpoints: Endpoints) -> None:
    with pytest.raises(InputError, match="ticks must be a list"):
        list(endpoints.play("shuttle", {"f1": 1}))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="count must be a whole number"):
        list(endpoints.play("shuttle", count=True))

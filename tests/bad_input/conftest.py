"""Every bad input goes through the real endpoints, in Python and over REST."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from pictured import Asked
from starlette.testclient import TestClient

from explain.streams import STREAMS
from inference import models
from inference.errors import SeeWhyError
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.reports import report

OURS = ("mobilenet-v2", "sentiment", "ames-house-prices", "movies", "new-york-weather", "any-series", "highway")


@pytest.fixture(scope="package")
def endpoints(tiny_chat: Path) -> Endpoints:
    return Endpoints(Catalogue({name: models.find()[name] for name in OURS} | {"tiny-chat": tiny_chat}), STREAMS)


@pytest.fixture(scope="package")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


@pytest.fixture
def ask(endpoints: Endpoints, client: TestClient) -> Callable[[str, Any], Asked]:
    """(status, answer) of a prediction; that Python and REST agree is part of every test."""

    def ask(model: str, inputs: Any) -> Asked:
        body = json.dumps({"model": model, "inputs": inputs}).encode()
        response = client.post("/predict", content=body, headers={"content-type": "application/json"})
        status, found = response.status_code, response.json()
        assert "Traceback" not in response.text
        assert str(ROOT) not in response.text
        try:
            direct = endpoints.predict(model, inputs)
            assert (status, found["prediction"], found["warnings"]) == (200, direct["prediction"], direct["warnings"])
        except SeeWhyError as error:
            assert (status, found["detail"]) == (report(error).status, str(error))
        return status, found

    return ask

"""Every REST endpoint over every model, with its status codes, as a program meets them."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import shipped
from starlette.testclient import TestClient

from explain import Explanation
from explain.changes import Counterfactuals
from explain.faithfulness import Faithfulness
from explain.sensitivity import Sensitivity
from explain.streams import STREAMS
from explain.summary import Summary
from explain.sweep import Sweep
from inference import models
from inference.errors import Busy, NotFound
from inference.serving.admission import EXPLAINING
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.places import Line
from inference.types import Answer

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    folders = {name: models.find()[name] for name in shipped()} | {"tiny-chat": tiny_chat}
    return Endpoints(Catalogue(folders), STREAMS)


@pytest.fixture(scope="module")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


@pytest.fixture(params=[*shipped(), "tiny-chat"])
def model(request: pytest.FixtureRequest, client: TestClient) -> dict[str, Any]:
    """The description of each model in turn, as /models gives it."""
    return next(model for model in client.get("/models").json() if model["name"] == request.param)


def test_models_are_described_by_name_task_title_fields_and_examples(model: dict[str, Any]) -> None:
    assert list(model) == ["name", "task", "title", "fields", "examples", "recording"]


def test_an_example_can_be_sent_as_it_is_listed(client: TestClient, model: dict[str, Any]) -> None:
    sent = {"model": model["name"], "inputs": model["examples"][0]["inputs"]}
    response = client.post("/predict", json=sent)
    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["model", "task", "prediction", "decision", "warnings", "trace", "tables"]
    assert Answer.from_json(answer).model == model["name"]
    assert next(step["step"] for step in answer["trace"]) == "model loading"


def test_explain_answers_with_an_explanation(client: TestClient, model: dict[str, Any]) -> None:
    sent = {"model": model["name"], "inputs": model["examples"][0]["inputs"], "evaluations": 34}
    response = client.post("/explain", json=sent)
    assert response.status_code == 200
    explanation = Explanation.from_json(response.json())
    assert 2 < explanation.evaluations <= 34
    total = explanation.base + sum(explanation.values)
    assert total == pytest.approx(explanation.score, rel=1e-6, abs=1e-9)


def test_the_streams_end_with_what_the_plain_calls_say(client: TestClient, model: dict[str, Any]) -> None:
    sent = {"model": model["name"], "inputs": model["examples"][1]["inputs"]}
    lines = [json.loads(line) for line in client.post("/predict/stream", json=sent).text.splitlines()]
    assert lines[-1]["prediction"] == client.post("/predict", json=sent).json()["prediction"]
    if model["task"] == "text-generation":
        assert "".join(line["delta"] for line in lines[:-1]) == lines[-1]["prediction"]["text"]
    sent["evaluations"] = 40
    ladder = [json.loads(line) for line in client.post("/explain/stream", json=sent).text.splitlines()]
    assert [line["evaluations"] for line in ladder] == sorted({line["evaluations"] for line in ladder})
    assert ladder[-1]["values"] == pytest.approx(client.post("/explain", json=sent).json()["values"], abs=1e-4)


def test_a_picture_travels_as_a_data_uri_or_as_a_file(client: TestClient) -> None:
    file = models.find()["mobilenet-v2"] / "examples" / "cat.jpg"
    uri = f"data:image/jpeg;base64,{base64.b64encode(file.read_bytes()).decode()}"
    as_uri = client.post("/predict", json={"model": "mobilenet-v2", "inputs": {"image": uri}})
    as_file = client.post(
        "/predict", data={"model": "mobilenet-v2"}, files={"image": ("cat.jpg", file.read_bytes(), "image/jpeg")}
    )
    assert as_uri.status_code == as_file.status_code == 200
    assert as_uri.json()["prediction"] == as_file.json()["prediction"]


def test_a_target_may_be_an_item_an_id_or_a_contrast(client: TestClient) -> None:
    sent = {"model": "sentiment", "inputs": {"text": "A warm, witty film."}}
    values = [
        client.post("/explain", json={**sent, "target": target}).json()["values"]
        for target in ("negative", {"item": "negative"}, {"contrast": [{"item": "negative"}, {"item": "positive"}]})
    ]
    assert values[0] == values[1]
    assert values[2] == pytest.approx([2 * value for value in values[0]], rel=1e-4, abs=1e-6)  # p and 1 − p


REFUSED = [
    ("/predict", {"model": "nonsense", "inputs": {}}, 404, "available are"),
    ("/explain", {"model": "nonsense", "inputs": {}}, 404, "available are"),
    ("/predict", {"model": "sentiment", "inputs": {"text": ""}}, 422, "Text is missing"),
    ("/predict", {"model": "sentiment", "inputs": {"words": "x"}}, 422, "available are text"),
    ("/predict", {"model": "sentiment", "inputs": "x"}, 422, "inputs"),
    ("/predict", {"model": "sentiment"}, 422, "inputs: Field required"),
    ("/predict", {"model": "sentiment", "inputs": {}, "more": 1}, 422, "more"),
    ("/predict", [1, 2], 422, "PredictRequest"),
    ("/predict", {"model": "mobilenet-v2", "inputs": {"image": "/etc/passwd"}}, 422, "data URI"),
    (
        "/predict",
        {"model": "mobilenet-v2", "inputs": {"image": "data:image/png;base64,AAAA"}},
        422,
        "could not be read",
    ),
    ("/explain", {"model": "sentiment", "inputs": {"text": "a"}, "target": "angry"}, 422, "available are negative"),
    ("/explain", {"model": "sentiment", "inputs": {"text": "a"}, "target": {"text": "b"}}, 422, "item"),
    ("/explain", {"model": "tiny-chat", "inputs": {"prompt": "a"}, "target": "b"}, 422, "text"),
    (
        "/explain",
        {"model": "sentiment", "inputs": {"text": "a b"}, "method": "guess"},
        422,
        "method must be one of auto",
    ),
    ("/explain", {"model": "sentiment", "inputs": {"text": "a b"}, "method": ["auto"]}, 422, "method"),
    (
        "/explain",
        {"model": "sentiment", "inputs": {"text": "a b c d e"}, "method": "exact", "evaluations": 9},
        422,
        "need a budget",
    ),
    ("/explain", {"model": "sentiment", "inputs": {"text": "a"}, "evaluations": 1}, 422, "evaluations"),
    ("/explain", {"model": "sentiment", "inputs": {"text": "a"}, "seconds": -1}, 422, "seconds"),
]

DOUBTED = {"model": "sentiment", "inputs": {"text": "A warm film."}}
UNCHECKED = [
    (
        {**DOUBTED, "check": "honesty"},
        422,
        "Unknown check 'honesty'; available are faithfulness, baseline, interactions, tokens.",
    ),
    (DOUBTED, 422, "check: Field required"),
    ({**DOUBTED, "check": "faithfulness", "target": "angry"}, 422, "available are negative, positive"),
    ({**DOUBTED, "check": "faithfulness", "inputs": {"text": "warm"}}, 422, "this input has only one part"),
    ({**DOUBTED, "check": "faithfulness", "model": "nonsense"}, 404, "available are"),
    ({**DOUBTED, "check": "faithfulness", "evaluations": 3}, 422, "evaluations"),
]


@pytest.mark.parametrize(("body", "status", "part"), UNCHECKED)
def test_what_cannot_be_checked_is_refused_with_its_reason(
    client: TestClient, body: Any, status: int, part: str
) -> None:
    response = client.post("/check", json=body)
    assert response.status_code == status
    assert part in response.json()["detail"]


def test_an_explanation_is_checked_on_demand(client: TestClient) -> None:
    tested = client.post("/check", json={**DOUBTED, "check": "faithfulness", "target": "positive"})
    assert tested.status_code == 200
    found = Faithfulness.from_json(tested.json())
    assert [len(found.hiding.scores), len(found.keeping.scores)] == [len(found.order) + 1] * 2
    assert (found.output, len(found.order)) == ("positive", 3)
    compared = Sensitivity.from_json(client.post("/check", json={**DOUBTED, "check": "baseline"}).json())
    assert compared.first.score == pytest.approx(compared.second.score)


def test_without_checks_none_can_be_asked_for(tiny_chat: Path) -> None:
    plain = Endpoints(Catalogue({"tiny-chat": tiny_chat}))
    with pytest.raises(NotFound, match="cannot be asked for here"):
        plain.check("tiny-chat", {"prompt": "The sea"}, "faithfulness")


@pytest.mark.parametrize(("path", "body", "status", "part"), REFUSED)
@pytest.mark.parametrize("suffix", ["", "/stream"])
def test_what_cannot_be_used_is_refused_with_its_reason(
    client: TestClient, path: str, suffix: str, body: Any, status: int, part: str
) -> None:
    response = client.post(path + suffix, json=body)
    assert response.status_code == status
    assert part in response.json()["detail"]
    assert "Traceback" not in response.text
    assert str(models.ASSETS) not in response.text


def test_damaged_json_and_other_media_are_told_apart(client: TestClient) -> None:
    assert client.post("/predict", content=b"{", headers=JSON).status_code == 400
    assert client.post("/predict", content=b"[" * 100_000, headers=JSON).status_code == 400
    assert client.post("/predict", content=b"a,b", headers={"content-type": "text/csv"}).status_code == 415
    assert client.get("/predict").status_code == 405
    assert client.get("/nonsense").status_code == 404


def test_an_unforeseen_error_gives_an_id_and_keeps_its_traceback_in_the_log(
    client: TestClient, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret /path")

    monkeypatch.setattr(endpoints.catalogue, "task", broken)
    response = client.post("/predict", json={"model": "sentiment", "inputs": {"text": "a"}})
    assert response.status_code == 500
    assert "secret" not in response.text
    number = response.json()["detail"].split()[-1].rstrip(".")
    assert number in caplog.text
    assert "secret" in caplog.text


def test_too_many_at_once_are_told_to_come_back(tiny_chat: Path) -> None:
    crowded = Endpoints(Catalogue({"tiny-chat": tiny_chat}), STREAMS)
    crowded.admission.lines[EXPLAINING] = Line(1, 0)
    first = crowded.explanations("tiny-chat", {"prompt": "The sea in winter"})
    next(first)
    with pytest.raises(Busy):
        next(crowded.explanations("tiny-chat", {"prompt": "The sea in winter"}))
    first.close()  # leaving gives the place back
    assert crowded.predict("tiny-chat", {"prompt": "The sea"})["model"] == "tiny-chat"


def test_leaving_ends_the_work_at_the_next_batch(tiny_chat: Path) -> None:
    catalogue = Catalogue({"tiny-chat": tiny_chat})
    task, asked = catalogue.task("tiny-chat"), []
    score_batch = task.score_batch
    task.score_batch = lambda batch, targets, forward: (
        asked.append(len(batch["input_ids"])) or score_batch(batch, targets, forward)
    )  # type: ignore
    stream = Endpoints(catalogue, STREAMS).explanations("tiny-chat", {"prompt": "The sea in winter is grey and"})
    next(stream)
    before = sum(asked)
    stream.close()
    assert sum(asked) == before < 64


def test_a_method_of_reference_says_what_it_estimates(client: TestClient) -> None:
    asked = {"model": "sentiment", "inputs": {"text": "a warm and witty film"}, "evaluations": 32}
    found = [
        client.post("/explain", json={**asked, "method": f"shap {name}"}).json()
        for name in ("partition", "permutation")
    ]
    assert [(each["method"], each["estimand"]) for each in found] == [
        ("shap Partition", "Owen"),
        ("shap Permutation", "Shapley"),
    ]


LOAN = {
    "payments": 33.7,
    "housing": 32.1,
    "loan_to_value": 79.5,
    "unemployment": 3.2,
    "consumer_history": "No slow payments",
    "mortgage_history": "No mortgage before",
    "public_record": "no",
    "self_employed": "yes",
    "condominium": "yes",
}


def test_changes_that_flip_the_decision_come_as_they_are_found(client: TestClient) -> None:
    asked = {"model": "home-loans", "inputs": LOAN, "fixed": ["self_employed"], "evaluations": 900}
    whole = Counterfactuals.from_json(client.post("/counterfactuals", json=asked).json())
    lines = [json.loads(line) for line in client.post("/counterfactuals/stream", json=asked).text.splitlines()]
    assert set(lines[0]) == {"done", "total"}
    assert any("changes" in line for line in lines)
    assert Counterfactuals.from_json(lines[-1]).found == whole.found
    assert all(each.outcome != whole.now for each in whole.found)
    assert whole.evaluations <= whole.allowed == 900


def test_a_sweep_says_the_decision_over_the_range_of_a_field(client: TestClient) -> None:
    asked = {"model": "home-loans", "inputs": LOAN, "field": "payments", "points": 5}
    assert len(Sweep.from_json(client.post("/sweep", json=asked).json()).values) == 5


@pytest.mark.parametrize(
    ("call", "asked", "said"),
    [
        ("counterfactuals", {"to": "Dismiss"}, "Unknown action or label"),
        ("counterfactuals", {"evaluations": 10**9}, "evaluations must be"),
        ("counterfactuals", {"fixed": "housing"}, "fixed"),
        ("sweep", {"field": "black"}, "Unknown number or category"),
        ("sweep", {}, "field"),
    ],
)
def test_what_cannot_be_changed_or_swept_is_422(
    client: TestClient, call: str, asked: dict[str, Any], said: str
) -> None:
    answer = client.post(f"/{call}", json={"model": "home-loans", "inputs": LOAN, **asked})
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True)


def test_what_is_not_offered_is_404() -> None:
    plain = Endpoints(Catalogue({"home-loans": models.find()["home-loans"]}))
    with TestClient(rest(plain), base_url="http://testserver/api/v1") as client:
        assert client.post("/counterfactuals", json={"model": "home-loans", "inputs": LOAN}).status_code == 404
        assert (
            client.post("/sweep", json={"model": "home-loans", "inputs": LOAN, "field": "housing"}).status_code == 404
        )


def test_the_openapi_document_describes_the_bodies(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = ("models", "predict", "predict/stream", "explain", "explain/stream", "check", "sweep", "play")
    names += ("counterfactuals", "counterfactuals/stream", "evaluate", "inspect", "compare", "summary", "batch")
    names += ("feedback", "history/{id}")
    assert set(paths) == {f"/api/v1/{name}" for name in names}
    schema = paths["/api/v1/explain"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"model", "inputs", "target", "evaluations", "seconds", "method"}
    schema = paths["/api/v1/check"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"model", "inputs", "check", "target"}


def test_many_rows_are_explained_together_as_they_come(client: TestClient) -> None:
    loans = next(model for model in client.get("/models").json() if model["name"] == "home-loans")
    rows = [example["inputs"] for example in loans["examples"]]
    response = client.post("/summary", json={"model": "home-loans", "rows": rows, "sample": 2})
    assert response.status_code == 200
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines[0] == {"doing": "Explaining rows", "done": 0, "total": 2, "of": "rows"}
    found = Summary.from_json(lines[-1])
    assert (found.rows, found.sample, found.available) == (2, 2, len(rows))
    assert found.outputs[0].item == "denied" and found.partial


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"model": "nobody", "rows": [{}]}, 404, "nobody"),
        ({"model": "home-loans", "rows": []}, 422, "rows must be a list of 1 to 10,000"),
        ({"model": "home-loans", "rows": [{"payments": 1}]}, 422, "Row 1: "),
        ({"model": "sentiment", "rows": [{"text": "Fine."}], "sample": 0}, 422, "sample must be a whole number from 1"),
        ({"model": "sentiment", "rows": [{"text": "Fine."}, {"text": ""}]}, 422, "Row 2: Text is missing"),
    ],
)
def test_rows_that_cannot_be_explained_together_are_refused(
    client: TestClient, asked: dict[str, Any], status: int, told: str
) -> None:
    response = client.post("/summary", json=asked)
    assert response.status_code == status
    assert told in response.json()["detail"]

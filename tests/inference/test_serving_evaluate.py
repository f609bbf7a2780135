"""POST /evaluate: labelled rows in, what is measured of them out, with status codes."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest
from loan_files import LOANS, served
from starlette.testclient import TestClient

from inference.study.sent_evaluation import Evaluation


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served() as client:
        yield client


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    with (LOANS / "evaluation.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))[:80]


def test_labelled_rows_come_back_as_measures(client: TestClient, rows: list[dict[str, Any]]) -> None:
    response = client.post("/evaluate", json={"model": "home-loans", "rows": rows, "threshold": 0.15})
    assert response.status_code == 200
    found = Evaluation.from_json(response.json())
    assert found.metrics.rows == 80 and found.at and found.at.threshold == 0.15
    assert [each.column for each in found.groups] == ["black", "single"]


def test_rows_that_belong_together_are_named_by_a_column(client: TestClient, rows: list[dict[str, Any]]) -> None:
    sent = [{**row, "bank": str(i // 4)} for i, row in enumerate(rows)]
    found = client.post("/evaluate", json={"model": "home-loans", "rows": sent, "cluster": "bank"}).json()["metrics"]
    assert (found["cluster"], found["clusters"]) == ("bank", 20)
    alone = client.post("/evaluate", json={"model": "home-loans", "rows": sent}).json()["metrics"]
    assert "cluster" not in alone and alone["measures"][0]["interval"] != found["measures"][0]["interval"]


def test_the_truth_may_have_another_name(client: TestClient, rows: list[dict[str, Any]]) -> None:
    sent = [
        {**{name: cell for name, cell in row.items() if name != "truth"}, "outcome of it": row["truth"]} for row in rows
    ]
    response = client.post("/evaluate", json={"model": "home-loans", "rows": sent, "truth": "outcome of it"})
    assert response.status_code == 200 and response.json()["metrics"]["rows"] == 80


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"model": "nowhere"}, 404, "Unknown model"),
        ({"rows": []}, 422, "list of objects"),
        ({"rows": [{"x": 1}]}, 422, "No column for"),
        ({"rows": "x"}, 422, "rows"),
        ({"label": "maybe"}, 422, "Unknown label"),
        ({"threshold": "high"}, 422, "threshold"),
        ({"costs": {"false_positive": 1e300}}, 422, "false_positive"),
        ({"cluster": "bank"}, 422, "Unknown column"),
        ({"truth": "nothing"}, 422, "name the column that holds the truth"),
    ],
)
def test_what_cannot_be_measured_is_told(
    client: TestClient, rows: list[dict[str, Any]], changed: dict[str, Any], status: int, said: str
) -> None:
    response = client.post("/evaluate", json={"model": "home-loans", "rows": rows[:20], **changed})
    assert response.status_code == status and said in response.json()["detail"]


def test_the_call_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/v1/evaluate"]["post"]
    assert "rows" in described["requestBody"]["content"]["application/json"]["schema"]["properties"]

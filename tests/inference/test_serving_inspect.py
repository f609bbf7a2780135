"""POST /inspect: rows in, what is wrong with their data, what drifted and where the model is worst out."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest
from loan_files import LOANS, served
from starlette.testclient import TestClient

from inference.study.sent_inspection import Inspection


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served() as client:
        yield client


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    with (LOANS / "evaluation.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row.pop("split") == "held-out"]


def asked(client: TestClient, **sent: Any) -> Inspection:
    response = client.post("/inspect", json={"model": "home-loans", **sent})
    assert response.status_code == 200, response.text
    return Inspection.from_json(response.json())


def test_faults_drift_slices_and_the_worst_of_them_come_in_one_record(
    client: TestClient, rows: list[dict[str, Any]]
) -> None:
    moved = [{**row, "payments": str(float(row["payments"]) * 1.5)} for row in rows]
    moved[3]["loan_to_value"] = "-7"
    found = asked(client, rows=moved, queries=['loan_to_value > 80 and condominium == "yes"', "loan_to_value > 80"])
    assert (found.faults[0].severity, found.faults[0].examples) == ("bad", (4,))
    assert "All debt payments" in [each.label for each in found.drift.drifted]
    assert found.drift.reference == "the model's reference rows"
    assert found.slices and found.worst and found.worst.whole.rows == (len(rows) - 1 + 1) // 2
    both, one = found.slices.slices
    want = sum(float(row["loan_to_value"]) > 80 for row in moved)
    assert both.rows < one.rows == want


def test_rows_can_be_compared_with_other_rows(client: TestClient, rows: list[dict[str, Any]]) -> None:
    half = [{**row, "unemployment": "9"} for row in rows[::2]]
    found = asked(client, rows=rows[1::2], known=half)
    assert (found.drift.reference, found.drift.known) == ("the rows sent to compare with", len(half))
    names = [each.name for each in found.drift.drifted]
    assert names[0] == "unemployment" and "payments" not in names


def test_rows_without_a_truth_have_no_slices(client: TestClient, rows: list[dict[str, Any]]) -> None:
    found = asked(client, rows=[{**row, "truth": ""} for row in rows[:50]])
    assert found.worst is None and found.slices is None and found.drift.rows == 50


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"model": "nowhere"}, 404, "Unknown model"),
        ({"rows": []}, 422, "list of objects"),
        ({"rows": [{"x": 1}]}, 422, "No column for"),
        ({"known": [{"x": 1}]}, 422, "No column for"),
        ({"known": 3}, 422, "known"),
        ({"queries": ["__import__('os')"]}, 422, "is neither true nor false"),
        ({"queries": ["wealth > 3"]}, 422, "Unknown column"),
        ({"truth": "nothing", "queries": ["payments > 3"]}, 422, "name the column that holds the truth"),
    ],
)
def test_what_cannot_be_inspected_is_told(
    client: TestClient, rows: list[dict[str, Any]], changed: dict[str, Any], status: int, said: str
) -> None:
    response = client.post("/inspect", json={"model": "home-loans", "rows": rows[:20], **changed})
    assert response.status_code == status and said in response.json()["detail"]

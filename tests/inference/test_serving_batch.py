"""A file over HTTP: every row comes back in its place, in three formats, bounded, and refused with a status."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from pyarrow import csv as pa_csv
from pyarrow import parquet
from starlette.testclient import TestClient

from explain.streams import STREAMS
from inference import demo, models
from inference.serving import batch
from inference.serving.admission import READING
from inference.serving.api import rest
from inference.serving.batch import Batches, BatchRequest, cell
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

LOANS = (models.find()["home-loans"] / "background.csv").read_text(encoding="utf-8").splitlines()
SHEET = "\n".join(LOANS[:31]).encode()
FAULTY = "\n".join([*LOANS[:3], LOANS[3].replace(",", "x,", 1), LOANS[4]]).encode()
CAT = (models.find()["mobilenet-v2"] / "examples" / "cat.jpg").read_bytes()


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    names = ("home-loans", "mobilenet-v2", "sms-spam")
    return Endpoints(Catalogue({name: models.find()[name] for name in names}), STREAMS)


@pytest.fixture(scope="module")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


def send(client: TestClient, data: bytes = SHEET, name: str = "loans.csv", **parts: str) -> Any:
    return client.post("/batch", data={"model": "home-loans", **parts}, files={"file": (name, data)})


def parquet_of(sheet: bytes) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa_csv.read_csv(io.BytesIO(sheet)), file)
    return file.getvalue()


def rows(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def test_each_row_comes_back_with_the_answer_that_it_has_alone(client: TestClient) -> None:
    response = send(client)
    assert response.headers["content-type"] == "application/x-ndjson"
    found = rows(response)
    assert len(found) == 30 and found[0]["problem"] is None
    sent = next(csv.DictReader(io.StringIO(SHEET.decode())))
    fields = [field.name for field in demo.read(models.find()["home-loans"]).inputs]
    inputs = {name: number(sent[name]) for name in fields if name in sent}
    alone = client.post("/predict", json={"model": "home-loans", "inputs": inputs}).json()
    assert found[0]["prediction"] == alone["prediction"]["items"][0]["name"]
    assert found[0]["score"] == pytest.approx(alone["prediction"]["items"][0]["score"], abs=1e-6)
    assert found[0]["decision"] == alone["decision"]["action"]


def number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def test_the_three_formats_say_the_same(client: TestClient) -> None:
    lines = rows(send(client))
    comma = send(client, format="csv")
    assert comma.headers["content-type"] == "text/csv; charset=utf-8"
    as_csv = list(csv.DictReader(io.StringIO(comma.text)))
    arrow = send(client, format="parquet")
    assert arrow.headers["content-type"] == "application/vnd.apache.parquet"
    as_parquet = parquet.read_table(io.BytesIO(arrow.content)).to_pylist()
    for name in ("prediction", "decision"):
        assert [row[name] for row in lines] == [row[name] for row in as_csv] == [row[name] for row in as_parquet]


def test_a_faulty_row_keeps_its_place_or_refuses_the_file(client: TestClient) -> None:
    found = rows(send(client, FAULTY))
    assert [row["problem"] is None for row in found] == [True, True, False, True]
    for how in ("ndjson", "csv"):
        refused = send(client, FAULTY, strict="true", format=how)
        assert refused.status_code == 422 and "Row 3" in refused.json()["detail"]


def test_rows_are_explained_where_that_is_asked_for(client: TestClient) -> None:
    (row, *_) = rows(send(client, "\n".join(LOANS[:3]).encode(), explain="true"))
    assert "(" in row["reason 1"] and "reason 3" in row


def test_a_zip_of_pictures_and_a_column_of_another_name(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a/cat.jpg", CAT)
    (row,) = rows(send(client, packed.getvalue(), "pictures.zip", model="mobilenet-v2"))
    assert row["prediction"] == "Egyptian Mau"
    body = b"said,other\nFree entry! Text WIN to 80086 to claim your prize now,1\n"
    (row,) = rows(send(client, body, "messages", model="sms-spam", columns='{"text": "said"}'))
    assert (row["prediction"], row["other"]) == ("spam", "1")


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"model": "nonsense"}, 404, "available are"),
    ({"data": b"a,b\n1,2\n"}, 422, "No column for"),
    ({"data": LOANS[0].encode()}, 422, "no rows"),
    ({"data": b""}, 422, "must name 1 to"),
    ({"name": "loans.exe"}, 422, "send a CSV"),
    ({"name": "../../etc/passwd.csv", "data": b"x"}, 422, "No column for"),
    ({"data": b"PAR1 no parquet", "name": "loans.parquet"}, 422, "no Parquet"),
    ({"data": b"no zip", "name": "loans.zip"}, 422, ""),
    ({"format": "xlsx"}, 422, "format"),
    ({"columns": "[1]"}, 422, "columns"),
    ({"columns": '{"payments": "nowhere"}'}, 422, "Unknown column"),
    ({"more": "1"}, 422, "more"),
]


@pytest.mark.parametrize(("given", "status", "said"), REFUSED)
@pytest.mark.parametrize("how", ["ndjson", "csv"])
def test_what_cannot_be_answered_is_refused_before_anything_is_sent(
    client: TestClient, how: str, given: dict[str, Any], status: int, said: str
) -> None:
    refused = send(client, **{"format": how, **given})
    assert refused.status_code == status
    assert said in refused.json()["detail"]
    assert "/tmp" not in refused.text and "Traceback" not in refused.text


def test_other_bodies_are_told_what_to_send(client: TestClient) -> None:
    assert client.post("/batch", json={"model": "home-loans"}).status_code == 415
    missing = client.post("/batch", data={"model": "home-loans"}, files={"other": ("x.csv", b"a")})
    assert (missing.status_code, "The part file is missing" in missing.text) == (422, True)
    twice = client.post(
        "/batch", data={"model": "home-loans"}, files=[("file", ("a.csv", b"a")), ("file", ("b", b"b"))]
    )
    assert twice.status_code == 400


def test_a_file_has_a_bound(client: TestClient, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints.admission, "rows", 20)
    refused = send(client, format="csv")
    assert (refused.status_code, "more than 20 rows" in refused.text) == (422, True)
    monkeypatch.setattr(batch, "TABULAR", 8)
    *before, last = rows(send(client))
    assert len(before) == 20 and "more than 20 rows" in last["detail"]  # once it streams, as its last line
    monkeypatch.setattr(endpoints.admission, "rows", 30)
    assert len(rows(send(client))) == 30
    monkeypatch.setattr(endpoints.admission, "rows", 0)
    assert len(rows(send(client))) == 30


def test_a_file_that_tells_its_rows_is_refused_before_any_work(
    client: TestClient, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints.admission, "rows", 20)
    monkeypatch.setattr(batch, "Work", None)  # nothing is answered
    refused = send(client, parquet_of(SHEET), "loans.parquet")
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("The file has 30 rows; at most 20 are answered at a time. Send the file")


def test_one_file_more_than_there_are_places_waits_and_leaving_gives_the_place_back(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(batch.tempfile, "tempdir", str(tmp_path))
    batches, asked = Batches(endpoints), BatchRequest(model="home-loans")
    streams = [batches.lines(asked, SHEET, "loans.csv") for _ in range(READING.places)]
    for stream in streams:
        next(stream)
    assert len(list(tmp_path.iterdir())) == READING.places
    following = batches.lines(asked, SHEET, "loans.csv")
    assert next(following)["waiting"]["place"] == 1
    streams[0].close()  # type: ignore[attr-defined]  # a generator
    assert len([row for row in following if "waiting" not in row]) == 30
    streams[1].close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())


def test_cells_are_json_whatever_a_file_holds() -> None:
    cells = [1.5, float("nan"), float("inf"), True, 3, None, "é", b"\xff", [1, {"a": b"x"}]]
    assert [cell(value) for value in cells] == [1.5, None, None, True, 3, None, "é", "/w==", '[1, {"a": "x"}]']

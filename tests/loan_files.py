"""The model that decides about loans: files out of its reference rows, their answers, and it behind REST."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from explain.streams import STREAMS
from inference import models
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

LOANS = models.ASSETS / "models" / "home-loans"


def lines(count: int) -> list[list[str]]:
    """A header and rows out of the model's reference rows, with a number each."""
    header, *rows = csv.reader((LOANS / "background.csv").read_text(encoding="utf-8").splitlines())
    return [["id", *header], *([str(n), *rows[n % len(rows)]] for n in range(count))]


def file(folder: Path, count: int, name: str = "loans.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(lines(count))
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@contextmanager
def served() -> Iterator[TestClient]:
    """The model behind the REST API."""
    endpoints = Endpoints(Catalogue({"home-loans": LOANS}), STREAMS)
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client

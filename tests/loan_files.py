"""Files of loans, out of the reference rows of the model that decides about them, and what was answered to them."""

import csv
from pathlib import Path

from inference import models

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

"""The CSV files of a model folder. It does not know what their columns mean."""

import csv
from pathlib import Path

from .errors import ModelError
from .folders import located, name_of


def read_csv(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV of a model folder, keyed by column. Raises ModelError."""
    if located(folder, name) is None:
        raise ModelError(f"{name_of(folder)}: {name[:80]} lies outside the model folder; put it inside.")
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise ModelError(f"{name_of(folder)}/{name[:80]} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ModelError(f"{name_of(folder)}/{name[:80]} is no CSV in UTF-8: {error}.") from None


def read_items(folder: Path, name: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """From a CSV with the columns id and name: names by id, and by id what the other columns say. Raises ModelError."""
    rows = read_csv(folder, name)
    if not rows or not {"id", "name"} <= set(rows[0]):
        raise ModelError(f"{name_of(folder)}/{name[:80]} needs the columns id and name, and at least one row.")
    said = {row["id"]: {column: text for column, text in row.items() if column and text} for row in rows}
    facts = {
        item: {column: row[column] for column in row if column not in ("id", "name")} for item, row in said.items()
    }
    return {row["id"]: row["name"] for row in rows}, facts

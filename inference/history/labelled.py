"""Marked answers as a labelled file that Evaluate takes and `train.py --feedback` learns from.

The truth of a row is what people said, not what is so: nobody has checked it.
"""

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..demo import Demo
from ..errors import InputError
from ..formulas import harmless
from .entry import Entry

TRUTH = "truth"
MOST = 20_000
"""Marked answers that are read at once, the newest."""
MIMES = {
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".parquet": "application/vnd.apache.parquet",
}
MEDIA = {"image": ".jpg", "audio": ".wav"}
"""As what the history keeps pictures and recordings."""


@dataclass(frozen=True)
class Labelled:
    """The file's content, the ending of its name, how many rows it has, and how many marked answers are not in it."""

    content: bytes
    suffix: str
    rows: int
    left: int

    @property
    def media(self) -> str:
        """What HTTP calls it."""
        return MIMES[self.suffix]


def labelled(about: Demo, entries: Iterable[Entry]) -> Labelled:
    """The entries whose input is kept and whose truth is known, the oldest first. Raises InputError without any.

    Left out: answers marked wrong where the mark does not say what is right, and inputs too large to be kept. A CSV; of
    a model that reads one picture and nothing else a ZIP, in which each picture lies in a folder called as its truth;
    where pictures or recordings stand beside other values, or have a truth that is no folder's name, Parquet.
    """
    found = [each for each in entries if each.mark is not None]
    known = [each for each in reversed(found) if each.inputs is not None and each.truth is not None]
    if not known:
        raise InputError("No marked answer has both its input and what is right; inputs are kept by --keep inputs.")
    suffix = suffix_of(about, known)
    content = {".zip": zipped, ".parquet": typed, ".csv": table}[suffix](about, known)
    return Labelled(content, suffix, len(known), len(found) - len(known))


def suffix_of(about: Demo, entries: Sequence[Entry]) -> str:
    """The ending of the simplest file that holds all of them."""
    kinds = [field.kind for field in about.inputs]
    if not MEDIA.keys() & set(kinds):
        return ".csv"
    return ".zip" if kinds == ["image"] and all(is_folder(each.truth or "") for each in entries) else ".parquet"


def table(about: Demo, entries: Sequence[Entry]) -> bytes:
    """A column for each field, under its name, and the truth; UTF-8."""
    names, written = [field.name for field in about.inputs], io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([*names, truth_of(about)])
    for each in entries:
        values = each.inputs or {}
        writer.writerow([*(cell(values.get(name)) for name in names), cell(each.truth)])
    return written.getvalue().encode("utf-8", "replace")


def typed(about: Demo, entries: Sequence[Entry]) -> bytes:
    """Parquet with the columns of `table`: pictures and recordings as Hugging Face's data sets keep them, bytes and the
    name of a file; any other value as a text, lists and the like as JSON.
    """
    import pyarrow as pa
    from pyarrow import parquet

    media, columns = pa.struct({"bytes": pa.binary(), "path": pa.string()}), {}
    for each in about.inputs:
        values, ending = [(entry.inputs or {}).get(each.name) for entry in entries], MEDIA.get(each.kind)
        cells = [
            None if value is None else file(value, number, ending) if ending else plain(value)
            for number, value in enumerate(values, 1)
        ]
        columns[each.name] = pa.array(cells, media if ending else pa.string())
    columns[truth_of(about)] = pa.array([entry.truth for entry in entries], pa.string())
    content = io.BytesIO()
    parquet.write_table(pa.table(columns), content)
    return content.getvalue()


def file(uri: str, number: int, ending: str) -> dict[str, Any]:
    """What a data URI holds, as a file of its own."""
    return {"bytes": base64.b64decode(uri.partition(",")[2]), "path": f"{number:06}{ending}"}


def plain(value: Any) -> str:
    """A value as a text, what has parts as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def truth_of(about: Demo) -> str:
    """What the column of the truth is called: not as a field is."""
    name = TRUTH
    while name in [field.name for field in about.fields]:
        name = f"{name}_"
    return name


def cell(value: Any) -> str:
    """A value in a CSV: what has parts as JSON, no text that a spreadsheet would take for a formula."""
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else plain(value)


def zipped(about: Demo, entries: Sequence[Entry]) -> bytes:
    """The pictures, each in the folder of its truth."""
    (name,) = (field.name for field in about.inputs if field.kind == "image")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, each in enumerate(entries, 1):
            data = str((each.inputs or {}).get(name)).partition(",")[2]
            archive.writestr(f"{each.truth}/{number:06}.jpg", base64.b64decode(data))
    return content.getvalue()


def is_folder(name: str) -> bool:
    """Whether a truth can be what a folder is called, and leads nowhere else."""
    return bool(name) and not set(name) & set("/\\:\0") and not name.startswith(".") and name == name.strip()

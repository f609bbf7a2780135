"""The parts of a job on disk: a folder with a file for each chunk that is done, and at last one file of them all.

A part is whole or not there. What is in it is not asked here.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..types import Record
from .checking import Problem
from .table import for_csv

if TYPE_CHECKING:
    import pyarrow as pa

PART = b"part"
"""Under what a part's file says what became of its chunk."""


@dataclass(frozen=True)
class Part(Record):
    """What became of a chunk: its number, its rows, how many were no input, why, and how often each answer came."""

    number: int
    rows: int
    faulty: int
    problems: tuple[Problem, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def begin(parts: Path, identity: dict[str, object]) -> None:
    """The folder of a job, new or with what is done already. Raises InputError for that of another job."""
    note = parts / "job.json"
    if note.exists():
        if json.loads(note.read_text(encoding="utf-8")) != identity:
            raise InputError(
                f"{parts.name} holds what is done of another job: another input, model or columns. "
                "Name another output, or delete that folder."
            )
        return
    written = note.with_suffix(".new")
    parts.mkdir(parents=True, exist_ok=True)
    if any(each != written for each in parts.iterdir()):
        raise InputError(f"{parts.name} holds other files, which are in the way. Name another output.")
    written.write_text(json.dumps(identity), encoding="utf-8")
    os.replace(written, note)


def part_file(parts: Path, number: int) -> Path:
    """Where the part of a chunk is."""
    return parts / f"{number:08}.parquet"


def put(rows: "pa.Table", part: Part, file: Path) -> None:
    """A part in its place: whole, or not there; its file also says what became of the chunk."""
    from pyarrow import parquet

    written = file.with_suffix(f".{os.getpid()}.new")
    parquet.write_table(rows.replace_schema_metadata({PART: json.dumps(part.to_json())}), written, compression="zstd")
    with written.open("rb+") as handle:
        os.fsync(handle.fileno())
    os.replace(written, file)


def part_of(file: Path) -> Part:
    """What became of a chunk that is done."""
    from pyarrow import parquet

    return Part.from_json(json.loads(parquet.read_schema(file).metadata[PART]))


def join(parts: Path, output: Path) -> None:
    """The parts in their order as one file, put in its place at once."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    written = output.with_name(f"{output.name}.new")
    files = sorted(parts.glob("*.parquet"))
    schemas = [parquet.read_schema(file).remove_metadata() for file in files]
    schema = pa.unify_schemas(sorted(schemas, key=len, reverse=True))  # a part may lack what no row of it has
    whole = lambda file: pa.concat_tables([schema.empty_table(), parquet.read_table(file)], promote_options="default")  # noqa: E731
    if output.suffix.lower() == ".parquet":
        with parquet.ParquetWriter(written, schema, compression="zstd") as writer:
            for file in files:
                writer.write_table(whole(file))
    else:
        with csv.CSVWriter(written, for_csv(schema.empty_table()).schema) as writer:
            for file in files:
                writer.write_table(for_csv(whole(file)))
    os.replace(written, output)

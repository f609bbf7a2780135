"""The engine `ray`: actors of a Ray cluster that hold the model and make the parts of a job (extra `scale`).

Every machine of the cluster must see the folder of the output, where chunks wait and parts arrive. An actor that dies
is replaced, and its chunk done again: a part is whole or not there, so that no row is lost and none comes twice.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import registry
from ..cluster import connect
from .job import Engine, Work
from .parts import Part
from .source import Chunk

ROWS, BROKEN = "rows of the chunk", b"broken"


def engine() -> Engine:
    """The engine, once Ray is at hand. Raises InputError."""
    connect()
    return on_ray


def on_ray(work: Work, chunks: Iterator[Chunk]) -> Iterator[Part]:
    """The parts as the cluster makes them: that of the address in RAY_ADDRESS, else one of this machine's processes."""
    ray = connect()
    waiting = work.parts / "waiting"
    waiting.mkdir(exist_ok=True)
    numbers = [stage(chunk, work, waiting) for chunk in chunks]
    if not numbers:
        return
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    devices = {"num_gpus": 1} if work.task.pipeline.device.type == "cuda" else {"num_cpus": 1}
    rows = ray.data.from_items(
        [{"number": number} for number in numbers], override_num_blocks=len(numbers)
    ).map_batches(
        Answering,
        fn_constructor_args=(str(work.task.folder), work.task.name, replace(work, task=None)),  # type: ignore[arg-type]
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=int(ray.cluster_resources().get("CPU", 1)) or 1),
        **devices,
    )
    for row in rows.iter_rows():
        yield Part.from_json(json.loads(row["part"]))


class Answering:
    """An actor: the model, loaded once, and what is done with each chunk."""

    def __init__(self, folder: str, name: str, work: Work) -> None:
        self.work = replace(work, task=registry.load(Path(folder), name))

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        waiting = self.work.parts / "waiting"
        parts = [self.work(staged(waiting / f"{number}.parquet", int(number))) for number in batch["number"]]
        return {"part": [json.dumps(part.to_json()) for part in parts]}


def stage(chunk: Chunk, work: Work, waiting: Path) -> int:
    """Put a chunk where actors find it; its number."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: pa.array(cells, work.types.get(name)) for name, cells in chunk.cells.items()}
    told = {BROKEN: json.dumps(chunk.broken).encode()}
    rows = pa.table({**columns, ROWS: pa.array(chunk.rows, pa.int64())}).replace_schema_metadata(told)
    parquet.write_table(rows, waiting / f"{chunk.number}.parquet")
    return chunk.number


def staged(file: Path, number: int) -> Chunk:
    """A chunk that waits."""
    from pyarrow import parquet

    found = parquet.read_table(file)
    broken = {int(row): told for row, told in json.loads(found.schema.metadata[BROKEN]).items()}
    cells = found.to_pydict()
    return Chunk(number, cells.pop(ROWS), cells, broken)

"""A whole file through a model, beside its bare forward passes: python tests/benchmarks/throughput.py

The work: `inference.study.job.run`, from a file on the disk to a file on the disk, of 512 texts of 5 to 60 words, of
256 pictures as large as the model reads them, and of 100,000 rows of a table. Beside it, by turns: the forward passes
alone, on batches encoded beforehand, the texts sorted by length, at the best of several batch sizes; for the table
also pandas' reading and writing of the file; the bare pipeline in a `for` loop; and `pipeline(…, batch_size=…)`.
A ratio is ours over the other's, in seconds for the same file: below 1, ours is faster.
"""

import argparse
import csv
import io
import random
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from bare import bare, loaded
from comparison import Comparison, command, turns
from PIL import Image

from inference.study.job import run
from inference.study.mapping import guess
from inference.study.source import open_source
from inference.task import Task

SIZES = (1, 4, 8, 16, 32, 64)
"""Batch sizes among which the best one is taken for the forward passes and the pipeline."""
BOUNDS = {"sentiment": 1.1, "mobilenet-v2": 1.1, "home-loans": 1.5}
"""The largest ratio to the forward passes alone that is promised."""

Work = Callable[[], Any]


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Each kind of file in turn."""
    rows = []
    with ThreadPoolExecutor(1) as thread, tempfile.TemporaryDirectory() as folder:
        for name, works_of in (("sentiment", of_texts), ("mobilenet-v2", of_pictures), ("home-loans", of_a_table)):
            if not options.model or name in options.model:
                works = works_of(loaded(name), Path(folder), options)
                rows += thread.submit(compared, name, works, options.rounds).result()
    return rows


def compared(name: str, works: dict[str, Work], rounds: int) -> list[Comparison]:
    """Our work beside each of the others."""
    found = turns({what: partial(seconds, work) for what, work in works.items()}, rounds)
    ours = [[each] for each in found.pop("file")]
    bounds = {next(iter(found)): BOUNDS[name]}  # the forward passes come first
    return [
        Comparison(f"{name}: a file", ours, what, [[each] for each in times], "s", bounds.get(what))
        for what, times in found.items()
    ]


def seconds(work: Work) -> float:
    """How long a work takes, warm."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fastest(work: Work) -> float:
    """The shortest of three times: the first of a shape is spent on kernels for it."""
    return min(seconds(work) for _ in range(3))


def answered(task: Task, file: Path) -> None:
    """Our work."""
    source = open_source(file)
    for _ in run(task, source, guess(task.demo, source.columns), file.with_name("out.csv")):
        pass


def of_texts(task: Task, folder: Path, options: argparse.Namespace) -> dict[str, Work]:
    """Texts put together from the words of the model's examples."""
    draw = random.Random(0)
    words = " ".join(str(each.inputs["text"]) for each in task.demo.examples).split()
    texts = [" ".join(draw.choices(words, k=draw.randint(5, 60))) for _ in range(options.texts)]
    file = folder / "texts.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["text"], *([text] for text in texts)])
    raws = [{"text": text} for text in sorted(texts, key=len)]
    return {"file": partial(answered, task, file), **peers(task, raws, texts)}


def of_pictures(task: Task, folder: Path, options: argparse.Namespace) -> dict[str, Work]:
    """Pictures of the size that the model reads, in a ZIP; the pipeline gets them as files."""
    noise = np.random.default_rng(0)
    file, files = folder / "pictures.zip", []
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(options.pictures):
            coarse = noise.integers(0, 256, (14, 14, 3), np.uint8)
            buffer = io.BytesIO()
            Image.fromarray(coarse).resize((224, 224), Image.Resampling.BICUBIC).save(buffer, "PNG")
            archive.writestr(f"{number}.png", buffer.getvalue())
            files.append(folder / f"{number}.png")
            files[-1].write_bytes(buffer.getvalue())
    raws = [task.parse({"image": Image.open(path)}) for path in files]
    return {"file": partial(answered, task, file), **peers(task, raws, [str(path) for path in files])}


def peers(task: Task, raws: Sequence[Any], values: list[Any]) -> dict[str, Work]:
    """The forward passes alone, and the bare pipeline in two ways."""
    batches = {size: [task.encode(raws[i : i + size]) for i in range(0, len(raws), size)] for size in SIZES}
    best = min(SIZES, key=lambda size: fastest(partial(forwards, task, batches[size][: 128 // size])))
    return {
        f"forward passes alone, {best} at a time": partial(forwards, task, batches[best]),
        "for x in inputs: pipeline(x)": lambda: [bare(task, value) for value in values],
        f"pipeline(inputs, batch_size={best})": lambda: task.pipeline(values, batch_size=best, **task.options()),
    }


def forwards(task: Task, batches: Sequence[Any]) -> None:
    """Forward passes, and nothing else."""
    with torch.inference_mode():
        for batch in batches:
            task.pipeline.model(**batch)


def of_a_table(task: Task, folder: Path, options: argparse.Namespace) -> dict[str, Work]:
    """Rows out of the model's reference rows."""
    rows = pd.DataFrame(task.background).sample(options.rows, replace=True, random_state=0)
    file, size = folder / "rows.csv", 4096
    rows.to_csv(file, index=False)
    records = rows.to_dict("records")
    batches = [task.encode(records[i : i + size]) for i in range(0, len(records), size)]

    def pandas_and_forwards() -> None:
        read = pd.read_csv(file)
        forwards(task, batches)
        read.assign(prediction="approved", score=0.123456789012345, decision="Approve").to_csv(
            folder / "peer.csv", index=False
        )

    def pipeline_by_row() -> None:
        for record in records[:1000]:
            bare(task, record)

    return {
        "file": partial(answered, task, file),
        "pandas reads and writes, forward passes alone between": pandas_and_forwards,
        "for x in inputs: pipeline(x), of the first 1,000 rows": pipeline_by_row,
    }


if __name__ == "__main__":
    command(measure, __doc__, rounds=3, texts=512, pictures=256, rows=100_000)

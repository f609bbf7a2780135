"""Files on a cluster of this machine's processes, one of which dies."""

import csv
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import load

from inference import models
from inference.study.engines import ENGINES
from inference.study.job import run
from inference.study.mapping import guess
from inference.study.on_ray import stage, staged
from inference.study.source import Chunk, open_source

LOANS = models.ASSETS / "models" / "home-loans"


@pytest.fixture
def cluster() -> Iterator[None]:
    engine = ENGINES["ray"]()  # sets what Ray reads when it is imported
    assert engine
    yield
    import ray

    ray.shutdown()


def actors() -> list[int]:
    """The processes that hold the model."""
    names = {int(each.name): each / "cmdline" for each in Path("/proc").iterdir() if each.name.isdigit()}
    return [number for number, file in names.items() if file.exists() and b"Answering" in file.read_bytes()]


@pytest.mark.filterwarnings("ignore")  # Ray's own, of its own processes
def test_a_killed_worker_loses_nothing_and_repeats_nothing(tmp_path: Path, cluster: None) -> None:
    header, *rows = csv.reader((LOANS / "background.csv").read_text(encoding="utf-8").splitlines())
    path, output, count = tmp_path / "loans.csv", tmp_path / "out.csv", 3_000
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["id", *header], *([n, *rows[n % len(rows)]] for n in range(count))])
    task, source = load(LOANS), open_source(path)
    killed: list[int] = []

    def kill() -> None:
        while not killed:
            time.sleep(0.05)
            if list(tmp_path.glob("out.csv.parts/0*.parquet")) and (found := actors()):
                os.kill(found[0], signal.SIGKILL)
                killed.append(found[0])

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    *_, last = run(task, source, guess(task.demo, source.columns), output, ENGINES["ray"](), size=100)
    killer.join(5)
    assert killed
    assert last.done == count
    with output.open(encoding="utf-8", newline="") as handle:
        assert [row["id"] for row in csv.DictReader(handle)] == [str(n) for n in range(count)]


def test_a_chunk_comes_back_as_it_was_put(tmp_path: Path) -> None:
    from inference.study.job import Work

    chunk = Chunk(3, [7, 9], {"a": ["x", None], "picture": [b"1", b"2"]}, {8: "broken"})
    work = Work(load(LOANS), guess(load(LOANS).demo, []), {}, tmp_path)
    assert staged(tmp_path / f"{stage(chunk, work, tmp_path)}.parquet", 3) == chunk

"""Files and values made to do harm: answered, or refused in words; the process lives, stays small, writes nowhere."""

import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from security.archives import zipped
from security.tables import MEGA
from security.watch import ROOT, Watched, watched

from inference import models
from inference.errors import InputError
from inference.fields import NumberField
from inference.study.source import open_source

GROWTH = {".csv": 900, ".parquet": 900, ".zip": 400, ".txt": 500}
"""Megabytes: of a file of 100 MB two copies, or a page of a file as large as it may be."""
ENDS = ("answered", "InputError")


def harmless(found: Watched, growth: int) -> None:
    assert (found.wrote, found.reached, found.started) == ([], [], [])
    assert found.peak - found.before < growth, (found.before, found.peak)


def check(ending: str, folder: Path, home: Path) -> dict[str, list[list[str]]]:
    """What came of each file with this ending; none ends but in an answer or a message."""
    files = home / "files"
    files.mkdir()
    run = [sys.executable, "-W", "ignore", "-m", "security.files", ending, str(files)]
    subprocess.run(run, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, check=True, timeout=300)
    found = watched("security.files", "tried", home, 900, ending=ending, folder=str(folder), files=str(files))
    shutil.rmtree(files)
    unforeseen = {
        name: told
        for name, both in found.found.items()
        for kind, told in both
        if kind not in ENDS or len(told) > 500 or str(home) in told
    }
    assert not unforeseen, unforeseen
    harmless(found, GROWTH[ending])
    return found.found


@pytest.mark.slow
def test_no_csv_does_harm(tmp_path: Path) -> None:
    found = check(".csv", models.find()["penguins"], tmp_path)
    assert "100,000" in found["a hundred thousand columns"][0][1]
    assert found["names that are formulas"][1][0] in ENDS


@pytest.mark.slow
def test_no_parquet_does_harm(tmp_path: Path) -> None:
    found = check(".parquet", models.find()["penguins"], tmp_path)
    assert "send a part of it" in found["a long text in each row"][0][1]
    assert "takes 419 MB where the file has" in found["a text of 200 MB by gzip"][0][1]


@pytest.mark.slow
def test_no_zip_does_harm(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    found = check(".zip", tiny_models("tiny-xray"), tmp_path)
    assert found["paths that lead out"][1] == ["answered", "5 rows, 0 faulty"]
    assert found["links"][1] == ["answered", "2 rows, 2 faulty"] or found["links"][1][0] == "InputError"


def test_an_entry_of_a_zip_is_read_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "swelling.zip"
    zipped({"a.png": bytes(200 * MEGA)})(path)
    source = open_source(path)
    tracemalloc.start()
    (chunk,) = source.chunks(8)
    peak = tracemalloc.get_traced_memory()[1] / MEGA
    tracemalloc.stop()
    assert "it may have 32 MB" in chunk.broken[1]
    assert peak < 120


@pytest.mark.slow
def test_no_text_does_harm(tmp_path: Path) -> None:
    found = check(".txt", models.find()["sentiment"], tmp_path)
    assert found["all there is"][0][0] == "answered"


def test_no_value_of_a_field_does_harm(tmp_path: Path) -> None:
    found = watched("security.values", "parsed", tmp_path, count=600, seed=0)
    harmless(found, 200)
    kinds = {told.split(":")[0] for told in found.found}
    assert kinds > {"text", "number", "category", "image", "audio", "history", "series", "scene"}


def test_a_value_is_told_in_less_than_it_takes() -> None:
    value = [["x" * 1_000] * 1_000] * 300  # written out, 300 MB
    tracemalloc.start()
    with pytest.raises(InputError, match=r"Age must be a number, got \[\['xxx"):
        NumberField(name="age", label="Age").parse(value)
    peak = tracemalloc.get_traced_memory()[1] / MEGA
    tracemalloc.stop()
    assert peak < 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_no_value_of_ten_thousand_does_harm(tmp_path: Path, seed: int) -> None:
    harmless(watched("security.values", "parsed", tmp_path, 1_800, count=10_000, seed=seed), 200)

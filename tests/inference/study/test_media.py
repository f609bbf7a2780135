"""Pictures and recordings of a file through a model: out of a ZIP, and out of Parquet as data sets keep them."""

import csv
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import sounding
from conftest import load
from pyarrow import parquet
from tiny import speech

from inference import models
from inference.errors import InputError
from inference.fields import AudioField
from inference.study.job import run
from inference.study.mapping import guess
from inference.study.reading import Study, read, weight
from inference.study.source import open_source
from inference.task import Task

PHOTOS = models.find()["mobilenet-v2"]
MEDIA = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Task:
    folder = tmp_path_factory.mktemp("speech")
    speech.build(folder)
    return load(folder)


def answered(task: Task, path: Path) -> list[dict[str, str]]:
    source, output = open_source(path), path.with_name("out.csv")
    list(run(task, source, guess(task.demo, source.columns), output))
    with output.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def of_data_set(path: Path, column: str, files: dict[str, bytes | None]) -> Path:
    cells = pa.array([{"bytes": data, "path": name} for name, data in files.items()], MEDIA)
    parquet.write_table(pa.table({column: cells, "label": ["a"] * len(files)}), path)
    return path


def test_recordings_in_a_zip_are_answered_as_each_is_alone(listener: Task, tmp_path: Path) -> None:
    files = {"one/a.wav": sounding.wav(sounding.tone(1)), "two/b.wav": sounding.wav(sounding.tone(0.5, 880))}
    found = answered(listener, packed(tmp_path / "a.zip", {**files, "two/c.wav": b"RIFF, and no more"}))
    assert [(row["file"], row["folder"]) for row in found] == [
        ("one/a.wav", "one"),
        ("two/b.wav", "two"),
        ("two/c.wav", "two"),
    ]
    for row, data in zip(found, files.values(), strict=False):
        assert row["prediction"] == listener.predict({listener.demo.fields[0].name: data}).prediction.text
    assert "could not be read" in found[2]["problem"] and "recording" not in found[0]


def test_recordings_of_a_data_set_are_answered_and_one_elsewhere_is_told(listener: Task, tmp_path: Path) -> None:
    files = {"a.wav": sounding.wav(sounding.tone(1)), "/etc/passwd": None}
    found = answered(listener, of_data_set(tmp_path / "a.parquet", "audio", files))
    assert found[0]["prediction"] and found[0]["audio.path"] == "a.wav" and "audio" not in found[0]
    assert "must be a sound file" in found[1]["problem"] and "got '/etc/passwd'" in found[1]["problem"]


def test_pictures_of_a_data_set_are_answered_as_each_is_alone(tmp_path: Path) -> None:
    task = load(PHOTOS)
    photos = sorted((PHOTOS / "examples").glob("*.jpg"))[:2]
    found = answered(
        task, of_data_set(tmp_path / "a.parquet", "image", {each.name: each.read_bytes() for each in photos})
    )
    for row, photo in zip(found, photos, strict=True):
        assert row["prediction"] == task.predict({"image": photo}).prediction.names[0]
        assert (row["label"], row["image.path"]) == ("a", photo.name)


def test_a_study_of_recordings_knows_what_it_holds_in_memory(listener: Task, tmp_path: Path) -> None:
    source = open_source(packed(tmp_path / "a.zip", {"a.wav": sounding.wav(sounding.tone(1))}))
    *_, study = read(listener, source, guess(listener.demo, source.columns))
    assert isinstance(study, Study)
    assert weight(study.results.raws) == 4 * 16_000 and study.bytes > 4 * 16_000


def test_bytes_that_are_no_recording_are_refused() -> None:
    with pytest.raises(InputError, match="Speech could not be read"):
        AudioField(name="audio", label="Speech").parse(b"no sound")

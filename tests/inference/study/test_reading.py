"""A whole file as a study, and where studies are kept."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import load
from PIL import Image

from inference import models
from inference.errors import InputError, NotFound
from inference.study import reading, store
from inference.study.mapping import Columns, guess
from inference.study.reading import Progress, Study
from inference.study.source import open_source

LOANS = models.ASSETS / "models" / "home-loans"


@pytest.fixture
def study() -> Study:
    task, source = load(LOANS), open_source(LOANS / "background.csv")
    *progress, found = reading.read(task, source, guess(task.demo, source.columns), "background.csv")
    assert all(isinstance(each, Progress) for each in progress)
    assert isinstance(found, Study)
    return found


def test_each_row_has_the_answer_that_it_has_alone(study: Study) -> None:
    task, answers = load(LOANS), study.results.answers
    for place, row in enumerate(study.results.rows.index[:5]):
        alone = task.predict(study.inputs(row))
        assert alone.prediction.names[0] == answers.predicted[place]
        assert alone.decision and answers.decisions is not None
        assert alone.decision.action == answers.decisions[place]
        np.testing.assert_allclose(
            [answers.scores[place, answers.items.index(item.id)] for item in alone.prediction.items],
            alone.prediction.scores,
            atol=1e-6,
        )


def test_faulty_rows_are_counted_and_told_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Great.\n\nTerrible.\n", encoding="utf-8")
    task = load(models.ASSETS / "models" / "sentiment")
    *_, found = reading.read(task, open_source(path), Columns({"text": "text"}))
    assert isinstance(found, Study)
    assert list(found.results.rows.index) == [1, 3]
    assert (found.faulty, found.problems[0].row, found.cut) == (1, 2, False)
    assert found.inputs(3) == {"text": "Terrible."}
    with pytest.raises(InputError, match="Row 2"):
        found.inputs(2)


def test_a_file_without_any_row_for_the_model_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n\n", encoding="utf-8")
    task = load(models.ASSETS / "models" / "sentiment")
    with pytest.raises(InputError, match="The first: row 1, Text is missing"):
        list(reading.read(task, open_source(path), Columns({"text": "text"})))


def test_of_a_long_file_the_first_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    path = tmp_path / "a.txt"
    path.write_text("Fine.\n" * 5, encoding="utf-8")
    task = load(models.ASSETS / "models" / "sentiment")
    *_, found = reading.read(task, open_source(path), Columns({"text": "text"}))
    assert isinstance(found, Study)
    assert (len(found.results.rows), found.cut) == (3, True)


def test_of_many_pictures_as_many_are_read_as_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for n in range(65):
            packed.writestr(f"{n}.png", data.getvalue())
    task = load(models.ASSETS / "models" / "cat-or-dog")
    *_, found = reading.read(task, open_source(path), Columns({"image": "picture"}))
    assert isinstance(found, Study)
    assert (len(found.results.rows), found.cut) == (64, True)


def test_a_study_comes_back_by_a_name_that_nobody_guesses(study: Study) -> None:
    kept = store.Store()
    name = kept.put(study)
    assert len(name) >= 16
    assert kept.get(name) is study
    with pytest.raises(NotFound, match="send it again"):
        kept.get("another")


def test_the_oldest_studies_leave_when_there_is_no_room(study: Study) -> None:
    kept = store.Store(most_bytes=2 * study.bytes)
    names = [kept.put(study) for _ in range(3)]
    with pytest.raises(NotFound):
        kept.get(names[0])
    assert kept.get(names[2]) is kept.get(names[1])


def test_studies_leave_after_an_hour_unused(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store.Store()
    name = kept.put(study)
    monkeypatch.setattr(store, "MOST_SECONDS", -1.0)
    with pytest.raises(NotFound):
        kept.get(name)

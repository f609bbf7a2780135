"""From the history into a file, and from there into Evaluate: of pictures and recordings beside other inputs, too."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

from inference import models
from inference.history.entry import PLACES, predicted
from inference.history.history import History
from inference.history.labelled import Labelled
from inference.pictures import data_uri
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study import mapping
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.types import Item, Prediction


def tone(pitch: float) -> str:
    """Half a second of a tone, as a program sends it."""
    buffer = io.BytesIO()
    time = np.arange(8_000) / 16_000
    wavfile.write(buffer, 16_000, (12_000 * np.sin(2 * np.pi * pitch * time)).astype(np.int16))
    return f"data:audio/wav;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def photo(seed: int) -> str:
    """A picture of large patches of colour."""
    patches = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return data_uri(Image.fromarray(patches).resize((80, 60)), "PNG")


ASKED: dict[str, list[dict[str, Any]]] = {
    "tiny-speech": [{"audio": tone(pitch)} for pitch in (220, 440)],
    "tiny-vilt": [{"image": photo(1), "question": "=What, here?"}, {"image": photo(2), "question": "007"}],
    "tiny-clip": [{"image": photo(seed), "labels": ["cat, or so", 'a "dog"', "car"]} for seed in (1, 2)],
    "trees": [{"image": photo(seed), "threshold": 0.05} for seed in (1, 2)],
    "entities": [{"text": "Ada Lovelace met Charles Babbage in London."}, {"text": "nothing of note"}],
}
"""Inputs by model: speech; a picture beside a text, labels of one's own, and a setting; passages of a text."""


@pytest.mark.parametrize("name", ASKED)
def test_what_was_kept_is_evaluated_as_it_was_asked(
    name: str, tmp_path: Path, tiny_models: Callable[[str], Path]
) -> None:
    folder = tiny_models(name) if name.startswith("tiny") else models.find()[name]
    with_history = Endpoints(
        Catalogue({name: folder}), history=History(str(tmp_path / "history.db"), "inputs", 30), token="t" * 16
    )
    for inputs in ASKED[name]:
        with_history.feedback(with_history.predict(name, inputs)["kept"], "right")
    assert with_history.history is not None
    kept = with_history.history.entries(name, 10, marked=True)[::-1]
    file = with_history.labelled(name)
    assert (file.rows, file.left) == (2, 0)
    study, task = read_back(with_history, name, file, tmp_path), with_history.catalogue.task(name)
    for entry, found in zip(kept, task.predict_some(study.results.raws), strict=True):
        again = task.predict(entry.inputs).prediction
        assert (found.text, found.names) == (again.text, again.names)
        np.testing.assert_allclose(found.scores, again.scores, rtol=1e-4, atol=1e-5)
    assert [str(each) for each in study.results.rows[study.columns.truth]] == [entry.truth for entry in kept]
    right = [predicted_of(study, place) == study.truth(place + 1) for place in range(2)]
    assert right == [kept[place].truth == predicted(task.predict(kept[place].inputs).prediction) for place in range(2)]


def predicted_of(study: Study, place: int) -> str | None:
    """What Evaluate has as the prediction of a row, as a truth is written."""
    answers = study.results.answers
    return str(answers.predicted[place]) if not answers.predictions else predicted(answers.predictions[place])


def read_back(endpoints: Endpoints, name: str, file: Labelled, folder: Path) -> Study:
    """The file as Evaluate reads it, as guessed from its header."""
    path = folder / f"feedback{file.suffix}"
    path.write_bytes(file.content)
    source, task = open_source(path), endpoints.catalogue.task(name)
    *_, study = read(task, source, mapping.guess(task.demo, source.columns))
    assert isinstance(study, Study) and not study.problems
    return study


def test_all_that_was_found_is_what_is_right_and_not_the_first_alone() -> None:
    two = tuple(Item(id, id, 0.9) for id in ("person@0-3", "place@7-9"))
    assert predicted(Prediction("spans", "probability", two)) == "person@0-3|place@7-9"
    assert predicted(Prediction("boxes", "probability", ())) == "[]"
    assert predicted(Prediction("spans", "probability", (Item("no answer", "no answer", 0.9),))) == "[]"
    assert predicted(Prediction("spans", "probability", (Item("", "", 0.9),))) is None  # its words were not kept
    assert predicted(Prediction("spans", "probability", two[:1] * PLACES)) is None

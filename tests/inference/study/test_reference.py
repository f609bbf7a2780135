"""Rows beside those that a model knows: whole files, and one row alone."""

from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest
from PIL import Image

from inference import models
from inference.study import drift, inspection, likeness, reference
from inference.study.embedding import features, seen
from inference.study.likeness import Likeness
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.study.traits import of_inputs
from inference.types import Raw

FOLDERS = models.find()
LOANS = conftest.load(FOLDERS["home-loans"])


def study(path: Path) -> Study:
    source = open_source(path)
    *_, found = read(LOANS, source, guess(LOANS.demo, source.columns), path.name)
    assert isinstance(found, Study)
    return found


@pytest.fixture(scope="module")
def loans() -> Study:
    return study(FOLDERS["home-loans"] / "evaluation.csv")


def test_the_models_own_held_out_rows_have_not_drifted(loans: Study) -> None:
    found = inspection.drifted(LOANS, loans)
    assert found.known == 100 and found.rows == len(loans.results.raws)
    assert {"Loan to value", "Prediction", "Decision"} <= {each.label for each in found.columns}
    assert found.drifted == ()


def test_planted_drift_of_inputs_and_of_predictions_is_found(loans: Study) -> None:
    from inference.study.results import answers

    raws: list[Raw] = [{**raw, "loan_to_value": min(raw["loan_to_value"] + 40, 200)} for raw in loans.results.raws]
    found = reference.compared(LOANS, raws, answers(LOANS, raws))
    drifted = {each.label for each in found.drifted}
    assert "Loan to value" in drifted and "Condominium" not in drifted
    assert "Loan to value" in drift.sentence(found)


def test_traits_of_a_study_are_made_once_and_never_hold_the_truth(loans: Study) -> None:
    known = inspection.traits_of(LOANS, loans)
    assert inspection.traits_of(LOANS, loans) is known
    names = [trait.name for trait in known]
    assert loans.columns.truth not in names and "split" not in names
    assert {"loan_to_value", "black", "prediction", "score", "decision"} <= set(names)


def test_quality_counts_faulty_rows_among_all(tmp_path: Path) -> None:
    lines = (FOLDERS["home-loans"] / "background.csv").read_text().splitlines()
    path = tmp_path / "loans.csv"
    path.write_text("\n".join([*lines[:40], lines[1].replace("33.0", "-1")]))
    first = inspection.quality(LOANS, study(path))[0]
    assert (first.severity, first.rows, first.of, first.examples) == ("bad", 1, 40, (40,))


def test_a_glance_reads_the_first_rows_of_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (FOLDERS["home-loans"] / "background.csv").read_text().splitlines()
    path = tmp_path / "loans.csv"
    path.write_text("\n".join([lines[0], *(lines[1:] * 5)]))
    source = open_source(path)
    monkeypatch.setattr(inspection, "FIRST", 250)
    found, compared, rows = inspection.glance(LOANS, source, guess(LOANS.demo, source.columns))
    assert rows == compared.rows == 250
    assert next(each for each in found if "earlier row" in each.message).rows == 150


def test_a_text_in_another_language_is_drift() -> None:
    task = conftest.load(FOLDERS["sentiment"])
    english = [f"The {noun} was {word} and the {other} too." for noun in WORDS for word in WORDS for other in WORDS[:3]]
    german = [
        f"Der {noun} war größer als {word}, für {other}." for noun in GERMAN for word in GERMAN for other in GERMAN[:3]
    ]
    known = reference.Known("the usual texts", [{"text": text} for text in english])
    same = reference.compared(task, [{"text": text} for text in english[::2]], reference=known, embedded=False)
    found = reference.compared(task, [{"text": text} for text in german], reference=known, embedded=False)
    labels = {each.label for each in found.drifted}
    assert {"Words that the known texts do not have", "Text, letters beyond a to z"} <= labels
    assert same.drifted == ()


WORDS = ["film", "plot", "actor", "story", "music"]
GERMAN = ["Streifen", "Schluß", "Erzähler", "Auftritt", "Übergang"]


def test_pictures_drift_in_brightness_and_as_the_model_sees_them() -> None:
    task: Any = conftest.load(FOLDERS["mobilenet-v2"])
    generator = np.random.default_rng(0)
    patterns = [generator.integers(0, 255, (8, 8, 3), dtype=np.uint8) for _ in range(48)]
    pictures = [Image.fromarray(each).resize((64, 64)) for each in patterns]
    light: list[Raw] = [{"image": picture} for picture in pictures[:24]]
    also: list[Raw] = [{"image": picture} for picture in pictures[24:]]
    dark: list[Raw] = [{"image": picture.point(lambda level: level // 4)} for picture in pictures[24:]]
    known = reference.Known("light ones", light)
    found = reference.compared(task, dark, reference=known)
    labels = {each.label: each for each in found.drifted}
    assert "Pictures as the model sees them" in labels and any("brightness" in label for label in labels)
    assert labels["Pictures as the model sees them"].test.startswith("MMD")
    (same,) = seen(task, light, also)
    assert same.p > 0.05
    pooled = features(task, light[:2])
    assert pooled is not None and pooled.shape == (2, 1280)


def test_a_reference_row_is_like_the_others_and_an_extreme_one_is_not() -> None:
    found = [likeness.likeness(LOANS, raw) for raw in LOANS.background]
    assert all(each and each.like for each in found)
    odd = likeness.likeness(LOANS, {**LOANS.background[0], "payments": 190.0})
    assert odd and not odd.like
    assert odd.words == "Unlike the model's 100 reference rows: All debt payments 190 % is above all of them."
    assert Likeness.from_json(odd.to_json()) == odd


def test_what_was_warned_of_is_not_told_again() -> None:
    raw = {**LOANS.background[0], "payments": 190.0}
    told = likeness.likeness(LOANS, raw, ["All debt payments 190 % lies outside the training data."])
    assert told and told.words == "Unlike the model's 100 reference rows."


def test_about_one_in_a_hundred_rows_of_the_same_kind_is_called_unlike(loans: Study) -> None:
    """By construction 1 % of the reference rows; of others at most a few percent, as 100 rows tell it."""
    found = [likeness.likeness(LOANS, raw) for raw in loans.results.raws]
    assert sum(not each.like for each in found if each) / len(found) < 0.06


def test_models_without_a_table_of_their_own_say_nothing() -> None:
    task = conftest.load(FOLDERS["sentiment"])
    assert likeness.likeness(task, {"text": "Fine."}) is None


def test_every_kind_of_field_gives_traits_of_the_right_length() -> None:
    for name, folder in FOLDERS.items():
        if name in conftest.shipped():
            task = conftest.load(folder)
            raws = [task.parse(each.inputs) for each in task.demo.examples]
            for trait in of_inputs(task.demo.inputs, raws):
                assert len(trait.values) == len(raws) and trait.values.dtype.kind in ("f", "O"), (name, trait.name)

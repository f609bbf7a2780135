"""Every kind of output can be sliced: what each row loses, on real models of every kind."""

import base64
import csv
from typing import Any

import conftest
import numpy as np
import pytest

from inference import models
from inference.study import evaluation, inspection, sent_evaluation
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.sent_evaluation import Sent
from inference.study.sent_inspection import inspect

FOLDERS = models.find()
SEEN = "and flew on to Washington for talks with the World Bank."


def task(name: str) -> Any:
    return conftest.load(FOLDERS[name])


def study(of: Any, rows: list[dict[str, Any]]) -> Study:
    source = Sent(rows)
    *_, found = read(of, source, guess(of.demo, source.columns))
    assert isinstance(found, Study)
    return found


def test_spans_of_texts() -> None:
    """Of one half of the texts the truth is what the model says, of the other that there is nothing."""
    of = task("entities")
    texts = [f"{name} met Emmanuel Macron in Paris, {SEEN}" for name in ("Angela Merkel", "Boris Johnson")] * 4
    said = ["|".join(item.id for item in each.items) for each in of.predict_some([{"text": text} for text in texts])]
    rows = [{"text": text, "truth": true if i < 4 else "[]"} for i, (text, true) in enumerate(zip(texts, said))]  # noqa: B905
    found = inspection.losses_of(of, study(of, rows))
    assert found.metric == "1 − F1 of spans"
    np.testing.assert_array_equal(found.values, [0] * 4 + [1] * 4)
    measured = sent_evaluation.evaluate(of, rows).metrics
    recall, precision = measured.named("Recall (label and ends)"), measured.named("Precision (label and ends)")
    assert measured.kind == "spans" and recall and precision
    assert (recall.value, precision.value) == (1.0, pytest.approx(0.5))


def test_boxes_of_pictures_and_slices_by_brightness() -> None:
    of = task("trees")
    files = [FOLDERS["trees"] / str(each.inputs["image"]) for each in of.demo.examples]
    sent = [f"data:image/jpeg;base64,{base64.b64encode(file.read_bytes()).decode()}" for file in files]
    said = of.predict_some([of.demo.parse({"image": each}) for each in sent])
    true = ["|".join(item.id for item in each.items) for each in said]
    found = inspect(of, [{"image": a, "truth": b} for a, b in zip(sent, [*true[:-1], "[]"], strict=True)],
                    queries=["image_brightness > 0"])  # fmt: skip
    assert found.slices and found.slices.metric == "1 − F1 of boxes"
    assert found.slices.whole.value == pytest.approx(1 / len(files))


def test_texts_written_for_recordings() -> None:
    of = task("whisper-tiny-en")
    files = [FOLDERS["whisper-tiny-en"] / str(each.inputs["audio"]) for each in of.demo.examples[:2]]
    sent = [f"data:audio/wav;base64,{base64.b64encode(file.read_bytes()).decode()}" for file in files]
    rows = [{"audio": sent[0], "truth": "please remind me to call the dentist tomorrow at 9"}]
    rows += [{"audio": sent[1], "truth": "Something else"}]
    found = inspection.losses_of(of, study(of, rows))
    assert found.metric == "1 − F1 over words" and found.values[0] < 0.2 and found.values[1] == 1


def test_rankings_by_what_was_chosen() -> None:
    """What is in the history is suggested to nobody: there, all is lost."""
    of = task("movies")
    histories = [each.inputs["history"] for each in of.demo.examples]
    first = [each.items[0].id for each in of.predict_some([of.demo.parse({"history": each}) for each in histories])]
    rows = [{"history": history, "truth": item} for history, item in zip(histories, first, strict=True)]
    rows += [{**rows[0], "truth": histories[0][0]}, {**rows[0], "truth": ""}]
    found = inspection.losses_of(of, study(of, rows))
    assert found.metric == "1 − NDCG@10"
    np.testing.assert_array_equal(found.values, [0] * len(first) + [1, np.nan])


def test_anomalies_have_slices_and_the_worst_is_searched() -> None:
    of = task("shuttle")
    with (FOLDERS["shuttle"] / "evaluation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = study(of, rows)
    losses = inspection.losses_of(of, found)
    area = evaluation.metrics(of, found).named("ROC AUC")
    assert losses.metric == "1 − ROC AUC" and area and area.value is not None
    held = losses.at(evaluation.held(found))
    assert np.nanmean(held.values) == pytest.approx(1 - area.value)
    assert inspection.worst(of, found).metric == "1 − ROC AUC"


def test_actions_are_compared_as_labels() -> None:
    of = task("highway")
    inputs = [each.inputs for each in of.demo.examples]
    said = [each.items[0].id for each in of.predict_some([of.demo.parse(each) for each in inputs])]
    other = next(item for item in of.positions if item != said[0])
    rows = [{**each, "truth": true} for each, true in zip(inputs, [other, *said[1:]], strict=True)]
    found = study(of, rows)
    np.testing.assert_array_equal(inspection.losses_of(of, found).values, [1] + [0] * (len(said) - 1))
    accuracy = evaluation.metrics(of, found).named("Accuracy")
    assert accuracy and accuracy.value == pytest.approx(1 - 1 / len(said))

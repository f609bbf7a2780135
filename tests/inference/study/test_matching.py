"""Texts, spans and boxes against the truth: what counts as found, by hand and beside scikit-learn."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from inference.errors import InputError
from inference.study.losses import lacking, misplaced
from inference.study.matching import f1, of_places, of_texts, overlap, place_metrics, places, text_metrics
from inference.types import Item, Prediction


def prediction(kind: Any, *ids: str) -> Prediction:
    return Prediction(kind, "probability", tuple(Item(each, each, 1 - i / 10) for i, each in enumerate(ids)))


@pytest.mark.parametrize(
    ("said", "true", "score"),
    [
        ("the cat sat", "The cat sat.", 1.0),
        ("a cat", "a dog", 0.5),
        ("cat cat", "cat", 2 / 3),
        ("", "cat", 0.0),
        ("東京都", "東京", 0.8),
    ],
)
def test_texts_share_words(said: str, true: str, score: float) -> None:
    assert f1(of_texts([said], [true]))[0] == pytest.approx(score)


def test_spans_are_found_where_label_and_ends_are_the_true_ones() -> None:
    said = [prediction("spans", "person@0-4", "place@9-14", "date@20-24"), prediction("spans"), prediction("spans")]
    counts = of_places("spans", said, ["person@0-4|place@9-13", "[]", None])
    np.testing.assert_array_equal(counts, [[3, 2, 1], [0, 0, 0], [np.nan] * 3])
    np.testing.assert_allclose(f1(counts), [0.4, 1.0, np.nan])


def test_boxes_are_found_once_where_they_overlap_by_half() -> None:
    said = [prediction("boxes", "car@0,0,10,10", "car@1,0,11,10", "dog@50,50,60,60", "car@80,80,90,90")]
    counts = of_places("boxes", said, ["car@0,0,10,9; dog@50,50,59,60; cat@80,80,90,90"])
    np.testing.assert_array_equal(counts, [[4, 3, 2]])
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0


def test_a_truth_may_be_written_as_json() -> None:
    assert places("spans", '[{"label": "a@b", "start": 0, "end": 3}]') == [("a@b", (0.0, 3.0))]
    assert places("boxes", '[{"label": "car", "box": [1, 2, 3, 4]}]') == [("car", (1.0, 2.0, 3.0, 4.0))]
    assert places("boxes", "[]") == []


@pytest.mark.parametrize(
    "cell", ["x", "[3]", "[[", '[{"label": "a"}]', '[{"label": "a", "box": [1, 2]}]', "a@1,2", "7"]
)
def test_a_truth_that_cannot_be_read_is_unknown(cell: str) -> None:
    assert places("boxes", cell) is None


def test_places_are_measured_over_all_rows_beside_finding_nothing() -> None:
    said = [prediction("spans", "a@0-1", "a@2-3"), prediction("spans", "b@0-1")] * 30
    found = place_metrics("spans", of_places("spans", said, ["a@0-1", "b@0-1|b@3-4"] * 29 + ["a@0-1", "wrong"]))
    truth = [1, 0, 1, 1] * 30  # said and true, said alone, said and true, true alone
    predicted = [1, 1, 1, 0] * 30
    assert found.rows == 59 and "1 rows without a truth" in found.notes[0]
    values = [each.value for each in found.measures]
    del truth[-2:], predicted[-2:]
    wanted = [metrics.f1_score, metrics.precision_score, metrics.recall_score]
    assert values == pytest.approx([measure(truth, predicted) for measure in wanted])
    assert all(each.verdict == "better" and each.baseline == 0 for each in found.measures)
    with pytest.raises(InputError, match="label@x0,y0,x1,y1"):
        place_metrics("boxes", of_places("boxes", [prediction("boxes")], ["?"]))


def test_texts_are_measured_beside_the_commonest_one() -> None:
    found = text_metrics(["yes", "no", "no", "maybe"] * 10, ["Yes.", "no", "no", None] * 10)
    first, exact = found.measures
    assert found.rows == 30 and first.value == exact.value == 1
    assert exact.baseline == pytest.approx(2 / 3) and exact.verdict == "better"


def test_the_mean_of_what_anomalies_lose_is_one_less_the_area_under_the_curve() -> None:
    generator = np.random.default_rng(0)
    truth, scores = generator.random(200) < 0.2, generator.integers(0, 9, 200).astype(float)
    found = misplaced(truth, scores)
    area = metrics.roc_auc_score(truth, scores)
    for own in (truth, ~truth):
        assert found.values[own].mean() == pytest.approx(1 - area)
    with pytest.raises(InputError, match="No two rows"):
        misplaced(np.ones(5, bool), np.arange(5.0))


def test_what_is_lacking_is_unknown_where_the_truth_is() -> None:
    found = lacking(np.array([1.0, 0.25, np.nan]), "F1 of spans")
    np.testing.assert_array_equal(found.values, [0, 0.75, np.nan])
    assert found.metric == "1 − F1 of spans"

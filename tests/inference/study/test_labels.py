import numpy as np
import pytest
from sklearn import metrics

from inference.errors import InputError
from inference.study.labels import of_labels
from inference.study.metrics import Measure, Metrics

ITEMS = ["ham", "spam"]
random = np.random.default_rng(0)


def case(rows: int = 200, skill: float = 0.5, labels: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    items = ITEMS if labels == 2 else [f"c{i}" for i in range(labels)]
    truth = random.integers(0, labels, rows)
    scores = random.dirichlet(np.ones(labels), rows)
    scores[np.arange(rows), truth] += skill
    scores /= scores.sum(1, keepdims=True)
    named = np.array(items, object)
    return named[truth], named[scores.argmax(1)], scores, items


def value(found: Metrics, name: str, label: str | None = None) -> float:
    measure = found.named(name, label)
    assert measure is not None and measure.value is not None
    return measure.value


def test_two_labels_by_hand() -> None:
    truth = ["spam", "spam", "ham", "ham", "ham"]
    scores = np.array([[0.1, 0.9], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7], [0.9, 0.1]])
    found = of_labels(truth, ["spam", "ham", "ham", "spam", "ham"], scores, ITEMS, "spam")
    assert value(found, "Accuracy") == pytest.approx(3 / 5)
    assert value(found, "Balanced accuracy") == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert value(found, "F1", "spam") == pytest.approx(0.5)
    assert value(found, "F1", "ham") == pytest.approx(2 / 3)
    assert value(found, "ROC AUC", "spam") == pytest.approx(5 / 6)  # of six pairs, one in the wrong order
    assert value(found, "Log loss") == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.3, 0.9]).mean())
    assert value(found, "Brier score") == pytest.approx(np.mean([0.01, 0.36, 0.04, 0.49, 0.01]))


def test_the_dummy_says_the_commonest_label() -> None:
    found = of_labels(["spam", "ham", "ham"], ["spam"] * 3, [[0.2, 0.8]] * 3, ITEMS, "spam")
    accuracy, loss = found.named("Accuracy"), found.named("Log loss")
    assert accuracy and loss and "“ham”" in found.baseline
    assert accuracy.baseline == pytest.approx(2 / 3)
    assert loss.baseline == pytest.approx(-(2 * np.log(2 / 3) + np.log(1 / 3)) / 3)


@pytest.mark.parametrize("labels", [2, 4])
def test_values_are_scikit_learns(labels: int) -> None:
    truth, predicted, scores, items = case(labels=labels)
    found = of_labels(truth, predicted, scores, items, items[-1])
    number = np.array([items.index(each) for each in truth])
    assert value(found, "Balanced accuracy") == pytest.approx(metrics.balanced_accuracy_score(truth, predicted))
    assert value(found, "Log loss") == pytest.approx(metrics.log_loss(number, scores))
    area = metrics.roc_auc_score(number, scores[:, 1] if labels == 2 else scores, multi_class="ovr")
    assert value(found, "ROC AUC", items[-1] if labels == 2 else None) == pytest.approx(area)


@pytest.mark.parametrize("labels", [2, 4])
def test_every_measure_lies_in_its_interval_and_beside_a_rival(labels: int) -> None:
    truth, predicted, scores, items = case(labels=labels)
    for each in of_labels(truth, predicted, scores, items, items[-1]).measures:
        assert each.value is not None and each.interval is not None
        assert each.interval[0] <= each.value <= each.interval[1], each.name
        assert each.baseline is not None or each.name == "Calibration error"
        assert each.verdict in ("better", "unclear"), each.name


def test_the_interval_of_the_whole_rows_value_agrees_with_the_draws() -> None:
    """The value comes from scikit-learn, the interval from the vectorised twin: both must mean the same."""
    truth, predicted, scores, items = case(labels=3, rows=600)
    for each in of_labels(truth, predicted, scores, items).measures:
        assert each.value is not None and each.interval is not None
        middle, width = sum(each.interval) / 2, each.interval[1] - each.interval[0]
        assert abs(each.value - middle) < 0.5 * width, each.name


def test_a_model_that_knows_nothing_does_not_beat_the_dummy() -> None:
    truth, _, _, items = case()
    scores = random.dirichlet((1, 1), len(truth))
    found = of_labels(truth, np.array(items, object)[scores.argmax(1)], scores, items, "spam")
    area, loss = found.named("ROC AUC", "spam"), found.named("Log loss")
    assert area and area.verdict == "unclear"
    assert loss and loss.verdict == "worse"


def test_shuffled_truth_is_noticed() -> None:
    truth, predicted, scores, items = case(skill=2.0)
    good = of_labels(truth, predicted, scores, items, "spam")
    bad = of_labels(random.permutation(truth), predicted, scores, items, "spam")
    for name in ("Accuracy", "Balanced accuracy"):
        assert value(good, name) > 0.9 > 0.65 > value(bad, name)


def test_true_labels_that_the_model_does_not_know_are_named_not_hidden() -> None:
    found = of_labels(["spam", "eggs", "ham", None], ["spam"] * 4, [[0.2, 0.8]] * 4, ITEMS, "spam")
    assert found.rows == 2
    assert found.notes[0] == "1 rows are left out: the model does not know their truth, “eggs”."
    assert found.notes[1] == "1 rows without a truth are left out."
    with pytest.raises(InputError, match="one of the model's labels, ham, spam; got “1” and “0”"):
        of_labels(["1", "0"], ["spam"] * 2, [[0.2, 0.8]] * 2, ITEMS)


def test_rows_of_one_label_leave_out_what_tells_labels_apart() -> None:
    found = of_labels(["spam"] * 9, ["spam"] * 9, [[0.2, 0.8]] * 9, ITEMS, "spam")
    assert found.named("ROC AUC", "spam") is None and any("Every row" in note for note in found.notes)
    assert value(found, "Accuracy") == 1


def test_scores_that_are_no_probabilities_have_no_log_loss() -> None:
    found = of_labels(["spam", "ham"] * 5, ["spam"] * 10, [[0.7, 0.8]] * 10, ITEMS, "spam")
    assert found.named("Log loss") is None and found.named("Accuracy") is not None


def test_a_label_predicted_but_nowhere_true_counts_as_wrong() -> None:
    found = of_labels(["c0", "c1"] * 5, ["c2"] * 10, [[0.1, 0.1, 0.8]] * 10, ["c0", "c1", "c2"])
    assert value(found, "Accuracy") == 0 and value(found, "Balanced accuracy") == 0


def test_the_record_travels_as_json() -> None:
    truth, predicted, scores, items = case(rows=30)
    found = of_labels(truth, predicted, scores, items, "spam")
    assert Metrics.from_json(found.to_json()) == found


def test_a_verdict_minds_which_way_is_better() -> None:
    lower = Measure("Log loss", 0.2, (0.1, 0.3), 9, "lower", 0.7, (-0.6, -0.4))
    assert lower.verdict == "better"
    assert Measure("Accuracy", 0.2, (0.1, 0.3), 9, "higher", 0.7, (-0.6, -0.4)).verdict == "worse"

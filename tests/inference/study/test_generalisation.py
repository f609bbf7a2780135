from inference.study.generalisation import gaps
from inference.study.metrics import Better, Measure, Metrics


def metrics(
    value: float, half: float, better: Better = "higher", baseline: float = 0.5, unit: str | None = None
) -> Metrics:
    measure = Measure("Accuracy", value, (value - half, value + half), 100, better, baseline, unit=unit)
    return Metrics("labels", 100, (measure,), "the dummy")


def test_a_gap_within_both_intervals_is_chance() -> None:
    (found,) = gaps(metrics(0.91, 0.03), metrics(0.88, 0.03))
    assert found.verdict == "same" and found.words.endswith("no more than chance explains.")


def test_a_gap_beyond_them_is_said() -> None:
    (found,) = gaps(metrics(0.91, 0.02), metrics(0.85, 0.02))
    assert found.verdict == "worse"
    assert found.words == "Accuracy: 0.910 on the training rows, 0.850 on held-out rows, 0.060 worse."


def test_a_model_that_only_knows_its_training_rows_is_called_that() -> None:
    (found,) = gaps(metrics(0.99, 0.01), metrics(0.6, 0.05))
    assert found.words.endswith("it knows its training rows better than new ones.")


def test_lower_can_be_better() -> None:
    (found,) = gaps(metrics(10, 1, "lower", 100, "$"), metrics(20, 1, "lower", 100, "$"))
    assert found.verdict == "worse" and "$10.0 worse" in found.words
    (found,) = gaps(metrics(20, 1, "lower", 100), metrics(10, 1, "lower", 100))
    assert found.verdict == "better"


def test_measures_that_one_of_them_lacks_are_left_out() -> None:
    assert gaps(metrics(0.9, 0.1), Metrics("labels", 0, (), "the dummy")) == ()

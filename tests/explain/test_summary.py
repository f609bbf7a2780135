"""What a model goes by over many rows: against exact values of each row, scikit-learn, and what totals must be."""

from typing import Any

import numpy as np
import pytest

from explain import explain
from explain.summary import Doing, Summary, partials, summarise, whole
from explain.summary.columns import intervals
from explain.summary.records import Partial
from explain.types import Progress
from inference import from_function
from inference.errors import InputError
from inference.task import Task
from inference.types import ItemTarget, Raw

COLORS = ("red", "green", "blue")
RNG = np.random.default_rng(3)
ROWS: list[dict[str, Any]] = [
    {"a": float(a), "b": float(b), "color": COLORS[i % 3]} for i, (a, b) in enumerate(RNG.normal(size=(60, 2)))
]
ABOUT = {
    "task": "tabular-regression",
    "title": "Sum",
    "summary": "A sum with an interaction.",
    "unit": "$",
    "fields": [
        {"kind": "number", "name": "a", "label": "Alpha", "unit": "m"},
        {"kind": "number", "name": "b", "label": "Beta"},
        {"kind": "category", "name": "color", "label": "Colour", "choices": list(COLORS)},
    ],
}


def amount(records: list[dict[str, Any]]) -> list[float]:
    return [3 * r["a"] + r["a"] * r["b"] + {"red": 0.0, "green": 1.0, "blue": -2.0}[r["color"]] for r in records]


@pytest.fixture(scope="module")
def task() -> Task:
    return from_function(amount, ABOUT, background=ROWS[:8])


@pytest.fixture(scope="module")
def raws(task: Task) -> list[Raw]:
    return [task.parse(row) for row in ROWS]


def by_hand(task: Task, raws: list[Raw]) -> np.ndarray:
    """Shapley values of each row over all reference rows, by their definition: float64[rows, columns]."""
    names = [field.name for field in task.demo.inputs]

    def game(raw: Raw) -> Any:
        def score(kept: np.ndarray) -> np.ndarray:
            mixed = [
                [{n: raw[n] if keep else row[n] for n, keep in zip(names, z, strict=True)} for row in task.background]
                for z in kept
            ]
            return np.array([np.mean(amount(each)) for each in mixed])[:, None]

        return score

    return np.array([enumerated(game(raw), len(names)) for raw in raws])


def enumerated(game: Any, n: int) -> np.ndarray:
    from itertools import permutations

    values = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        seen = np.zeros((n + 1, n), bool)
        for place, player in enumerate(order):
            seen[place + 1] = seen[place]
            seen[place + 1, player] = True
        scores = game(seen)[:, 0]
        values[list(order)] += np.diff(scores)
    return values / len(orders)


def last(stream: Any) -> Any:
    *_, found = stream
    return found


def test_importance_is_the_mean_of_the_sizes_of_exact_values(task: Task, raws: list[Raw]) -> None:
    found = last(summarise(task, raws, len(raws)))
    values = by_hand(task, raws)
    expected = dict(zip(("a", "b", "color"), np.abs(values).mean(0), strict=True))
    signed = dict(zip(("a", "b", "color"), values.mean(0), strict=True))
    (output,) = found.outputs
    assert [each.id for each in output.importance] == sorted(expected, key=lambda name: -expected[name])
    for each in output.importance:
        assert each.mean == pytest.approx(expected[each.id], abs=1e-9)
        assert each.signed == pytest.approx(signed[each.id], abs=1e-9)
        assert each.low is not None and each.high is not None
        assert each.low < each.mean < each.high
    assert (found.rows, found.sample, found.available, found.left_out) == (60, 60, 60, 0)


def test_a_stream_gets_better_and_can_be_left(task: Task, raws: list[Raw]) -> None:
    parts = list(summarise(task, raws, 40))
    rows = [part.rows for part in parts if isinstance(part, Summary)]
    assert rows == sorted(set(rows)) and rows[0] == 1 and rows[-1] == 40 and len(rows) < 20
    told = [part.done for part in parts if isinstance(part, Progress)]
    assert told == sorted(told) and set(told) == set(range(41))
    stream: Any = summarise(task, raws, 40)
    next(stream)
    stream.close()


def test_a_larger_sample_begins_with_the_smaller(task: Task, raws: list[Raw]) -> None:
    small = last(summarise(task, raws, 8))
    large = next(p for p in summarise(task, raws, 50) if isinstance(p, Summary) and p.rows == 8)
    assert small.outputs == large.outputs


def test_json_goes_both_ways(task: Task, raws: list[Raw]) -> None:
    found = last(whole(task, raws, 20))
    assert Summary.from_json(found.to_json()) == found
    assert [each.id for each in found.partial] == [each.id for each in found.outputs[0].dependence]


def test_what_is_being_done_is_told(task: Task, raws: list[Raw]) -> None:
    told = [part for part in whole(task, raws, 5) if isinstance(part, Doing)]
    assert list(dict.fromkeys(part.words for part in told)) == ["Explaining rows", "Changing one column at a time"]
    assert all(part.done <= part.total for part in told)


def test_the_column_that_it_interacts_with_colours_a_dependence(task: Task, raws: list[Raw]) -> None:
    (output,) = last(summarise(task, raws, 60)).outputs
    partners = {each.id: each.other for each in output.dependence}
    assert (partners["a"], partners["b"]) == ("Beta", "Alpha")
    colour = next(each for each in output.dependence if each.id == "color")
    assert list(dict.fromkeys(point.at for point in colour.points)) == list(COLORS)


@pytest.mark.parametrize("sample", [0, -1])
def test_a_sample_of_nothing_is_refused(task: Task, raws: list[Raw], sample: int) -> None:
    from explain.summary.stream import drawn

    with pytest.raises(InputError, match="sample must be a whole number from 1"):
        drawn(5, sample, 0)
    with pytest.raises(InputError, match="no rows"):
        next(iter(summarise(task, [], 3)))


def test_partial_dependence_and_ice_are_scikit_learns(task: Task, raws: list[Raw]) -> None:
    import pandas as pd
    from sklearn.base import BaseEstimator, RegressorMixin
    from sklearn.inspection import partial_dependence

    class Asked(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
        def fit(self, x: Any, y: Any) -> "Asked":
            self.fitted_ = True
            return self

        def predict(self, x: Any) -> np.ndarray:
            return task.scores(x.to_dict("records"), [ItemTarget("value")])[:, 0]

    frame = pd.DataFrame(raws)
    found = {
        part.id: part
        for part in partials(task, raws, [ItemTarget("value")], ["a", "color"])
        if isinstance(part, Partial)
    }
    for name in ("a", "color"):
        theirs = partial_dependence(
            Asked().fit(None, None), frame, [name], kind="both", grid_resolution=20, categorical_features=["color"]
        )
        order = np.argsort([str(each) for each in found[name].grid]) if name == "color" else slice(None)
        np.testing.assert_array_equal(np.array(found[name].grid)[order], theirs["grid_values"][0])
        np.testing.assert_allclose(np.array(found[name].means[0])[order], theirs["average"][0])
        ours = np.array(found[name].curves)[:, order]
        np.testing.assert_allclose(ours, theirs["individual"][0][: len(ours)])


def test_partial_dependence_asks_as_often_as_it_says(raws: list[Raw]) -> None:
    asked: list[int] = []

    def counted(records: list[dict[str, Any]]) -> list[float]:
        asked.append(len(records))
        return amount(records)

    counting = from_function(counted, ABOUT, background=ROWS[:8])
    found = last(partials(counting, raws, [ItemTarget("value")], ["a"], rows=30))
    assert sum(asked) == found.evaluations == 30 * 20
    assert found.rows == 30


def test_the_bootstrap_covers_the_mean_as_often_as_it_says() -> None:
    rng, hits = np.random.default_rng(0), 0
    for _ in range(200):
        low, high = intervals(rng.exponential(size=(80, 1)))
        hits += low[0] <= 1 <= high[0]
    assert 0.88 <= hits / 200 <= 0.99
    many = rng.exponential(size=(5_000, 1))  # resampled as means of groups
    low, high = intervals(many)
    assert (high - low)[0] == pytest.approx(2 * 1.96 * many.std() / np.sqrt(5_000), rel=0.1)


def test_each_rows_own_answer_is_explained_where_answers_differ_by_row(task: Task) -> None:
    about = {
        **ABOUT,
        "task": "text-classification",
        "unit": None,
        "fields": [{"kind": "text", "name": "t", "label": "T"}],
    }
    labels = [f"label {i}" for i in range(12)]

    def named(records: list[dict[str, Any]]) -> Any:
        scores = np.full((len(records), 12), 0.01)
        for i, record in enumerate(records):
            scores[i, 0] += 0.5 if "great" in record["t"] else 0.0
            scores[i, 1] += 0.2
        return scores / scores.sum(1, keepdims=True)

    texts = from_function(named, about, labels=labels)
    raws = [texts.parse({"t": text}) for text in ("A great film.", "So great!", "A film.", "Great, great.")]
    found = last(summarise(texts, raws, 4))
    assert [(each.item, each.rows) for each in found.outputs[:2]] == [(None, 4), ("label 0", 3)]
    best = found.outputs[1].parts[0]
    assert (best.label, best.count) == ("great", 3)
    one = explain(texts, {"t": "So great!"}, "label 0")
    assert best.mean > 0 and best.label in one.features[1].label

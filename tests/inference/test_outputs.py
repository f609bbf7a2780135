"""How labels, values and rankings are read and scored, on stand-ins for their pipelines."""

from dataclasses import replace
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import TextClassificationPipeline

from inference.demo import Demo
from inference.errors import InputError, ModelError
from inference.fields import HistoryField, TextField
from inference.interval import Interval
from inference.outputs import SHOWN, SUGGESTED, LabelsTask, RankingTask, ValueTask
from inference.policy import Policy, Rule
from inference.trace import Batch
from inference.types import Contrast, Item, ItemTarget, Prediction, Target, TextTarget


def about(**more: Any) -> Demo:
    fields = (TextField(name="text", label="Text"),)
    return Demo(**{"task": "text-classification", "title": "T", "summary": "S", "fields": fields, **more})


# Labels


def labels(count: int, problem_type: str | None = None, of: str | None = None) -> LabelsTask:
    """A task over a stand-in for a classifier's pipeline: its config, and transformers' own reading of the logits."""
    config = SimpleNamespace(
        id2label={i: f"label {i}" for i in range(count)}, num_labels=count, problem_type=problem_type
    )
    pipe = SimpleNamespace(model=SimpleNamespace(config=config))
    pipe.postprocess = MethodType(TextClassificationPipeline.postprocess, pipe)
    pipe._sanitize_parameters = lambda **options: ({}, {}, {**options, "_legacy": False})
    decision = Policy((Rule("Do", 0.5), Rule("Leave")), of=of) if of else None
    return LabelsTask(Path("stub"), about(decision=decision), pipe)  # type: ignore[arg-type]


LOGITS = [[2.0, -1.0, 0.5], [0.0, 0.0, 9.0]]
SIGMOID = 1 / (1 + np.exp(-np.array(LOGITS)))
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)


@pytest.mark.parametrize(
    ("columns", "problem_type", "expected"),
    [
        (3, None, SOFTMAX),
        (3, "single_label_classification", SOFTMAX),
        (3, "multi_label_classification", SIGMOID),
        (1, None, SIGMOID[:, :1]),
        (1, "multi_label_classification", SIGMOID[:, :1]),
    ],
)
def test_labels_share_one_probability_unless_they_do_not_exclude_one_another(
    columns: int, problem_type: str | None, expected: NDArray[np.float64]
) -> None:
    task, outputs = labels(columns, problem_type), {"logits": torch.tensor(LOGITS)[:, :columns]}
    assert task.all_scores(outputs) == pytest.approx(expected, rel=1e-6)
    for row, prediction in enumerate(task.read(outputs, [{}, {}])):  # and the pipeline reads them alike
        by_name = {item.id: item.score for item in prediction.items}
        assert by_name == pytest.approx({f"label {i}": expected[row, i] for i in range(columns)}, rel=1e-5)
        assert prediction.scores == sorted(prediction.scores, reverse=True)
        assert (prediction.kind, prediction.scale) == ("labels", "probability")
    for i in range(columns):
        assert task.score(outputs, [ItemTarget(f"label {i}")])[:, 0] == pytest.approx(expected[:, i], rel=1e-6)


@pytest.mark.parametrize(
    ("count", "of", "more"),
    [
        (SHOWN, None, []),
        (30, None, []),
        (30, "top", []),
        (30, "label 0", ["label 0"]),
        (30, "label 29", []),
        (30, "label 10", []),
        (30, "label 9", ["label 9"]),
    ],
)
def test_of_many_labels_the_first_twenty_are_named_and_the_one_decided_about(
    count: int, of: str | None, more: list[str]
) -> None:
    task = labels(count, of=of)
    outputs = {"logits": torch.arange(float(count))[None]}  # the last label is the first
    (prediction,) = task.read(outputs, [{}])
    assert [item.id for item in prediction.items] == [f"label {count - 1 - i}" for i in range(SHOWN)] + more
    everyone = [task.score(outputs, [ItemTarget(f"label {i}")])[0, 0] for i in range(count)]  # named or not
    assert sum(everyone) == pytest.approx(1)
    assert task.target(prediction) == ItemTarget(f"label {count - 1}")
    assert task.summary(prediction) == f"a probability for each of {count} labels"


@pytest.mark.parametrize(
    ("count", "problem_type", "said"),
    [
        (5, None, None),  # a fifth each
        (6, None, "17 %"),
        (1000, None, "0 %"),
        (6, "multi_label_classification", None),  # none of the labels may well be the answer
        (1, None, None),
    ],
)
def test_a_model_that_spreads_itself_over_many_labels_is_called_unsure(
    count: int, problem_type: str | None, said: str | None
) -> None:
    remarks = list(labels(count, problem_type).remarks({"logits": torch.full((1, count), -3.0)}))
    if said is None:
        assert remarks == []
    else:
        assert remarks == [
            f"The model is unsure: its first label has only {said}. "
            "Perhaps none of its labels fits, or the input is unlike what it was trained on."
        ]


UNFIT: list[tuple[Target, str]] = [
    (ItemTarget("angry"), "Unknown target item 'angry'; available are label 0, label 1, label 2."),
    (TextTarget("label 0"), "The target of this model is an item: send {'item': id}."),
]


@pytest.mark.parametrize(("target", "message"), UNFIT)
def test_a_target_that_is_no_item_is_refused(target: Target, message: str) -> None:
    with pytest.raises(InputError) as error:
        labels(3).score({"logits": torch.tensor(LOGITS)}, [target])
    assert str(error.value) == message


GROUPS = {"first": ("label 0", "label 2"), "second": ("label 1",)}


def grouped(groups: dict[str, tuple[str, ...]], problem_type: str | None = None) -> LabelsTask:
    task = labels(4, problem_type)
    task.demo = about(groups=groups, rest="neither")
    return task


def test_a_groups_probability_is_the_sum_of_its_labels() -> None:
    outputs = {"logits": torch.tensor([[2.0, -1.0, 0.5, 1.0]])}
    [prediction] = grouped(GROUPS).read(outputs, [{}])
    each = np.exp([2.0, -1.0, 0.5, 1.0]) / np.exp([2.0, -1.0, 0.5, 1.0]).sum()
    assert prediction.names == ["first", "neither", "second"]
    np.testing.assert_allclose(prediction.scores, [each[0] + each[2], each[3], each[1]])
    score = grouped(GROUPS).score(outputs, [ItemTarget("neither")])[:, 0]
    np.testing.assert_allclose(score, [each[3]])


@pytest.mark.parametrize("groups", [{"a": ("nonsense",)}, {"a": ("label 1",), "b": ("label 1",)}])
def test_a_group_of_unknown_or_repeated_labels_is_told(groups: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ModelError, match=r"groups names '(nonsense|label 1)'"):
        grouped(groups).all_scores({"logits": torch.zeros(1, 4)})


def test_labels_that_do_not_exclude_one_another_have_no_groups() -> None:
    with pytest.raises(ModelError, match="cannot be summed"):
        grouped(GROUPS, "multi_label_classification").all_scores({"logits": torch.zeros(1, 4)})


def test_what_is_no_text_has_no_pieces() -> None:
    assert labels(3).pieces(Prediction("labels", "probability", (Item("a", "a", 1.0),))) == ()


# Values


class Value(ValueTask):
    id = "value"

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        return np.array(outputs["values"], np.float64)[:, None]


PLAIN_PIPE: Any = SimpleNamespace(_sanitize_parameters=lambda **options: ({}, {}, options))


@pytest.mark.parametrize(("unit", "summary"), [("$", "Sale price $181,000"), (None, "Sale price 181,000")])
def test_a_value_has_the_name_and_unit_of_the_folder(unit: str | None, summary: str) -> None:
    task = Value(Path("stub"), about(output="Sale price", unit=unit), PLAIN_PIPE)
    outputs = {"values": [181_000.0, -2.0]}
    first, second = task.read(outputs, [{}, {}])
    assert first == Prediction("value", "value", (Item("value", "Sale price", 181_000.0),), unit=unit)
    assert second.scores == [-2.0]
    assert task.summary(first) == summary
    assert task.target(first) == ItemTarget("value")
    assert task.name_of(ItemTarget("value")) == "Sale price"
    assert task.score(outputs, [ItemTarget("value")]).tolist() == [[181_000], [-2]]
    with pytest.raises(InputError, match=r"^Unknown target item 'price'; available are value\.$"):
        task.score(outputs, [ItemTarget("price")])


def test_a_value_has_an_interval_where_the_folder_states_one() -> None:
    outputs = {"values": [200_000.0, 80_000.0]}
    interval = Interval(level=0.9, low=0.75, high=1.5, relative=True)
    task = Value(Path("stub"), about(interval=interval), PLAIN_PIPE)
    items = [prediction.items[0] for prediction in task.read(outputs, [{}, {}])]
    assert [item.interval for item in items] == [(150_000.0, 300_000.0), (60_000.0, 120_000.0)]
    assert items[0].to_json()["interval"] == [150_000.0, 300_000.0]
    assert Item.from_json(items[0].to_json()) == items[0]
    (without,) = Value(Path("stub"), about(), PLAIN_PIPE).read({"values": [1.0]}, [{}])
    assert without.items[0].interval is None
    assert "interval" not in without.to_json()["items"][0]


# Rankings


class Ranking(RankingTask):
    id = "ranking"
    count = 30

    @property
    def positions(self) -> dict[str, int]:  # type: ignore[override]
        return {f"i{i}": i for i in range(self.count)}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        return np.array(outputs["scores"], np.float64)


def ranking(count: int, of: str | None = None) -> Ranking:
    items = {f"i{i}": f"Item {i}" for i in range(count)}
    decision = Policy((Rule("Do", 0.5), Rule("Leave")), of=of) if of else None
    fields = (HistoryField(name="seen", label="Seen", items=items),)
    task = Ranking(Path("stub"), about(fields=fields, decision=decision), PLAIN_PIPE)
    task.count = count
    return task


def test_a_ranking_leaves_out_what_was_chosen_before() -> None:
    outputs = {"scores": [[0.5, 3.0, -1.0, 2.0], [0.5, 3.0, -1.0, 2.0], [1.0, 1.0, 1.0, 1.0]]}
    raws = [{"seen": ("i1",)}, {"seen": ("i3", "i0")}, {"seen": ("i2",)}]
    found = ranking(4).read(outputs, raws)
    ids = [[item.id for item in prediction.items] for prediction in found]
    assert ids == [["i3", "i0", "i2"], ["i1", "i2"], ["i0", "i1", "i3"]]  # equals in the catalogue's order
    assert found[0].names == ["Item 3", "Item 0", "Item 2"]
    assert found[0].scores == [2.0, 0.5, -1.0]


@pytest.mark.parametrize(
    ("of", "more"), [(None, []), ("top", []), ("i29", []), ("i2", ["i2"]), ("i1", []), ("i28", [])]
)
def test_of_many_items_the_first_ten_are_named_and_the_one_decided_about(of: str | None, more: list[str]) -> None:
    task = ranking(30, of)
    (prediction,) = task.read({"scores": [list(range(30))]}, [{"seen": ("i29", "i1")}])
    assert [item.id for item in prediction.items] == [f"i{28 - i}" for i in range(SUGGESTED)] + more
    assert task.summary(prediction) == "the best " + f"{10 + len(more)} of 30 items, without the history's own"


def test_a_suggestion_says_what_is_known_of_it() -> None:
    facts = {"i0": {"year": "1979", "popularity": "0.25"}, "i1": {"popularity": "0"}, "i2": {"genres": "Drama"}}
    task = ranking(4)
    task.demo = replace(task.demo, fields=(replace(task.history, facts=facts),))
    (prediction,) = task.read({"scores": [[4, 3, 2, 1]]}, [{"seen": ()}])
    assert [item.facts for item in prediction.items] == [
        {"year": "1979", "popularity": "chosen by 25 % of people", "novelty": "novelty 2.0 bits"},
        {"popularity": "chosen by 0 % of people"},  # as novel as can be: no number says how much
        {"genres": "Drama"},
        None,
    ]


NAMED: list[tuple[Target, str]] = [
    (ItemTarget("i1"), "Item 1"),
    (ItemTarget("unknown"), "unknown"),
    (Contrast((ItemTarget("i1"), ItemTarget("i2"))), "Item 1 rather than Item 2"),
]


@pytest.mark.parametrize(("target", "name"), NAMED)
def test_an_item_is_called_as_in_the_catalogue(target: Target, name: str) -> None:
    assert ranking(4).name_of(target) == name

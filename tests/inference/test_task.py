"""What a task adds to a pipeline: the trace, and the path of a datum for a toy model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference import trace as trace_module
from inference.computing import to_float32
from inference.demo import Demo
from inference.errors import InputError
from inference.fields import HistoryField, NumberField
from inference.policy import Policy, Rule
from inference.task import Task
from inference.trace import Batch, Trace, shapes
from inference.types import Answer, Contrast, Decision, Item, ItemTarget, Prediction, Raw, Target, TextTarget

# The trace


def test_a_step_is_timed_and_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([1.0, 1.25, 2.0, 2.000_001_9])
    monkeypatch.setattr(trace_module.time, "perf_counter", lambda: next(now))
    trace = Trace()
    with trace.step("first") as note:
        note.detail = "went in, came out"
    with trace.step("second"):
        pass
    assert [(step.step, step.ms, step.detail) for step in trace.steps] == [
        ("first", 250.0, "went in, came out"),
        ("second", 0.002, ""),
    ]


def test_a_step_that_fails_lets_its_error_through() -> None:
    trace = Trace()
    with pytest.raises(InputError), trace.step("data input"):
        raise InputError("no")
    assert trace.steps == []


def test_two_traces_share_nothing() -> None:
    first, second = Trace(), Trace()
    with first.step("a"):
        pass
    assert second.steps == []


def test_tensors_are_described_by_name_type_and_shape() -> None:
    batch = {"ids": np.zeros((1, 27), np.int64), "prompt": "not a tensor", "numbers": np.zeros((2, 3), np.float32)}
    assert shapes(batch) == "ids int64[1, 27], numbers float32[2, 3]"
    assert shapes({}) == ""


def test_only_floating_tensors_become_float32() -> None:
    import torch

    assert to_float32(torch.zeros(2, dtype=torch.bfloat16)).dtype == torch.float32
    assert to_float32(torch.zeros(2, dtype=torch.int64)).dtype == torch.int64
    assert to_float32("text") == "text"


# The path of a datum, for a task whose model is a sum


class Pipe:
    """The least that a Task asks of a pipeline."""

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], ...]:
        return options, {}, {}


class Sums(Task):
    """Scores "sum" and "count" for numbers."""

    id, kind, scale, batch_size = "sums", "value", "value", 3
    where = "on paper"
    batches: list[int]

    def options(self) -> dict[str, Any]:
        return {"exactly": True}

    def encode(self, raws: Sequence[Raw]) -> Batch:
        return {"numbers": np.array([[raw["a"], raw["b"]] for raw in raws])}

    def compute(self, batch: Batch) -> Batch:
        self.batches.append(len(batch["numbers"]))
        return {"scores": np.stack([batch["numbers"].sum(1), np.full(len(batch["numbers"]), 2.0)], axis=1)}

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [Prediction("value", "value", (Item("sum", "Sum", float(row[0])),)) for row in outputs["scores"]]

    def summary(self, prediction: Prediction) -> str:
        return f"sum {prediction.scores[0]:g}"

    def target(self, prediction: Prediction) -> Target:
        return ItemTarget("sum")

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        return outputs["scores"][:, [["sum", "count"].index(target.item) for target in targets]]


@pytest.fixture
def sums(tmp_path: Path) -> Sums:
    fields = (
        NumberField(name="a", label="First", limits=(0, 100), seen=(0, 10)),
        NumberField(name="b", label="Second", role="setting", default=1.0),
        HistoryField(name="g", label="Group", items={}, role="group"),
    )
    policy = Policy((Rule("Large", 10.0), Rule("Small")))
    about = Demo(task="sums", title="Sums", summary="Adds", fields=fields, decision=policy)
    made = Sums(tmp_path, about, Pipe())
    made.batches = []
    return made


def test_the_pipeline_itself_reads_the_options(sums: Sums) -> None:
    assert (sums.preprocess_options, sums.forward_options, sums.postprocess_options) == ({"exactly": True}, {}, {})


def test_an_answer_holds_all_that_belongs_beside_a_prediction(sums: Sums) -> None:
    answer = sums.predict({"a": "20", "b": 2})
    assert answer == Answer(
        sums.name,
        "sums",
        Prediction("value", "value", (Item("sum", "Sum", 22.0),)),
        Decision("Large", "Sum 22 is at or above 10"),
        ("First 20 lies outside the training data (0 to 10): take the answer with care.",),
        answer.trace,
    )
    assert [(step.step, step.detail) for step in answer.trace] == [
        ("data input", "First = 20; Second = 2"),
        ("preprocessing", "2 number → numbers float64[1, 2]"),
        ("forward pass", "numbers → scores float64[1, 2], on paper"),
        ("postprocessing", "scores → sum 22"),
        ("decision", "Sum 22 is at or above 10 → Large"),
    ]
    assert Answer.from_json(answer.to_json()) == answer


def test_a_trace_that_was_begun_goes_on(sums: Sums) -> None:
    trace = Trace()
    with trace.step("model loading"):
        pass
    assert [step.step for step in sums.predict({"a": 1}, trace).trace][:2] == ["model loading", "data input"]


def test_a_bad_input_stops_before_the_model(sums: Sums) -> None:
    with pytest.raises(InputError, match=r"^First must lie between 0 and 100, got 101\.$"):
        sums.predict({"a": 101})
    assert sums.batches == []


def test_many_inputs_go_in_batches_and_equal_single_ones(sums: Sums) -> None:
    inputs = [{"a": i, "b": 0} for i in range(7)]
    assert [prediction.scores[0] for prediction in sums.predict_batch(inputs)] == [float(i) for i in range(7)]
    assert sums.batches == [3, 3, 1]
    assert sums.predict_batch([]) == []


def test_scores_go_in_batches_too(sums: Sums) -> None:
    raws = [{"a": float(i), "b": 1.0} for i in range(5)]
    assert sums.scores(raws, [ItemTarget("sum")]).tolist() == [[1], [2], [3], [4], [5]]
    assert sums.batches == [3, 2]


def test_a_contrast_is_a_difference_of_scores(sums: Sums) -> None:
    raws = [{"a": 5.0, "b": 1.0}]
    plain = Contrast((ItemTarget("sum"), ItemTarget("count")))
    assert sums.scores(raws, [plain]).tolist() == [[4]]


def test_many_targets_are_scored_in_one_pass(sums: Sums) -> None:
    total, count = ItemTarget("sum"), ItemTarget("count")
    both = Contrast((total, count))
    raws = [{"a": 5.0, "b": 1.0}, {"a": 7.0, "b": 1.0}]
    targets = [total, both, count, Contrast((both, count)), Contrast((total, total))]
    assert sums.scores(raws, targets).tolist() == [[6, 4, 2, 2, 0], [8, 6, 2, 4, 0]]
    assert sums.batches == [2]


NAMES: list[tuple[Target, str]] = [
    (ItemTarget("cat"), "cat"),
    (TextTarget("Yes."), "the reply"),
    (TextTarget("Yes.", 0), "token 1 of the reply"),
    (Contrast((ItemTarget("cat"), ItemTarget("dog"))), "cat rather than dog"),
]


@pytest.mark.parametrize(("target", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_target_has_a_name_for_people(sums: Sums, target: Target, name: str) -> None:
    assert sums.name_of(target) == name

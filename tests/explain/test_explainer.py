"""From an input to a stream of explanations, for a toy task whose scores are sums."""

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explain import explain, explain_stream, explainer
from explain.asked import MAX_EVALUATIONS, limits, parse_target
from explain.explainer import FIRST, budget
from explain.scoring import scorer
from explain.types import Explanation
from inference.demo import Demo
from inference.errors import InputError, ModelError
from inference.fields import CategoryField, Field, HistoryField, NumberField, TextField
from inference.task import Task
from inference.tokens import masked
from inference.trace import Batch
from inference.types import Contrast, Item, ItemTarget, Prediction, Raw, Target

NAMES = {str(i): f"Film {i}" for i in range(60)}
LETTERS = "the quick brown fox"


class Sums(Task):
    """Scores "films", "letters" and "house", each a sum over its field, and "pairs", which is none."""

    id, kind, scale, batch_size = "sums", "value", "value", 64
    dtype = "float32"

    def __init__(self, fields: Sequence[Field], background: list[Raw] | None = None, additive: bool = False) -> None:
        self.folder, self.name = Path("sums"), "sums"
        self.demo = Demo(task="sums", title="Sums", summary="Adds", fields=tuple(fields), unit="points")
        self.pipeline = SimpleNamespace(
            tokenizer=SimpleNamespace(mask_token="[MASK]", convert_tokens_to_ids=lambda token: 103)
        )
        self.background = background or []
        self.additive = additive
        self.scored = 0

    def encode(self, raws: Sequence[Raw]) -> Batch:
        return {"raws": raws}

    def forward(self, batch: Batch) -> Batch:
        return batch

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [Prediction("value", "value", (Item("films", "Films", 0.0),)) for _ in raws]

    def target(self, prediction: Prediction) -> Target:
        return ItemTarget(prediction.items[0].id)

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        raws = outputs["raws"]
        assert len(raws) <= self.batch_size
        if not all(isinstance(target, ItemTarget) and hasattr(self, target.item) for target in targets):
            raise InputError("The target of this task is one of its sums.")
        self.scored += len(raws)
        return np.array([[getattr(self, target.item)(raw) for target in targets] for raw in raws], dtype=float)

    def films(self, raw: Raw) -> float:
        return 10 + sum(float(item) for item in raw["history"])

    def pairs(self, raw: Raw) -> float:
        return math.tanh(sum(math.sin(int(a) + int(b)) for a, b in itertools.combinations(raw["history"], 2)) / 4)

    def letters(self, raw: Raw) -> float:
        text = masked(raw["text"])
        return len(text.text) - sum(end - start for start, end in text.hidden)

    def house(self, raw: Raw) -> float:
        return raw["area"] * (2 if raw["style"] == "house" else 1)


HISTORY = HistoryField(name="history", label="Films", items=NAMES, max_items=60)
TEXT = TextField(name="text", label="Text")
AREA = NumberField(name="area", label="Area")
STYLE = CategoryField(name="style", label="Style", choices=("flat", "house"))
MANY = {"history": [str(i) for i in range(1, 21)]}


@pytest.fixture
def films() -> Sums:
    return Sums([HISTORY])


def timeless(explanation: Explanation) -> Explanation:
    return replace(explanation, seconds=0.0)


# What it says


def test_an_explanation_holds_the_whole_account(films: Sums) -> None:
    found = explain(films, {"history": ["3", "5"]}, seed=4)
    assert [feature.label for feature in found.features] == ["Film 3", "Film 5"]
    assert found.values == pytest.approx((3, 5))
    assert found.stderr == (0, 0)
    assert (found.base, found.score, found.residual) == (10, 18, 0)
    assert (found.target, found.output) == (ItemTarget("films"), "films")
    assert (found.scale, found.unit, found.dtype, found.seed) == ("value", "points", "float32", 4)
    assert (found.estimand, found.method, found.evaluations) == ("Shapley", "exact enumeration", 4)
    assert found.baseline == "hidden entries are absent from Films"
    assert found.seconds >= 0
    assert Explanation.from_json(found.to_json()) == found


def test_many_players_are_estimated_close_to_the_truth(films: Sums) -> None:
    found = explain(films, MANY)
    assert found.method == "paired Bayesian quadrature"
    assert found.values == pytest.approx(tuple(range(1, 21)), abs=0.05)
    assert found.base + sum(found.values) == pytest.approx(found.score)


def test_hidden_words_do_not_count() -> None:
    found = explain(Sums([TEXT]), {"text": LETTERS}, "letters")
    assert found.values == pytest.approx((3, 5, 5, 3))
    assert (found.base, found.score) == (3, 19)
    assert found.baseline == "each hidden token of Text is replaced by [MASK]"


def test_hidden_columns_are_averaged_over_the_background() -> None:
    background = [{"area": 50.0, "style": "flat"}, {"area": 150.0, "style": "house"}]
    found = explain(Sums([AREA, STYLE], background), {"area": 80, "style": "house"}, "house")
    assert found.score == 160
    assert found.base == pytest.approx((50 + 300) / 2)
    without_area, without_style = (100 + 300) / 2, (80 + 160) / 2
    area = ((without_style - 175) + (160 - without_area)) / 2
    assert found.values == pytest.approx((area, 160 - 175 - area))


def test_a_table_without_a_background_is_the_presenters_mistake() -> None:
    with pytest.raises(ModelError, match="needs reference rows"):
        explain(Sums([AREA, STYLE]), {"area": 80, "style": "house"}, "house")


def test_an_additive_task_is_exact_at_once() -> None:
    stream = list(explain_stream(Sums([HISTORY], additive=True), MANY))
    assert [found.method for found in stream] == ["closed form"]
    assert stream[0].values == pytest.approx(tuple(range(1, 21)))
    assert stream[0].evaluations == 22


def test_a_setting_is_no_player() -> None:
    heat = NumberField(name="heat", label="Heat", role="setting", default=1.0)
    assert len(explain(Sums([HISTORY, heat]), {"history": ["1", "2"]}).features) == 2


# The target


@pytest.mark.parametrize("target", ["pairs", {"item": "pairs"}, ItemTarget("pairs")])
def test_a_target_may_be_an_id_its_json_or_itself(films: Sums, target: Any) -> None:
    assert explain(films, {"history": ["1", "2"]}, target).target == ItemTarget("pairs")


def test_without_a_target_what_is_predicted_is_explained(films: Sums) -> None:
    assert parse_target(films, {"history": ("1",)}, None) == ItemTarget("films")


def test_a_contrast_is_explained_as_the_difference(films: Sums) -> None:
    inputs = {"history": ["1", "2", "4"]}
    both = {"contrast": [{"item": "films"}, {"item": "pairs"}]}
    found, first, second = (explain(films, inputs, target) for target in (both, "films", "pairs"))
    assert found.target == Contrast((ItemTarget("films"), ItemTarget("pairs")))
    assert found.output == "films rather than pairs"
    assert found.values == pytest.approx(np.subtract(first.values, second.values))
    assert found.base == pytest.approx(first.base - second.base)


@pytest.mark.parametrize("target", [5, [], {}, {"item": 1}, {"item": "films", "text": "x"}, {"contrast": ["films"]}])
def test_what_is_no_target_is_refused(films: Sums, target: Any) -> None:
    with pytest.raises(InputError, match=r"^target must be "):
        explain(films, {"history": ["1"]}, target)


def test_a_bad_input_stops_before_the_model(films: Sums) -> None:
    with pytest.raises(InputError, match=r"^Unknown entry in Films '99'"):
        explain(films, {"history": ["99"]})
    assert films.scored == 0


# What may be asked for


@pytest.mark.parametrize(
    ("evaluations", "seconds"), [(None, None), (2, 3600), (MAX_EVALUATIONS, 1e-9), (100, 1), (2, 0)]
)
def test_limits_are_inclusive(evaluations: Any, seconds: Any) -> None:
    assert limits(evaluations, seconds) is None


@pytest.mark.parametrize(
    ("evaluations", "shown"),
    [(1, "1"), (0, "0"), (-2, "-2"), (MAX_EVALUATIONS + 1, "16385"), (2.0, "2.0"), ("64", "'64'"), (True, "True")],
)
def test_evaluations_outside_the_limits_are_refused(films: Sums, evaluations: Any, shown: str) -> None:
    with pytest.raises(InputError) as error:
        next(explain_stream(films, MANY, evaluations=evaluations))
    assert str(error.value) == f"evaluations must be a whole number from 2 to 16,384, got {shown}."


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "-1"),
        (3600.1, "3600.1"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        ("5", "'5'"),
        (True, "True"),
        ([], "[]"),
    ],
)
def test_seconds_outside_the_limits_are_refused(films: Sums, seconds: Any, shown: str) -> None:
    with pytest.raises(InputError) as error:
        next(explain_stream(films, MANY, seconds=seconds))
    assert str(error.value) == f"seconds must be a number from 0 to 3,600, got {shown}."


@pytest.mark.parametrize("method", ["", "Auto", None, ["auto"], 3])
def test_an_unknown_method_is_refused_with_the_choices(films: Sums, method: Any) -> None:
    with pytest.raises(InputError, match="must be one of auto, exact, anytime, shap permutation, shap partition"):
        next(explain_stream(films, MANY, method=method))


@pytest.mark.parametrize("value", ["x" * 100_000, 10**5_000, [0] * 50_000], ids=["text", "number", "list"])
@pytest.mark.parametrize("name", ["evaluations", "seconds"])
def test_a_message_stays_short_whatever_was_asked_for(name: str, value: Any) -> None:
    with pytest.raises(InputError) as error:
        limits(**{"evaluations": None, "seconds": None, name: value})
    assert len(str(error.value)) < 200


def test_a_refusal_costs_no_evaluation(films: Sums) -> None:
    with pytest.raises(InputError):
        explain(films, MANY, evaluations=1)
    assert films.scored == 0


@pytest.mark.parametrize(
    ("n", "evaluations"), [(1, 2), (4, 16), (9, 512), (10, 160), (20, 320), (32, 512), (33, 512), (1_000, 512)]
)
def test_the_default_budget_grows_with_the_players_within_bounds(n: int, evaluations: int) -> None:
    assert budget(n) == evaluations


@pytest.mark.parametrize("evaluations", [2, 3, 50, 100])
def test_at_most_so_many_coalitions_are_scored(films: Sums, evaluations: int) -> None:
    found = explain(films, MANY, "films", evaluations)
    assert found.evaluations == films.scored <= evaluations


def test_evaluations_hold_for_additive_tasks_too() -> None:
    task = Sums([HISTORY], additive=True)
    assert explain(task, MANY, "films", evaluations=4).evaluations <= 4


# The stream


def test_an_explanation_is_the_last_of_its_stream(films: Sums) -> None:
    *_, last = explain_stream(films, MANY, "pairs")
    assert timeless(explain(films, MANY, "pairs")) == timeless(last)


def test_evaluations_rise_along_the_stream(films: Sums) -> None:
    stream = list(explain_stream(films, MANY, "pairs"))
    evaluations = [found.evaluations for found in stream]
    assert len(stream) > 2
    assert evaluations == sorted(set(evaluations))
    assert [found.seconds for found in stream] == sorted(found.seconds for found in stream)


def test_a_seed_gives_the_same_stream_again(films: Sums) -> None:
    first, second = (list(map(timeless, explain_stream(films, MANY, "pairs", seed=3))) for _ in range(2))
    assert first == second


def clock(step: float) -> Any:
    """A time module whose clock moves by `step` seconds whenever it is read."""
    ticks = itertools.count()
    return SimpleNamespace(perf_counter=lambda: next(ticks) * step)


@pytest.mark.parametrize(("seconds", "length"), [(0.5, 1), (1, 1), (1.5, 2), (3, 3), (4.2, 5)])
def test_time_stops_the_stream_but_never_changes_what_it_said(
    films: Sums, monkeypatch: pytest.MonkeyPatch, seconds: float, length: int
) -> None:
    whole = [timeless(found) for found in explain_stream(films, MANY, "pairs", evaluations=400)]
    monkeypatch.setattr(explainer, "time", clock(1.0))
    stopped = [timeless(found) for found in explain_stream(films, MANY, "pairs", evaluations=400, seconds=seconds)]
    assert len(stopped) == length < len(whole)
    assert stopped == whole[:length]


@pytest.mark.parametrize("seconds", [0, 1e-9])
def test_there_is_one_answer_however_little_time_there_was(films: Sums, seconds: float) -> None:
    (found,) = explain_stream(films, MANY, "pairs", seconds=seconds)
    assert found.evaluations == films.scored == FIRST


def test_no_batch_starts_after_the_time(films: Sums, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = films.score

    def slow(outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        time.sleep(0.02)
        return fast(outputs, targets)

    monkeypatch.setattr(films, "score", slow)
    start = time.perf_counter()
    explain(films, MANY, "pairs", evaluations=MAX_EVALUATIONS, seconds=0.05)
    assert time.perf_counter() - start < 1
    assert films.scored < 300


def test_closing_the_stream_ends_the_work(films: Sums) -> None:
    stream = explain_stream(films, MANY, "pairs")
    next(stream)
    scored = films.scored
    stream.close()
    assert films.scored == scored == FIRST


def test_nothing_is_worked_ahead(films: Sums) -> None:
    for found in explain_stream(films, MANY, "pairs"):
        assert films.scored == found.evaluations


# The game


def test_the_game_is_the_score_of_what_is_shown(films: Sums) -> None:
    players, game, *_ = scorer(films, {"history": ("3", "5", "9")}, [ItemTarget("films")])
    rows = np.array(list(itertools.product([False, True], repeat=3)))
    assert len(players) == 3
    assert game(rows).shape == (8, 1)
    assert game(rows)[:, 0].tolist() == (10 + rows @ [3.0, 5.0, 9.0]).tolist()


def test_the_game_weighs_the_rows_of_the_background() -> None:
    background = [{"area": float(area), "style": "flat"} for area in (10, 10, 40)]
    task = Sums([AREA, STYLE], background)
    _, game, *_ = scorer(task, {"area": 100.0, "style": "house"}, [ItemTarget("house")])
    rows = np.array([[True, True], [False, True], [True, False], [False, False]])
    assert game(rows)[:, 0] == pytest.approx([200, 40, 100, 20])


def test_a_text_asks_the_tokenizer_what_stands_in() -> None:
    task = Sums([TEXT])
    task.pipeline.tokenizer = SimpleNamespace(unk_token="<unk>", convert_tokens_to_ids=lambda token: 0)
    assert explain(task, {"text": LETTERS}, "letters").baseline == "each hidden token of Text is replaced by <unk>"

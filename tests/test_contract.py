"""The contract over every model folder and every registered task, and the proof that it would notice a fault."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import contract
import pytest
import tiny
from conftest import load, shipped

from explain import explainer
from explain.edits import Edits
from explain.figures import INPUTS
from explain.players import FieldPlayers, segments, series
from explain.types import Feature
from inference import demo, models
from inference.fields import AnyField
from inference.panels.predictions import FIGURES
from inference.panels.widgets import WIDGETS
from inference.registry import available, task_class
from inference.task import Task


@pytest.fixture(autouse=True)
def few_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures in so few regions, and series in so few runs, that all coalitions can be enumerated."""
    monkeypatch.setattr(segments, "REGIONS", contract.SMALL)
    monkeypatch.setattr(segments, "PATCHES", 1)
    monkeypatch.setattr(series, "FINEST", contract.SMALL)


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[Task], None], task: Task) -> None:
    check(task)


def test_every_task_has_a_model_that_shows_it(tiny_models: Callable[[str], Path]) -> None:
    folders = [models.find()[name] for name in shipped()] + [tiny_models(name) for name in tiny.names()]
    assert {demo.read(folder).task for folder in folders} == set(available())


def test_every_kind_of_field_has_players_and_a_widget() -> None:
    kinds = {kind.__dataclass_fields__["kind"].default for kind in get_args(get_args(AnyField)[0])}
    assert kinds == set(FieldPlayers.kinds) == set(WIDGETS)


def test_every_kind_of_output_has_a_figure() -> None:
    assert {task_class(name).kind for name in available()} == set(FIGURES)


def test_every_place_that_is_drawn_in_an_input_is_documented() -> None:
    assert all(f'"{place}"' in (Feature.__doc__ or "") for place in INPUTS)


# Planted faults: each must make the contract fail, on one model of each kind


@pytest.fixture(
    params=["sentiment", "mobilenet-v2", "ames-house-prices", "movies", "highway", "tiny-chat", "tiny-detector"]
)
def proof(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Task:
    return load(tiny_models(request.param) if request.param in tiny.names() else models.find()[request.param])


OF = explainer.Account.of


def test_values_scaled_by_a_tenth_are_noticed(monkeypatch: pytest.MonkeyPatch, proof: Task) -> None:
    def faulty(self: Any, target: Any, output: int, level: Any) -> Any:
        found = replace(level.estimate, values=level.estimate.values * 1.1)
        return OF(self, target, output, replace(level, estimate=found))

    monkeypatch.setattr(explainer.Account, "of", faulty)
    for check in (contract.values_agree_with_enumeration, contract.explanation_adds_up):
        with pytest.raises(AssertionError):
            check(proof)


def test_two_swapped_players_are_noticed(monkeypatch: pytest.MonkeyPatch, proof: Task) -> None:
    def faulty(self: Any, target: Any, output: int, level: Any) -> Any:
        order = list(range(len(level.estimate.values)))
        order[0], order[1] = 1, 0
        found = replace(level.estimate, values=level.estimate.values[order])
        return OF(self, target, output, replace(level, estimate=found))

    monkeypatch.setattr(explainer.Account, "of", faulty)
    with pytest.raises(AssertionError):
        contract.values_agree_with_enumeration(proof)


def test_a_stale_prediction_is_noticed(monkeypatch: pytest.MonkeyPatch, proof: Task) -> None:
    kept: list[Any] = []
    read = type(proof).read

    def faulty(self: Task, outputs: Any, raws: Any) -> Any:
        kept.append(read(self, outputs, raws))
        return kept[0]

    monkeypatch.setattr(type(proof), "read", faulty)
    with pytest.raises(AssertionError):
        contract.prediction_is_the_pipelines_own(proof)


@pytest.mark.parametrize("name", ["groceries", "movies", "highway"])
def test_changes_other_than_those_said_are_noticed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    task = load(models.find()[name])
    contract.changes_hold(task)
    unchanged: Callable[[Edits, Any], dict[str, Any]] = lambda self, raw: {  # noqa: E731
        name: edits.sent(self.raw_value[name]) for name, edits in self.fields.items()
    }
    monkeypatch.setattr(Edits, "sent", unchanged)
    with pytest.raises(AssertionError):
        contract.changes_hold(task)

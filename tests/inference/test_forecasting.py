"""The two forecasters: what they read, what they say of themselves, and that they follow from their input alone."""

import re
from typing import Any

import numpy as np
import pytest
import torch

import inference
from explain import explain
from inference.errors import InputError
from inference.modeling.forecaster import ForecasterConfig, ForecasterModel, SeriesExtractor, season
from inference.modeling.smoother import SmootherConfig, SmootherModel
from inference.panels.answer import answer
from inference.task import Task


@pytest.fixture(scope="module")
def smoother() -> Task:
    return inference.load("any-series")


@pytest.fixture(scope="module")
def weather() -> Task:
    return inference.load("new-york-weather")


def ask(task: Task, series: Any) -> Any:
    return task.predict({"series": [float(value) for value in series]})


WEEKS = np.tile([10.0, 12, 11, 13, 15, 30, 25], 12)
WALK = 100 + np.random.default_rng(1).normal(size=90).cumsum()


def test_windows_are_filled_before_their_start() -> None:
    batch = SeriesExtractor(["a", "b"], 3)([{"a": [1, 2], "b": [3, 4]}])
    assert torch.isnan(batch["values"][0, 0]).all()
    assert batch["values"][0, 1:].tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("record", [{"b": [1]}, {"a": [1, 2, 3, 4]}])
def test_a_record_that_does_not_fit_is_refused(record: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError):
        SeriesExtractor(["a"], 3)([record])


def test_the_season_is_that_of_the_day_to_come() -> None:
    assert season("2012-12-31") == pytest.approx((1, 0), abs=0.02)
    assert season("2013-07-01") == pytest.approx((-1, 0), abs=0.05)
    assert season("2013-04-01") == pytest.approx((0, 1), abs=0.05)


def test_the_linear_forecast_is_the_last_value_and_a_weighted_change() -> None:
    model = ForecasterModel(ForecasterConfig(length=2, means=[10.0, 0.0], scales=[2.0, 1.0]))
    with torch.no_grad():
        model.change.weight[:] = torch.tensor([[0.0, 0, 0.5, 1, 0, 0]])
        model.change.bias[:] = 0.25
        found = model(torch.tensor([[[9.0, 5], [12.0, 3]]]), torch.zeros(1, 2))
    assert found.logits.item() == pytest.approx(12 + 2 * (0.5 * 1 + 1 * 3 + 0.25))


def test_a_pattern_of_weeks_is_found(smoother: Task) -> None:
    found = ask(smoother, WEEKS)
    item = found.prediction.items[0]
    assert item.score == pytest.approx(10, abs=1)
    assert item.interval[1] - item.interval[0] < 15
    assert not found.warnings


def test_what_wanders_is_as_the_last_one_and_that_is_said(smoother: Task) -> None:
    found = ask(smoother, WALK)
    assert found.prediction.scores[0] == pytest.approx(WALK[-1], abs=0.3)
    assert any("can hardly be predicted" in warning for warning in found.warnings)
    low, high = found.prediction.items[0].interval
    assert low < WALK[-1] < high


@pytest.mark.parametrize(("factor", "shift"), [(1e-3, 0.0), (1e6, 0.0), (1.0, 1000.0), (-2.0, 5.0)])
def test_the_forecast_moves_and_grows_with_the_series(smoother: Task, factor: float, shift: float) -> None:
    for series in (WEEKS, WALK):
        plain = ask(smoother, series).prediction.scores[0]
        moved = ask(smoother, factor * series + shift).prediction.scores[0]
        assert moved == pytest.approx(factor * plain + shift, rel=1e-3, abs=1e-3 * abs(factor))


@pytest.mark.parametrize("value", [0.0, 7.0, -1e9])
def test_what_never_changes_stays(smoother: Task, value: float) -> None:
    item = ask(smoother, [value] * 50).prediction.items[0]
    assert item.score == pytest.approx(value)
    assert np.isfinite(item.interval).all()


def test_a_jump_and_enormous_numbers_stay_finite(smoother: Task) -> None:
    for series in ([1e12 * (-1) ** i for i in range(60)], [0.0] * 59 + [1e30], [1e-30 * i for i in range(60)]):
        item = ask(smoother, series).prediction.items[0]
        assert np.isfinite([item.score, *item.interval]).all()


def test_a_shorter_window_gets_the_same_beside_longer_ones() -> None:
    torch.manual_seed(0)
    model = SmootherModel(SmootherConfig(length=90)).eval()
    short = torch.tensor(WALK[-50:], dtype=torch.float32)[None, :, None]
    padded = torch.cat([torch.full((1, 40, 1), torch.nan), short], dim=1)
    with torch.inference_mode():
        alone, beside = model(short), model(padded)
    for name in ("logits", "spread", "skill"):
        assert alone[name].item() == pytest.approx(beside[name].item(), rel=1e-4)


def test_only_the_past_counts_for_a_steps_forecast() -> None:
    torch.manual_seed(0)
    model = SmootherModel(SmootherConfig(length=90))
    series = torch.tensor(WALK, dtype=torch.float32)[None] / 100
    changed = series.clone()
    changed[0, 60:] += 1
    with torch.inference_mode():
        for before, after in zip(*(every(model, each) for each in (series, changed)), strict=True):
            assert torch.equal(before[:, :61], after[:, :61])


def every(model: SmootherModel, series: torch.Tensor) -> list[torch.Tensor]:
    judged = torch.ones_like(series)
    rules = model.rules(series)
    combined = model.combined(series, rules, judged)
    return [rules, combined, model.led(series, combined, judged)]


def test_the_chart_of_an_answer_shows_the_series_the_forecast_and_its_interval(weather: Task) -> None:
    inputs = weather.demo.examples[0].inputs
    found = weather.predict(inputs)
    html = answer(found, weather.demo, raw=weather.parse(inputs))
    (alt,) = re.findall(r'role="img" aria-label="([^"]*)"', html)
    low, high = found.prediction.items[0].interval or (0, 0)
    assert alt.startswith("7 steps, from 8.1 °C to 18.4 °C, last 8.1 °C; next 5.7")
    assert f"{low:.2f} °C to {high:.2f} °C" in alt
    assert html.count('class="reach"') == 1


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ([1.0] * 39, "needs at least 40 steps, got 39"),
        (["a"] * 50, "row 1, Value: enter a number, got 'a'"),
        ([1.0] * 45 + [float("nan")], "row 46, Value: enter a number, got nan"),
        ([[1.0, 2.0]] * 50, "must have 1 columns"),
        ({"value": "1,2,3"}, "must be a list"),
        (b"1\n2", "got bytes"),
    ],
)
def test_a_bad_series_gets_a_message(smoother: Task, series: Any, words: str) -> None:
    with pytest.raises(InputError) as error:
        smoother.predict({"series": series})
    assert "Your series" in str(error.value)
    assert words in str(error.value)


def test_the_interval_is_in_multiples_of_what_this_series_was_missed_by(smoother: Task) -> None:
    interval = smoother.demo.interval
    assert interval is not None
    for factor in (1.0, 10.0):
        raw = smoother.parse({"series": (factor * WALK).tolist()})
        outputs = smoother.forward(smoother.encode([raw]))
        value, spread = outputs["logits"].item(), outputs["spread"].item()
        item = smoother.read(outputs, [raw])[0].items[0]
        assert item.interval == pytest.approx((value + interval.low * spread, value + interval.high * spread))
        assert spread == pytest.approx(factor * np.diff(WALK)[15:].std(), rel=0.3)


@pytest.mark.parametrize("hidden", ["mean", "background"])
def test_any_function_of_a_series_is_explained(hidden: str) -> None:
    field = {"kind": "series", "name": "s", "label": "S", "length": 4, "hidden": hidden}
    about = {"task": "forecasting", "title": "T", "summary": "S", "fields": [{**field, "columns": COLUMNS}]}
    rows = [{"s": [[0, 0]] * 4}, {"s": [[2, 4]] * 4}] if hidden == "background" else []
    task = inference.from_function(
        lambda records: [weighed(each["s"].cells) for each in records], about, background=rows
    )
    found = explain(task, {"s": [[1, 5], [2, 6], [3, 7], [4, 8]]}).to_frame()
    values = dict(zip(found["id"], found["value"], strict=True))
    hiding = (1, 2) if hidden == "background" else (2.5, 6.5)
    assert values["s:a:3-4"] == pytest.approx(2 * (4 - hiding[0]))
    assert values["s:b:0-1"] == pytest.approx(-1 * (5 - hiding[1]))
    assert sum(map(abs, values.values())) == pytest.approx(abs(values["s:a:3-4"]) + abs(values["s:b:0-1"]))


COLUMNS = [{"name": "a", "label": "A"}, {"name": "b", "label": "B"}]


def weighed(cells: np.ndarray) -> float:
    return float(2 * cells[3, 0] - cells[0, 1])

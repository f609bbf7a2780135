"""The players of a series, what is hidden of it, and how they are drawn."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

import inference
from explain import explain
from explain.figures import draw
from explain.players import Players, Reference, SeriesPlayers
from explain.players.series import DIRECT, FINEST, RUNS, ago, groups, said
from explain.timeline import shared
from explain.types import Explanation, Feature
from inference.fields import SeriesColumn, SeriesField
from inference.series import Series
from inference.types import ItemTarget

COLUMNS = (SeriesColumn(name="warm", label="Temperature", unit="°C"), SeriesColumn(name="wind", label="Wind"))
WEATHER = SeriesField(name="days", label="Days", columns=COLUMNS, length=3, calendar=True)
PRICES = SeriesField(name="series", label="Prices", columns=COLUMNS[1:], length=900, least=2, hidden="mean")
WINDOW = WEATHER.parse("date,warm,wind\n2013-01-30,1,10\n2013-01-31,2,20\n2013-02-01,3,30")
OTHER = WEATHER.parse("date,warm,wind\n2013-07-01,7,70\n2013-07-02,8,80\n2013-07-03,9,90")


def walk(count: int) -> Series:
    return PRICES.parse(np.random.default_rng(0).normal(size=count).cumsum().tolist())


def test_the_cells_are_players_column_by_column_and_the_calendar_is_one() -> None:
    features = SeriesPlayers(WEATHER, WINDOW, "1 reference row").features
    assert [feature.label for feature in features] == [
        "Temperature = 1 °C, 30 Jan",
        "Temperature = 2 °C, 31 Jan",
        "Temperature = 3 °C, 1 Feb",
        "Wind = 10, 30 Jan",
        "Wind = 20, 31 Jan",
        "Wind = 30, 1 Feb",
        "Time of year",
    ]
    assert features[4].where == {"steps": [1, 2], "column": "wind"}
    assert len({feature.id for feature in features}) == 7


def test_a_hidden_cell_takes_the_value_of_its_place_in_each_window() -> None:
    players = Players([WEATHER], {"days": WINDOW}, Reference.every([{"days": OTHER}, {"days": WINDOW}]), "")
    kept = np.array([1, 0, 1, 1, 1, 0, 1], bool)
    found = [(weight, raw["days"].cells.tolist(), raw["days"].days[-1]) for weight, raw in players.inputs(kept)]
    assert found == [
        (0.5, [[1, 10], [8, 20], [3, 90]], "2013-02-01"),
        (0.5, WINDOW.cells.tolist(), "2013-02-01"),
    ]
    assert "the same place in 2 reference rows, averaged" in players.baseline


def test_a_hidden_calendar_is_that_of_the_window() -> None:
    players = SeriesPlayers(WEATHER, WINDOW, "")
    found = players.filled(np.array([1, 1, 1, 1, 1, 1, 0], bool), OTHER)
    assert (found.cells.tolist(), found.days) == (WINDOW.cells.tolist(), OTHER.days)


def test_without_windows_a_hidden_step_takes_the_series_own_mean() -> None:
    players = Players([PRICES], {"series": PRICES.parse([1, 2, 6])}, Reference.every([]), "")
    ((weight, raw),) = players.inputs(np.array([1, 0, 0], bool))
    assert (weight, raw["series"].cells[:, 0].tolist()) == (1, [1, 3, 3])
    assert players.baseline == "hidden days of Prices take the mean of all of them"
    second = Players([PRICES], {"series": PRICES.parse([1, 2, 6])}, Reference.every([]), "", second_baseline=True)
    ((_, raw),) = second.inputs(np.array([0, 0, 1], bool))
    assert raw["series"].cells[:, 0].tolist() == [1, 1, 6]
    assert second.baseline == "hidden days of Prices take the value of the oldest"


@pytest.mark.parametrize("count", [2, DIRECT, DIRECT + 1, FINEST, FINEST + 1, 900])
def test_each_step_is_part_of_one_player(count: int) -> None:
    players = SeriesPlayers(PRICES, walk(count), "")
    assert len(players.features) == min(count, FINEST)
    assert list(itertools.chain(*players.groups)) == list(range(len(players.features)))
    assert len(players.groups) == (count if count <= DIRECT else RUNS)
    covered = [players.together(group).where["steps"] for group in players.groups]  # type: ignore[index]
    assert [start for start, _ in covered] == [0, *(end for _, end in covered[:-1])]
    assert covered[-1][1] == count


def test_runs_stay_within_their_column() -> None:
    assert groups(40, 3) == tuple(tuple(range(c * 40 + a * 8, c * 40 + a * 8 + 8)) for c in range(3) for a in range(5))


def test_days_are_said_as_people_say_them() -> None:
    assert said("2013-01-31") == "31 Jan"
    assert said("Monday") == "Monday"
    steps = [(0, 0), (0, 4), (1, 1), (3, 3), (3, 8)]
    told = ["the last day", "the last 5 days", "1 day before", "3 days before", "3 to 8 days before"]
    assert [ago(near, far, "day") for near, far in steps] == told


def explained(series: Series, values: dict[tuple[int, int, str], float]) -> Explanation:
    features = tuple(
        Feature(f"days:{column}:{a}-{b}", "days", "x", {"steps": [a, b], "column": column}) for a, b, column in values
    )
    target = ItemTarget("value")
    common = {"scale": "value", "unit": "°C", "baseline": "", "estimand": "Shapley", "method": "exact"}
    numbers = {"values": tuple(values.values()), "stderr": None, "base": 0.0, "score": sum(values.values())}
    rest = {"evaluations": 2, "seconds": 0.0, "dtype": "float32", "seed": 0, "residual": 0.0}
    return Explanation(target=target, output="Next", features=features, **numbers, **common, **rest)  # type: ignore[arg-type]


def test_a_run_is_shared_evenly_among_its_steps() -> None:
    found = explained(WINDOW, {(0, 2, "warm"): 4.0, (2, 3, "warm"): -1.0, (0, 3, "wind"): 3.0})
    assert shared(found, found.features, WINDOW).tolist() == [[2, 1], [2, 1], [-1, 1]]


def test_the_figure_colours_days_and_cells_and_says_each_columns_sum() -> None:
    found = explained(WINDOW, {(0, 1, "warm"): 4.0, (2, 3, "warm"): -1.0, (2, 3, "wind"): -2.0})
    html = draw(found, {"days": WINDOW}).html
    days = re.findall(r'<rect class="(\w+)" style="--strength:([\d.]+)" [^>]*><title>(\S+):', html)
    assert days[:3] == [("for", "1.00", "2013-01-30"), ("for", "0.00", "2013-01-31"), ("against", "0.75", "2013-02-01")]
    assert len(days) == 3 + 6
    assert 'aria-label="Temperature +3.00 °C; Wind −2.00 °C"' in html
    assert html.count('role="img"') == 2
    assert "All columns together: 2013-01-30 +4.00 °C, 2013-01-31 +0.00 °C, 2013-02-01 −3.00 °C." in html


def test_names_of_days_are_no_markup() -> None:
    evil = replace(walk(3), days=("<script>", "<b>", "<i>"))
    found = explained(evil, {(0, 3, "wind"): 1.0})
    html = draw(found, {"days": evil}).html
    assert "<script" not in html
    assert "<b>" not in html


def test_an_additive_forecaster_is_explained_exactly_and_at_once() -> None:
    task = inference.load("new-york-weather")
    found = explain(task, task.demo.examples[0].inputs)
    assert (found.method, len(found.values), found.evaluations) == ("closed form", 43, 45)
    assert not any(found.stderr or ())
    assert found.residual < 1e-4


def test_the_season_is_a_player_and_moves_the_forecast() -> None:
    task = inference.load("new-york-weather")
    frost = task.demo.examples[0].inputs["days"]
    summer = frost.replace("2013-10-", "2013-06-").replace("2013-11-0", "2013-07-0").replace("06-31", "06-30")
    assert "2013-06-30" in summer
    values = {}
    for name, text in (("autumn", frost), ("July", re.sub(r"2013-\d\d-\d\d", iter_days(), summer))):
        frame = explain(task, {"days": text}).to_frame()
        values[name] = float(frame.set_index("feature").value["Time of year"])
    assert values["autumn"] < 0 < values["July"]


def iter_days():  # type: ignore[no-untyped-def]
    days = iter(f"2013-07-{day:02d}" for day in range(1, 8))
    return lambda _: next(days)

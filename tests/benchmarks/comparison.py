"""What the benchmarks share: works take turns, medians, ranges and ratios, one table, one command line.

A work and its peer are measured in the same round, so that whatever else the machine does falls on both. A ratio is the
median over the rounds of (our median / the peer's median); its range tells how far the rounds agree.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Rounds = Sequence[Sequence[float]]
"""What was measured, by round: figures[round][repeat]."""
T = TypeVar("T")


@dataclass(frozen=True)
class Comparison:
    """One work beside its peer. `ours` and `theirs` have the same rounds; `bound` is the largest ratio promised."""

    what: str
    ours: Rounds
    peer: str
    theirs: Rounds
    unit: str
    bound: float | None = None

    @property
    def ratios(self) -> list[float]:
        """Our median over the peer's, by round; empty where the peer's figure is 0."""
        pairs = [(np.median(a), np.median(b)) for a, b in zip(self.ours, self.theirs, strict=True)]
        return [float(a / b) for a, b in pairs] if all(b > 0 for _, b in pairs) else []

    def to_json(self) -> dict[str, Any]:
        """The medians, the ratio with its range, and every single figure."""
        low, middle, high = spread(self.ratios) if self.ratios else (None, None, None)
        medians = {name: float(np.median(np.concatenate(all_of))) for name, all_of in self._both.items()}
        return {**asdict(self), "medians": medians, "ratio": middle, "ratio_low": low, "ratio_high": high}

    def row(self) -> str:
        """A line of the table."""
        low, middle, high = spread(self.ratios) if self.ratios else (0, 0, 0)
        ratio = f"**{middle:.2f}** ({low:.2f} to {high:.2f})" if self.ratios else "–"
        ours, theirs = (f"{told(figures)} {self.unit}".strip() for figures in self._both.values())
        return f"| {self.what} | {ours} | {self.peer} | {theirs} | {ratio} | {self.bound or ''} |"

    @property
    def _both(self) -> dict[str, Rounds]:
        return {"ours": self.ours, "theirs": self.theirs}


HEAD = "| what | ours | beside it | its figure | ours / its (range) | at most |\n|---|---|---|---|---|---|"


def table(rows: Sequence[Comparison]) -> str:
    """The comparisons as Markdown."""
    return "\n".join([HEAD, *(row.row() for row in rows)])


def told(figures: Rounds) -> str:
    """Median, with the 95th percentile of 20 figures and more, else with the range."""
    flat = np.concatenate(figures)
    low, middle, high = spread(flat)
    if len(flat) >= 20:
        return f"{short(middle)} (p95 {short(float(np.quantile(flat, 0.95)))})"
    return f"{short(middle)} ({short(low)} to {short(high)})" if low < high else short(middle)


def short(figure: float) -> str:
    """Three digits, or all those before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def spread(figures: Sequence[float]) -> tuple[float, float, float]:
    """Least, median, largest."""
    return float(np.min(figures)), float(np.median(figures)), float(np.max(figures))


def turns(works: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """What each work gave in each round; every other round runs them backwards, so that none is always the first."""
    found: dict[str, list[T]] = {name: [] for name in works}
    for i in range(rounds):
        for name in list(works)[:: -1 if i % 2 else 1]:
            found[name].append(works[name]())
    return found


def command(
    measure: Callable[[argparse.Namespace], list[Comparison]], about: str | None, rounds: int, **numbers: int
) -> None:
    """Run a benchmark from the command line: the table, then the JSON, or the JSON to a file.

    numbers: further options of its own, with their defaults.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser, rounds)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{default} by default")
    arguments = parser.parse_args()
    rows = measure(arguments)
    print(table(rows))
    report = json.dumps([row.to_json() for row in rows])
    if arguments.output:
        arguments.output.write_text(report + "\n", encoding="utf-8")
    else:
        print(report)


def options(parser: argparse.ArgumentParser, rounds: int | None) -> None:
    """The options that all benchmarks take."""
    parser.add_argument("--rounds", type=int, default=rounds, help="how often work and peer take turns")
    parser.add_argument("--model", action="append", help="only this model; repeatable; all at hand by default")
    parser.add_argument("--output", type=Path, help="write the JSON there instead of printing it")

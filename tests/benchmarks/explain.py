"""Our explanations beside shap's, explainerdashboard's and shapash's: python tests/benchmarks/explain.py

On inputs that nothing was tuned on, two measures that are never mixed:

A, fewer evaluations: how many the better of shap's Permutation and Kernel (l1_reg=False) needs to a median relative L2
error, over how many ours needs. All share one value function, ours. The true values come from all coalitions where
there are at most 13 players, and else from so many evaluations of permutations, whose own standard error is told.
B, less time: a peer's wall time as its users run it, over ours at no larger error. Each hides in its own way, so that
each error is the distance to the values of its own game. A peer's error of a picture is taken over the cells of a grid,
its values added up within them.

What a fresh process adds is measured by cold.py. Besides: how often our 95 % bars hold, step functions and parities
among the games, and the curves as a picture.
A does not depend on the machine; what it computes can be kept (--keep). Let nothing else run for B.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not this file, which lies in the way

import cases
import curves
import faster
import svc
from accuracy import Bars, coverage
from accuracy import curves as measured
from comparison import Comparison, options
from fewer import BARS, Fewer, covered
from fewer import HEAD as FEWER
from known import Keep, Known
from machine import describe, sentence
from processes import at_hand

MOST, MOST_LIVE = 1664, 1600
"""Evaluations up to which errors are taken: 128 a player of 13, and 32 of 50, whose games are asked live."""
NUMBERS = {"inputs": 6, "seeds": 3, "reference": 20_000}


def main() -> None:
    """Both measures, or one of them."""
    warnings.simplefilter("ignore")  # other people's; the tests have them as errors
    chosen = arguments()
    keep, about = Keep(chosen.keep), sentence(describe())
    told: list[str] = [about, ""]
    rows: list[Comparison] = []
    if "A" in chosen.measure:
        found = fewer(chosen, keep)
        told += [FEWER, *(line.row() for line in found if line.curves), ""]
        told += [BARS, *map(covered, found)]
        rows += [row for line in found for row in line.comparisons]
        if chosen.picture:
            drawn = {line.case: line.curves for line in found if line.curves}
            chosen.picture.write_text(curves.draw(drawn), encoding="utf-8")
    if "B" in chosen.measure:
        lines, missing = timed(chosen, keep)
        told += ["", faster.HEAD, *(line.row() for line in lines), "", *missing]
        rows += [row for line in lines for row in (line.comparison, line.errors)]
    report(chosen, told, rows)


def report(chosen: argparse.Namespace, told: list[str], rows: list[Comparison]) -> None:
    """What README holds, then the JSON, or the JSON to a file."""
    print("\n".join(told))
    figures = json.dumps([row.to_json() for row in rows])
    if chosen.output:
        chosen.output.write_text(figures + "\n", encoding="utf-8")
    elif not chosen.markdown:
        print(figures)


def arguments() -> argparse.Namespace:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser, rounds=3)
    for name, default in NUMBERS.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{default:,} by default")
    parser.add_argument("--measure", default="AB", choices=("A", "B", "AB"), help="one of the two; both by default")
    parser.add_argument("--markdown", action="store_true", help="print the tables alone, as README has them")
    parser.add_argument("--picture", type=Path, help="write the error curves there, as SVG")
    parser.add_argument("--keep", type=Path, help="keep true values in this folder, and use those that are there")
    parser.add_argument("--peers", default=sys.executable, help="a Python that imports explainerdashboard and shapash")
    return parser.parse_args()


def fewer(chosen: argparse.Namespace, keep: Keep) -> list[Fewer]:
    """Measure A, case by case, and then the games that are hard for us."""
    names = at_hand(chosen.model)
    exact = cases.exact(chosen.inputs, keep, names)
    many = cases.many(max(1, chosen.inputs // 2), keep, names, chosen.reference)
    found = [case(name, games, chosen.seeds) for name, games in {**exact, **many}.items()]
    hard = cases.hard(next(iter(exact.values()), []), chosen.inputs)
    return found + [Fewer(name, games, {}, barred(games, chosen.seeds)) for name, games in hard.items()]


def case(name: str, games: list[Known], seeds: int) -> Fewer:
    """One case of it."""
    print(name, file=sys.stderr, flush=True)
    most = MOST_LIVE if games[0].own_error else MOST
    return Fewer(name, games, measured(games, seeds, most), barred(games, seeds))


def barred(games: list[Known], seeds: int) -> list[Bars]:
    """How our error bars do, from twice the seeds."""
    return list(coverage(games, 2 * seeds, 16 * games[0].n))


def timed(chosen: argparse.Namespace, keep: Keep) -> tuple[list[faster.Faster], list[str]]:
    """Measure B, and what could not be run."""
    names, count, reference = at_hand(chosen.model), min(chosen.inputs, 3), chosen.reference // 4
    found: list[faster.Faster] = []
    for model, lines in faster.LINES.items():
        if model in names:
            print(f"{model} by its users", file=sys.stderr, flush=True)
            found += lines(count, chosen.rounds, keep, reference)
    by_packages, missing = svc.lines(chosen.peers, chosen.rounds, keep, reference)
    return found + by_packages, missing


if __name__ == "__main__":
    main()

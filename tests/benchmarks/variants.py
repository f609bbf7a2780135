"""What the variants of embedded models cost, gain and move: python tests/benchmarks/variants.py [--output FILE]

Each variant is made from the loaded model and held against float32: bytes of its weights, one input and inputs a second
(medians, in the same turns), how often it says the same, its quality where the model comes with labelled rows of its
own (`evaluation` in its demo.json, else its examples are asked), and how far its reasons move, beside how far float32's
own move with another seed. Prints Markdown; the JSON is Variation's. Take it on an idle machine.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # the packages, not the scripts beside this file

from machine import describe, sentence

import inference
from explain.panels.roster import around, judged
from explain.variation import Stage, Variant, Variation
from explain.varying import vary
from inference import demo
from inference.study import variants
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.study.variants import REFERENCE
from inference.task import Task
from inference.units import filesize, number, percent

MODELS = ("sentiment", "mobilenet-v2", "ames-house-prices")
ROWS, EXPLAINED = 1_000, 12
HEAD = (
    "variant",
    "memory / file",
    "one input",
    "inputs a second",
    "same answer",
    "quality",
    "rank correlation",
    "top 3 / 5",
    "moved",
)


def main() -> None:
    """A table a model, then what each variant's row means."""
    options = arguments()
    print(sentence(describe()))
    found = [measured(name, options) for name in options.model or MODELS]
    for table in found:
        print(f"\n{told(table)}\n")
    if options.output:
        tables = {table.model: table.to_json() for table in found}
        options.output.write_text(json.dumps({"machine": describe(), "tables": tables}, indent=1))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--variant", action="append", choices=list(variants.VARIANTS), help="default: all")
    parser.add_argument("--rows", type=int, default=ROWS, help="labelled rows asked at most")
    parser.add_argument("--explained", type=int, default=EXPLAINED, help="inputs explained at most")
    parser.add_argument("--rounds", type=int, default=1, help="taken for the sake of all.py; times are medians already")
    parser.add_argument("--output", type=Path, help="also write the figures as JSON")
    return parser.parse_args()


def measured(name: str, options: argparse.Namespace) -> Variation:
    """The table of one model, with what is under way on stderr."""
    task = inference.load(name)
    raws, truth = rows(task, options.rows)
    names = tuple(options.variant or variants.VARIANTS)
    for found in vary(task, raws, truth, names, options.explained):
        if isinstance(found, Stage):
            print(f"{name}: {found.what}", file=sys.stderr)
    assert isinstance(found, Variation)
    return found


def rows(task: Task, most: int) -> tuple[list[Any], Any]:
    """The model's own labelled rows, spread over them, else its examples without a truth."""
    file = demo.file(task.folder, task.demo, task.demo.evaluation) if task.demo.evaluation else None
    if file is None:
        return [task.parse(each.inputs) for each in task.demo.examples], None
    source = open_source(file)
    *_, study = read(task, source, guess(task.demo, source.columns), file.name)
    assert isinstance(study, Study)
    step = -(-len(study.results.raws) // most)
    truth = study.results.truth
    return study.results.raws[::step], None if truth is None else truth[::step]


def told(table: Variation) -> str:
    """A table as Markdown."""
    own = table.own
    rank = around(own.rank) if own.rank else "none"
    by = percent(own.distance.value if own.distance else 0)
    lines = [
        f"**{table.model}**: {table.inputs:,} inputs, {table.explained} of them explained; {REFERENCE} with another "
        f"seed: rank correlation {rank}, moved {by}.",
        "",
        f"| {' | '.join(HEAD)} |",
        "|---" * len(HEAD) + "|",
        *(line(row) for row in table.rows),
        "",
        *(f"- {row.name}: {row.problem or row.verdict}" for row in table.rows if row.name != REFERENCE),
    ]
    return "\n".join(lines)


def line(row: Variant) -> str:
    """A variant's row."""
    if row.timing is None or row.beside is None:
        return f"| {row.name} | not made |  |  |  |  |  |  |  |"
    moved = row.moved
    tops = [percent(each.value) if each else "–" for each in (moved.top3, moved.top5)] if moved else []
    cells = [
        f"**{row.name}**" if row.flagged else row.name,
        f"{filesize(row.memory)} / {filesize(row.disk)}",
        f"{number(row.timing.median)} ms ({row.beside.median / row.timing.median:.2f}×)",
        f"{number(round(row.per_second))} ({row.per_second / row.beside_per_second:.2f}×)",
        percent(row.agreement.same.value) if row.agreement else "",
        judged(row.quality, None) if row.quality else "",
        around(moved.rank) if moved and moved.rank else "",
        " / ".join(tops),
        percent(moved.distance.value) if moved and moved.distance else "",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

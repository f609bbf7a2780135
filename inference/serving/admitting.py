"""The command line of who is let in: how much may be asked, and who watches."""

import argparse
import os

from ..errors import ModelError
from ..study.first import MOST_ROWS
from . import limits
from .admission import Admission


def arguments(parser: argparse.ArgumentParser) -> None:
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

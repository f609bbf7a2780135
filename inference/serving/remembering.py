"""The command line of the history: where it is, what of an input is kept, for how long, and who may read it."""

import argparse
import os
import re
import secrets
from urllib.parse import quote

from ..errors import ModelError
from ..history.history import DAYS, KEEPS, LONGEST, History

TOKEN = "SEEWHY_TOKEN"
OWN = re.compile(r"[A-Za-z0-9_-]{16,200}")
"""What a token of the presenter's own may be: it stands in an address."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    given = parser.add_argument_group("history")
    given.add_argument(
        "--history",
        metavar="URL|FILE",
        help="keep answers and what people say of them: a SQLite file, or postgresql://…; off unless given",
    )
    given.add_argument(
        "--keep",
        default=KEEPS[0],
        metavar="|".join(KEEPS),
        help="of an input: a digest that tells it from others, or the input itself (default: %(default)s)",
    )
    given.add_argument(
        "--days",
        default=str(DAYS),
        help="days after which an answer is deleted (default: %(default)s)",
    )


def opened(options: argparse.Namespace) -> History | None:
    """The history that the options ask for. Raises ModelError that says what the presenter can do."""
    if not options.history:
        return None
    try:
        days = int(options.days)
    except ValueError:
        raise ModelError(f"--days must be a whole number from 1 to {LONGEST:,}, got {options.days[:40]!r}.") from None
    return History(options.history, options.keep, days)


def token() -> str:
    """What makes its holder the presenter: SEEWHY_TOKEN, or a new one for each start. Raises ModelError."""
    own = os.environ.get(TOKEN, "")
    if own and not OWN.fullmatch(own):
        raise ModelError(f"{TOKEN} must have 16 to 200 letters of a to z, digits, - and _; got {len(own)} characters.")
    return own or secrets.token_urlsafe(16)


def invitation(address: str, model: str, token: str) -> str:
    """What the log tells the presenter, and nobody else. The token stands behind the #, which browsers send nowhere."""
    return f"* History, for you alone: {address.rstrip('/')}/?model={quote(model)}#history-{token}"

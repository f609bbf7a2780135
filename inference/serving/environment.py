"""Options of the command line by way of the environment: `--root-path` is SEEWHY_ROOT_PATH. Knows no option by name."""

import argparse
import os
from collections.abc import Sequence
from typing import Any

from ..errors import InputError

PREFIX = "SEEWHY_"
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
"""What a variable may say of an option that is on or off."""


class Several(argparse.Action):
    """An option that may be repeated; given on the command line, it takes the place of what the environment says."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, value: Any, option: str | None = None) -> None:
        """Add a value."""
        known = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*([] if known is self.default else known), value])


def from_environment(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The same parser, each of its options beginning with what its variable says, of repeated ones parted by commas.

    Options of subcommands have no variables. What is wrong with a value is told when the arguments are parsed, or
    ends the program at once, as with a wrong argument.
    """
    for action in parser._actions:
        text = os.environ.get(f"{PREFIX}{action.dest.upper()}", "").strip()
        if action.option_strings and text:
            action.default = parsed(parser, action, text)
    return parser


def parsed(parser: argparse.ArgumentParser, action: argparse.Action, text: str) -> Any:
    """A variable's text as its option takes it; argparse itself turns a default that is a text into its type."""
    if isinstance(action, Several):
        return [part.strip() for part in text.split(",") if part.strip()]
    known = WORDS if action.nargs == 0 else action.choices
    if known and text.lower() not in known:
        parser.error(f"{PREFIX}{action.dest.upper()} must be one of {', '.join(known)}, got {text[:40]!r}")
    return WORDS[text.lower()] if action.nargs == 0 else text


def port(text: str) -> int:
    """A number of a TCP port. Raises argparse.ArgumentTypeError."""
    if not (text.isdecimal() and 0 < int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65,535, got {text[:40]!r}")
    return int(text)


def root_path(text: str) -> str:
    """A proxy's path, such as /demo, or its whole address. Raises argparse.ArgumentTypeError."""
    if not text.startswith(("/", "http://", "https://")):
        raise argparse.ArgumentTypeError(f"it begins with a slash, such as /demo, or is an address, got {text[:80]!r}")
    return text.rstrip("/")


def users(given: Sequence[str]) -> dict[str, str]:
    """Passwords by name, from `NAME:PASSWORD`, or `@FILE` with one a line. Raises InputError, which holds none."""
    found: dict[str, str] = {}
    for line in [line for entry in given for line in lines(entry, "--auth")]:
        name, mark, password = line.partition(":")
        if not (name and mark and password):
            raise InputError("--auth takes NAME:PASSWORD, or @FILE with one of them a line; got one without both.")
        found[name] = password
    return found


def lines(entry: str, option: str) -> list[str]:
    """An option's text, or for `@FILE` what the file says, without empty lines. Raises InputError."""
    if not entry.startswith("@"):
        return [entry]
    try:
        with open(entry[1:], encoding="utf-8") as file:
            return [line.strip() for line in file if line.strip()]
    except (OSError, ValueError):
        raise InputError(f"{option}: the file {entry[1:][:200]!r} cannot be read.") from None

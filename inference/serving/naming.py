"""Under which names this machine is asked. A site that points its own name at 127.0.0.1 makes a browser on this machine
call what listens there as if it were that site (DNS rebinding): the name alone tells the two apart.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from .limits import is_loopback

HERE = ("127.0.0.1", "localhost", "[::1]")
"""Names by which this machine calls itself."""
LISTENS = "127.0.0.1"
"""Where Gradio listens unless told otherwise."""


def named(host: str) -> str:
    """The name of a `Host`, in small letters, without a port."""
    return (host if host.endswith("]") else host.rpartition(":")[0] or host).lower()


def is_own(name: str) -> bool:
    """Whether a name is this machine's own. Nobody can point another's name there: names are not asked for it."""
    return name in HERE or is_loopback(name.removeprefix("[").removesuffix("]"))


def names_of(origins: Sequence[str]) -> set[str]:
    """The names of sites such as https://example.com:8443."""
    return {named(urlsplit(origin).netloc) for origin in origins}


def is_alone(options: argparse.Namespace, environ: Mapping[str, str] | None = None) -> bool:
    """Whether only this machine itself can ask: it listens to nobody else, and nobody was said to pass requests on."""
    given = os.environ if environ is None else environ
    host = options.host or given.get("GRADIO_SERVER_NAME") or LISTENS
    forwarded = options.share or options.trust_proxy or options.root_path or given.get("GRADIO_ROOT_PATH")
    return is_own(host.lower()) and not forwarded and not given.get("SPACE_ID")

"""Links that reopen a case: signed, so that nobody can alter what they say. Small inputs travel in the link itself,
others are kept by the server. Knows no page.

A token is base64url(HMAC-SHA256, its first 16 bytes, over the rest; then deflated JSON).
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import shutil
import tempfile
import time
import weakref
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, NotFound
from ..models import user_cache
from ..types import Record, Target
from .holding import GONE, Holding

MOST_CHARACTERS = 4_000
"""Of a token that holds its input: with the rest of an address below the 8 KB of a line that proxies take."""
MOST_BYTES = 64 * 1024**2
"""Of the JSON of a case."""
SIGNED = 16
"""Bytes of a signature."""
SHORTEST = 16
"""Characters of a key."""


@dataclass(frozen=True, kw_only=True)
class Shared(Record):
    """A case as a link has it.

    inputs: as a program would send them, pictures and recordings as data URIs. revision: which model answered. target:
    whose score was explained. view: on which screen, empty for that of one case. than: what it was compared with
    there, and `other_inputs` where that were other inputs.
    """

    model: str
    inputs: dict[str, Any]
    revision: str = ""
    target: Target | None = None
    view: str = ""
    than: str = ""
    other_inputs: dict[str, Any] | None = None


@dataclass(frozen=True)
class Token:
    """What stands in an address. until: when it ends, in seconds since 1970, or None."""

    text: str
    until: float | None


class Links:
    """Makes and opens links; servers of one secret open one another's, and the large ones where they share a folder."""

    def __init__(self, secret: str = "", folder: Path | None = None) -> None:
        """secret: at least 16 characters; by default random, so that links end with the server.

        folder: where large inputs are kept; by default in the user's cache, without a secret in a folder that goes
        with the server. Raises InputError.
        """
        if secret and len(secret) < SHORTEST:
            raise InputError(f"The secret needs {SHORTEST} characters or more, got {len(secret)}.")
        self.lasting = bool(secret)
        """Whether links outlive this server."""
        self._key = hashlib.sha256(b"SeeWhy links\0" + (secret.encode() or secrets.token_bytes(32))).digest()
        if folder is None and not secret:
            folder = Path(tempfile.gettempdir()) / f"seewhy-links-{secrets.token_hex(8)}"  # made when first needed
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.keeping = Holding(folder or user_cache() / "links")

    def make(self, case: Shared) -> Token:
        """The token of a case. Raises InputError for one that is too large, Busy where nothing can be kept."""
        data = json.dumps(case.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
        if len(data) > MOST_BYTES:
            raise InputError(
                f"A link may hold {MOST_BYTES / 1e6:,.0f} MB, and this case has {len(data) / 1e6:,.0f} MB."
            )
        text = self._signed(b"=" + zlib.compress(data, 9))
        if len(text) <= MOST_CHARACTERS and not holds_files(case):
            return Token(text, None)
        name, until = self.keeping.put(zlib.compress(data, 1))
        return Token(self._signed(b"@" + json.dumps([name, int(until)]).encode()), until)

    def open(self, text: str) -> Shared:
        """The case of a token. Raises InputError for one that is not ours, NotFound for one that has ended."""
        body = self._checked(text)
        if body[:1] == b"=":
            return Shared.from_json(json.loads(inflated(body[1:])))
        name, until = json.loads(body[1:])
        if time.time() > until:
            with suppress(OSError):
                self.keeping.sweep()
            day = time.strftime("%d %B %Y", time.gmtime(until)).lstrip("0")
            raise NotFound(f"This link ended on {day}: what was sent for it has been deleted.")
        try:
            return Shared.from_json(json.loads(inflated(self.keeping.get(name))))
        except (zlib.error, ValueError):
            raise NotFound(GONE) from None

    def _signed(self, body: bytes) -> str:
        return base64.urlsafe_b64encode(self._signature(body) + body).decode().rstrip("=")

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:SIGNED]

    def _checked(self, text: str) -> bytes:
        """The body of a token whose signature is ours. Raises InputError."""
        try:
            whole = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            whole = b""
        if not hmac.compare_digest(whole[:SIGNED], self._signature(whole[SIGNED:])):
            raise InputError(
                "This link is damaged, or was made by another server or before this one was started anew. "
                "Ask for a new link, or enter the case anew."
            )
        return whole[SIGNED:]


def holds_files(case: Shared) -> bool:
    """Whether an input is a picture or a recording: those stay out of addresses, which are written into logs."""
    values = [*case.inputs.values(), *(case.other_inputs or {}).values()]
    return any(isinstance(value, str) and value.startswith("data:") for value in values)


def inflated(data: bytes) -> bytes:
    """Deflated data as it was, of which no more is unpacked than was packed. Raises zlib.error."""
    packed = zlib.decompressobj()
    found = packed.decompress(data, MOST_BYTES)
    if not packed.eof:
        raise zlib.error("longer than a case may be")
    return found


def secret_of(given: str | None) -> str:
    """The key itself, or for `@FILE` what the file holds, which is made if it is missing. Raises InputError."""
    if not given or not given.startswith("@"):
        return given or ""
    file = Path(given[1:])
    try:
        if not file.exists():
            made(file)
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise InputError(f"--secret: the file {str(file)[:200]!r} can neither be read nor made.") from None


def made(file: Path) -> None:
    """Write a new key for its owner alone; of servers that start together, one makes it and the others take it."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as key:
            key.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)

"""How long the server waits for a request, and how long its head may be. It knows no path and no application.

uvicorn alone waits for ever for a head or a body that comes byte by byte, and, with httptools, keeps a head of any
length in memory.
"""

import asyncio
import time
from typing import Any

import uvicorn.config
from uvicorn.protocols.http.auto import AutoHTTPProtocol

MOST_HEAD = 64 * 1024
"""Bytes of a request before its body: address, headers, cookies."""
HEAD_SECONDS, BODY_SECONDS = 20.0, 300.0
"""How long each may take to come: 32 MB in 300 s are what a slow telephone sends."""
LOOK = 5.0
"""Seconds between looks at how far a request has come."""
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    b'{"detail": "The head of a request may have 64 kB."}'
)


class Patience(asyncio.Protocol):
    """What one of uvicorn's protocols lacks: it closes a connection whose request takes too long to come."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any
    """The request that is answered, once its head was there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._head, self._since, self._awaited = 0, time.monotonic(), ("head", self.cycle)
        self._looking = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no longer."""
        self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a head or a body."""
        before, awaited = self.cycle, self._awaits()
        super().data_received(data)
        self._head = self._head + len(data) if self.cycle is before and awaited != "body" else 0
        if self._head > MOST_HEAD and not self.transport.is_closing():
            if self._awaits() == "head":  # else an answer is on its way, and another would stand in its middle
                self.transport.write(TOO_LONG)
            self.transport.close()

    def _awaits(self) -> str:
        """What is still to come: a head, a body, or nothing while an answer is made."""
        if self.cycle is None or self.cycle.response_complete:
            return "head"
        return "body" if self.cycle.more_body else ""

    def _look(self) -> None:
        """Close the connection if the same part of a request has been awaited for too long."""
        state = self._awaits()
        if state == "head" and self.cycle is not None and not self._head:
            state = ""  # between two requests, which is uvicorn's own to end
        if (state, self.cycle) != self._awaited:  # the body of another request is another one
            self._awaited, self._since = (state, self.cycle), time.monotonic()
        longest = {"head": HEAD_SECONDS, "body": BODY_SECONDS}.get(state)
        if longest is not None and time.monotonic() - self._since >= longest:
            self.transport.close()
        else:
            self._looking = self.loop.call_later(LOOK, self._look)


class Patient(Patience, AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # one of two, by what is installed
    """The protocol that uvicorn would choose, with patience that ends."""


def begin() -> None:
    """Have every server of this process wait no longer: Gradio starts it, and asks uvicorn for its usual protocol."""
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{Patient.__name__}"

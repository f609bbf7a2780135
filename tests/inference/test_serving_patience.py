"""Requests that come byte by byte, or whose head never ends: the connection is closed, and the memory stays."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.http.h11_impl import H11Protocol

from inference.serving import patience

FRESH = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """The length of a body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(size).encode()})


@pytest.fixture(params=sorted({AutoHTTPProtocol, H11Protocol}, key=str), ids=lambda kind: kind.__name__)
def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits for a head 0.4 s and for a body 1.2 s."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(patience, "BODY_SECONDS", 1.2)
    monkeypatch.setattr(patience, "LOOK", 0.1)
    kind = type("Patient", (patience.Patience, request.param), {})
    config = uvicorn.Config(echo, port=0, http=kind, lifespan="off", log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(10)


def asked(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What comes back of a request sent in parts, until the server closes it or has said something."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            return connection.recv(1_000)
        except ConnectionError:
            return b""


def test_usual_requests_are_answered(port: int) -> None:
    with httpx.Client() as client:
        for size in (0, 1, 300_000, 5_000_000):
            assert client.post(f"http://127.0.0.1:{port}/", content=b"x" * size).text == str(size)
        time.sleep(1)  # between two requests nothing is awaited for so short a time
        assert client.get(f"http://127.0.0.1:{port}/", headers={"cookie": "a=" + "x" * 15_000}).text == "0"


@pytest.mark.parametrize("parts", [[b"GET"], [b""], [FRESH, b"X: "]])
def test_a_head_that_does_not_come_is_not_waited_for(parts: list[bytes], port: int) -> None:
    began = time.monotonic()
    assert asked(port, *parts) == b""
    assert time.monotonic() - began < 2


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(port: int) -> None:
    began = time.monotonic()
    assert asked(port, FRESH, *[b"a"] * 100, pause=0.05) == b""
    assert time.monotonic() - began < 4


def test_a_body_that_comes_byte_by_byte_is_not_waited_for(port: int) -> None:
    began = time.monotonic()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    assert asked(port, head, *[b"a"] * 90, pause=0.05) == b""
    assert 1 < time.monotonic() - began < 4


def test_one_upload_after_another_on_a_connection_is_not_taken_for_one_that_never_ends(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        began, answered = time.monotonic(), 0
        connection.sendall(head)
        while time.monotonic() - began < 2.5:  # longer than a body may take, and in a body at each look
            for part in (b"ab", b"c"):
                connection.sendall(part)
                time.sleep(0.15)
            connection.sendall(b"d" + head)
            answered += connection.recv(1_000).count(b"200 OK")
    assert answered >= 5


@pytest.mark.parametrize("begins", [FRESH + b"X: ", b"GET /"])
def test_a_head_without_end_is_cut_off(begins: bytes, port: int) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(begins)
        try:
            while sent < 50_000_000:
                connection.sendall(b"a" * 10_000)
                sent += 10_000
        except OSError:  # closed, whatever was still on its way
            pass
    assert sent < 10_000_000  # what two sockets hold of it


def test_the_app_serves_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(uvicorn.config.HTTP_PROTOCOLS, "auto", "")  # put back at the end
    patience.begin()
    config = uvicorn.Config(echo)
    config.load()
    assert config.http_protocol_class is patience.Patient

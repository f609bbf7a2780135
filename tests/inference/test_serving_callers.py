"""Who asks, and what is believed of it."""

import pytest
from starlette.datastructures import Headers

from inference.serving.callers import Caller, address, asking, bears, request_id, who

PEER = "10.0.0.9"


@pytest.mark.parametrize(
    ("proxies", "noted", "found"),
    [
        (0, "203.0.113.1", PEER),  # nobody said that a proxy is to be trusted
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "1.1.1.1, 203.0.113.1", "203.0.113.1"),  # what a caller wrote himself stands before what the proxy noted
        (2, "1.1.1.1, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (2, "203.0.113.1", PEER),  # fewer than there should be: not by way of both
        (1, "", PEER),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_trusted_proxies_have_noted_is_believed(proxies: int, noted: str, found: str) -> None:
    assert address(PEER, Headers({"x-forwarded-for": noted} if noted else {}), proxies) == found


@pytest.mark.parametrize(
    ("proxies", "lines", "found"),
    [
        (1, ["127.0.0.1", "203.0.113.1"], "203.0.113.1"),  # the caller's own line, then that which the proxy added
        (1, ["1.1.1.1, 127.0.0.1", "203.0.113.1"], "203.0.113.1"),
        (2, ["127.0.0.1", "203.0.113.1", "10.0.0.2"], "203.0.113.1"),
        (2, ["127.0.0.1", "203.0.113.1, 10.0.0.2"], "203.0.113.1"),
        (2, ["", "203.0.113.1"], PEER),
    ],
)
def test_a_proxy_may_note_in_a_line_of_its_own(proxies: int, lines: list[str], found: str) -> None:
    sent = Headers(raw=[(b"x-forwarded-for", line.encode()) for line in lines])
    assert address(PEER, sent, proxies) == found


@pytest.mark.parametrize("given", ["abc-1", "A" * 64, "0b5c.7_2"])
def test_an_id_that_came_along_is_kept(given: str) -> None:
    assert request_id(given) == given


@pytest.mark.parametrize("given", [None, "", "A" * 65, "a b", "a\nb", '{"x": 1}', "é"])
def test_what_could_forge_a_line_of_the_log_is_replaced(given: str | None) -> None:
    assert request_id(given) != given
    assert len(request_id(given)) == 16


def test_code_that_calls_directly_is_nobody() -> None:
    assert who() == Caller()


def test_turns_are_taken_by_person_then_by_page_then_by_address() -> None:
    page = [Caller("a", "1"), Caller("a", "2"), Caller("b", "1"), Caller("a", "3", user="ada"), Caller("c", user="ada")]
    assert len({caller.key for caller in page}) == 4
    token = asking.set(page[0])
    assert who() is page[0]
    asking.reset(token)


TOKEN = "the-presenters-own-token"


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"X-Seewhy-Token": TOKEN}, True),
        ({"Authorization": f"bearer {TOKEN}"}, True),
        ({"Authorization": "Basic x", "X-Seewhy-Token": TOKEN}, True),
        ({"Authorization": TOKEN}, False),
        ({"X-Seewhy-Token": ""}, False),
        ({}, False),
    ],
)
def test_a_token_is_brought_in_either_header(headers: dict[str, str], may: bool) -> None:
    assert bears(Headers(headers), TOKEN) == may
    assert not bears(Headers(headers), "")

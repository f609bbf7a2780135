"""What is kept never takes more bytes than it may, and those asked for longest ago go first."""

from typing import Any

from explain.known import ENTRY, Kept


def key(number: int) -> Any:
    return number, "", (b"", None, None, 0, "auto")


def test_those_asked_for_longest_ago_make_room() -> None:
    kept = Kept(3 * (100 + ENTRY))
    for number in range(3):
        kept.put(key(number), bytes(100))
    assert kept.get(key(0)) == bytes(100)
    kept.put(key(3), bytes(100))
    assert [number for number in range(4) if kept.get(key(number))] == [0, 2, 3]
    assert kept.bytes == kept.limit


def test_the_bytes_are_never_more_than_allowed() -> None:
    kept = Kept(20_000)
    for number in range(200):
        kept.put(key(number % 37), bytes(37 * number % 5_000))
        assert kept.bytes <= kept.limit
        assert kept.bytes == sum(len(data) + ENTRY for data, _ in kept._entries.values())
    kept.put(key(99), bytes(20_000))
    assert kept.get(key(99)) is None and len(kept) > 0  # it alone would push out all others

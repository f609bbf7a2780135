"""How often one address may ask."""

import pytest

from inference.errors import TooMany
from inference.serving import limits
from inference.serving.limits import Rate, network


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(rate: Rate, address: str, most: int = 1_000) -> int:
    """How many calls are let through at once."""
    for count in range(most):
        try:
            rate.take(address)
        except TooMany:
            return count
    return most


def test_a_burst_is_let_through_and_then_so_many_a_second() -> None:
    clock = Clock()
    rate = Rate(60, clock)
    assert taken(rate, "203.0.113.1") == 10
    clock.now = 3.5
    assert taken(rate, "203.0.113.1") == 3
    clock.now = 1_000.0
    assert taken(rate, "203.0.113.1") == 10  # rest saves no more than a burst


def test_who_asks_too_often_is_told_when_to_come_back_and_may_then() -> None:
    clock = Clock()
    rate = Rate(6, clock)
    rate.take("203.0.113.1")
    with pytest.raises(TooMany, match=r"more than 6 calls a minute\. Please try again in 10 s\.") as refused:
        rate.take("203.0.113.1")
    assert refused.value.seconds == 10
    clock.now = 10.0
    rate.take("203.0.113.1")


def test_others_are_not_concerned() -> None:
    rate = Rate(60, Clock())
    assert [taken(rate, address) for address in ("203.0.113.1", "203.0.113.2", "2001:db8::1")] == [10, 10, 10]


def test_a_household_of_ipv6_is_one_address() -> None:
    rate = Rate(60, Clock())
    assert taken(rate, "2001:db8::1") == 10
    assert taken(rate, "2001:db8::ffff:2") == 0
    assert taken(rate, "2001:db8:0:1::1") == 10


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_and_code_are_not_limited(address: str) -> None:
    assert taken(Rate(60, Clock()), address) == 1_000


def test_zero_sets_no_limit() -> None:
    assert taken(Rate(0, Clock()), "203.0.113.1") == 1_000


def test_less_than_one_call_a_minute_still_lets_the_first_through() -> None:
    assert taken(Rate(0.5, Clock()), "203.0.113.1") == 1


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("x" * 200, "x" * 64),
    ],
)
def test_what_counts_as_one_address(address: str, one: str) -> None:
    assert network(address) == one


def test_no_more_addresses_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KNOWN", 5)
    rate = Rate(60, Clock())
    for last in range(100):
        rate.take(f"203.0.113.{last}")
    assert len(rate._left) == 5

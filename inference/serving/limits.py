"""How often one address may ask: a token bucket each. It knows no request."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from ..errors import TooMany

PER_MINUTE = 600
"""Calls a minute from one address: a slider moved without a rest asks about ten times a second."""
AT_ONCE = 1 / 6
"""The share of a minute's calls that may come all at once."""
KNOWN = 10_000
"""Addresses remembered; those unheard of for longest are forgotten, whose buckets are full again."""


class Rate:
    """`per_minute` calls for each address, in bursts of a sixth of that; 0 sets no limit.

    A call from this machine itself is not counted, nor is one from code: behind a proxy that nobody said to trust, the
    machine's own address may be anybody's.
    """

    def __init__(self, per_minute: float = PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.burst = per_minute / 60, max(1.0, per_minute * AT_ONCE)
        self._clock, self._changing = clock, threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, calls: int = 1) -> None:
        """Count a call, or with 0 of them only look. Raises TooMany, which says when to come back."""
        if not (self.per_second and address) or is_loopback(address):
            return
        with self._changing:
            now, who = self._clock(), network(address)
            left, since = self._left.pop(who, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            self._left[who] = (left - calls if left >= 1 else left), now
            while len(self._left) > KNOWN:
                self._left.popitem(last=False)
        if left < 1:
            again = ceil((1 - left) / self.per_second)
            raise TooMany(
                f"From you come more than {self.per_second * 60:,.0f} calls a minute. Please try again in {again:,} s.",
                again,
            )


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; a name of none is not."""
    try:
        return parsed(address).is_loopback
    except ValueError:
        return False


def network(address: str) -> str:
    """What counts as one address: of IPv6 the half that a household gets as a whole."""
    try:
        found = parsed(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address, one of IPv4 as such however it is written. Raises ValueError."""
    found = ipaddress.ip_address(address)
    return getattr(found, "ipv4_mapped", None) or found

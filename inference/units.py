"""Numbers as people write them: `$181,000`, `1,500 ft²`, `0.97`."""

import math
from collections.abc import Sequence

PREFIXES = {"$", "€", "£"}


def number(value: float) -> str:
    """`value` with thousands separators and three significant digits below 1,000: 181,000 · 12.3 · 0.0412."""
    if abs(value) >= 999.5 or float(value).is_integer():
        return f"{value or 0:,.0f}"  # `or` turns −0 into 0
    text = f"{value:.3g}"
    return text if "e" not in text else f"{value:.1e}"


SIZES = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def filesize(size: int) -> str:
    """Bytes as `93 MB`, `6.9 kB`, `688 bytes`."""
    for unit, name in SIZES:
        if size >= 0.9995 * unit:  # what would round to 1,000 of the unit below
            return f"{number(round(size / unit, 1) if size < 9.95 * unit else round(size / unit))} {name}"
    return f"{size:,} bytes" if size != 1 else "1 byte"


def decimals(largest: float) -> int:
    """Decimals that leave three significant digits to the largest of some numbers: 3 for 0.147, 0 for 15,735."""
    return 0 if largest <= 0 else min(8, max(0, 2 - math.floor(math.log10(largest))))


def quantity(value: float, unit: str | None = None, places: int | None = None) -> str:
    """`value` with its unit: `1,500 ft²`, or a currency in front and by default in whole units: `-$1,200`.

    places: so many decimals, for numbers that stand below one another.
    """
    prefix = unit if unit in PREFIXES else ""
    if prefix and places is None:
        places = 0
    text = number(abs(value)) if places is None else f"{abs(value):,.{places}f}"
    sign = "-" if value < 0 and text.strip("0.") else ""  # no −0
    return f"{sign}{prefix}{text}{f' {unit}' if unit and not prefix else ''}"


def percent(probability: float) -> str:
    """`97 %`, `0.4 %`, `99.6 %`, `< 0.1 %`, `> 99.9 %`: never 0 or 100 % of what is neither."""
    points = 100 * probability
    if 0 < points < 0.1:
        return "< 0.1 %"
    if 99.9 < points < 100:
        return "> 99.9 %"
    return f"{points:.0f} %" if 10 <= points < 99 or points in (0, 100) else f"{points:.1f} %"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def clock(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`, `2 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"

"""One number with its unit; what comes next in a series, at the end of its chart."""

from ...course import Course, course, words
from ...series import Series
from ...units import quantity
from .parts import Shown, facts, headline


def value(shown: Shown) -> str:
    """One number with its unit; where it is the next of a series, that series as well."""
    item, unit = shown.prediction.items[0], shown.prediction.unit
    drawn = [Course(each, item.score, unit, item.interval) for each in shown.raw.values() if isinstance(each, Series)]
    return (
        headline(quantity(item.score, unit), item.name)
        + facts(item)
        + "".join(course(each, words(each)) for each in drawn)
    )

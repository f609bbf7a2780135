"""The last steps of something measured: days by columns, as CSV text, rows or columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from ..errors import InputError
from ..series import Series
from ..sheets import DAY, Sheet, listed, number, read
from ..types import Record
from ..units import quantity
from .field import Field, shown

CALENDAR = ("date", "day", "time", "datetime", "timestamp")
"""What a column of days is called."""
PRICES = ("value", "close", "adj close", "adj_close", "price")
"""Which column is read where a field wants one and several are there."""


@dataclass(frozen=True, kw_only=True)
class SeriesColumn(Record):
    """One thing that is measured at every step. Outside `limits` is an error; outside `seen`, a warning."""

    name: str
    label: str
    unit: str | None = None
    limits: tuple[float, float] | None = None
    seen: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


class Step(NamedTuple):
    """A row as it came: its number from 1, what its day is called, if anything, and its cells."""

    place: int
    day: str
    cells: list[Any]


def backwards(days: Sequence[str]) -> bool:
    """Whether dates run from the newest to the oldest."""
    return len(days) > 1 and all(map(DAY.match, days)) and list(days) == sorted(days, reverse=True)


@dataclass(frozen=True, kw_only=True)
class SeriesField(Field):
    """The last `length` steps of `columns`, oldest first; of a longer series, the last are taken. The first column is
    the one that is forecast.

    `least`: how short it may be, by default no shorter than `length`. `step` is what a step is called. `calendar`: the
    model reads the dates as well; they are then needed, day after day. `hidden`: what an explanation puts in the place
    of a hidden cell: that of the reference windows in `background`, or the series' own mean.
    """

    kind: Literal["series"] = "series"
    columns: tuple[SeriesColumn, ...]
    length: int
    least: int | None = None
    step: str = "day"
    calendar: bool = False
    hidden: Literal["background", "mean"] = "background"
    default: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError("columns needs at least one, each with a name of its own")
        if not 2 <= self.shortest <= self.length:
            raise ValueError(f"least lies between 2 and length, got {self.shortest} and {self.length}")

    @property
    def shortest(self) -> int:
        """How many steps there must be."""
        return self.length if self.least is None else self.least

    @property
    def referenced(self) -> bool:
        return self.hidden == "background"

    def parse(self, value: Any) -> Series:
        if value is None or value == "":
            raise self.missing(f"enter at least {self.shortest} {self.step}s of {self._wanted()}")
        sheet = read(value, self.label)
        calendar, places, notes = self._places(sheet)
        steps = self._steps(sheet, calendar)
        if backwards([step.day for step in steps]):
            steps.reverse()
            notes.append(f"{self.label} ran backwards: it was read from the oldest {self.step} to the newest.")
        if len(steps) < self.shortest:
            raise InputError(f"{self.label} needs at least {self.shortest} {self.step}s, got {len(steps)}.")
        if len(steps) > self.length:
            notes.append(f"{self.label} has {len(steps):,} {self.step}s: the model reads the last {self.length}.")
        steps = steps[-self.length :]
        self._check_days(steps)
        values = tuple(tuple(self._number(step, i, column) for i, column in places) for step in steps)
        names, titles = zip(*((column.name, column.label) for column in self.columns), strict=True)
        days = tuple(step.day for step in steps)
        return Series(names, values, titles, days if any(days) else (), tuple(notes))

    def _steps(self, sheet: Sheet, calendar: int | None) -> list[Step]:
        """The rows in their order; a day is cut to its date where the model reads the calendar, else to the second."""
        length = 10 if self.calendar else 19
        days = [""] * len(sheet.rows) if calendar is None else [str(cell).strip() for cell in sheet.column(calendar)]
        return [Step(i, day[:length], row) for i, (day, row) in enumerate(zip(days, sheet.rows, strict=True), start=1)]

    def _places(self, sheet: Sheet) -> tuple[int | None, list[tuple[int, SeriesColumn]], list[str]]:
        """The place of the dates, those of the columns, and what there is to say of others. Raises InputError."""
        names = [name.casefold() for name in sheet.header]
        calendar = next((i for i, name in enumerate(names) if name in CALENDAR), None)
        if calendar is None and sheet.width > 1 and all(number(cell) is None for cell in sheet.column(0)[:50]):
            calendar = 0
        if calendar is None and self.calendar:
            raise InputError(f"{self.label} needs a column date, with days such as 2013-01-31.")
        left = [i for i in range(sheet.width) if i != calendar]
        if not names or len(self.columns) == len(left) == 1:
            if len(left) != len(self.columns):
                raise InputError(
                    f"{self.label} must have {len(self.columns)} columns ({self._wanted()}), got {len(left)} "
                    "and no line that names them."
                )
            return calendar, list(zip(left, self.columns, strict=True)), []
        places = [(self._place(column, names, sheet.header), column) for column in self.columns]
        unread = [sheet.header[i] for i in left if i not in dict(places)]
        return calendar, places, [f"{self.label}: left unread: {listed(unread)}."] if unread else []

    def _place(self, column: SeriesColumn, names: Sequence[str], header: Sequence[str]) -> int:
        """Where a column stands. Raises InputError."""
        wanted = [column.name, column.label, column.title, *(PRICES if len(self.columns) == 1 else ())]
        found = [names.index(name.casefold()) for name in wanted if name.casefold() in names]
        if not found:
            raise InputError(f"{self.label} lacks the column {column.name} ({column.title}); it has {listed(header)}.")
        return found[0]

    def _check_days(self, steps: Sequence[Step]) -> None:
        """That days, or times, follow one another; day after day where the model reads them. Raises InputError."""
        days = [self._day(step).isoformat() if self.calendar else step.day for step in steps]
        if not all(map(DAY.match, days)):
            return  # names of steps that are no dates
        for before, now, step in zip(days, days[1:], steps[1:], strict=False):
            where = f"{self.label}, row {step.place}: "
            if now <= before:
                problem = "comes twice" if now == before else f"stands after {before}: put the oldest first"
                raise InputError(f"{where}{now} {problem}.")
            following = date.fromisoformat(before) + timedelta(days=1) if self.calendar else None
            if following and now != following.isoformat():
                raise InputError(f"{where}after {before} comes {now}; {following} is missing.")

    def _day(self, step: Step) -> date:
        try:
            return date.fromisoformat(step.day)
        except ValueError:
            raise InputError(
                f"{self.label}, row {step.place}: a date must be written as 2013-01-31, got {shown(step.day)}."
            ) from None

    def _number(self, step: Step, place: int, column: SeriesColumn) -> float:
        cell = step.cells[place]
        value, day = number(cell), f" ({step.day})" if step.day else ""
        where = f"{self.label}, row {step.place}{day}, {column.label}"
        if value is None:
            raise InputError(f"{where}: enter a number, got {shown(cell)}.")
        if column.limits and not column.limits[0] <= value <= column.limits[1]:
            low, high = column.limits
            ends = f"{quantity(low)} and {quantity(high, column.unit)}"
            raise InputError(f"{where} must lie between {ends}, got {shown(cell)}.")
        return value

    def _wanted(self) -> str:
        return listed([*(["date"] if self.calendar else []), *(column.name for column in self.columns)])

    def warnings(self, value: Series) -> Iterator[str]:
        yield from value.notes
        for column, cells in zip(self.columns, value.cells.T, strict=True):
            outside = [cell for cell in cells.tolist() if column.seen and not column.seen[0] <= cell <= column.seen[1]]
            if outside:
                low, high = (quantity(end, column.unit) for end in column.seen or ())
                yield (
                    f"{column.label} {quantity(outside[-1], column.unit)} lies outside the training data "
                    f"({low} to {high}): take the answer with care."
                )

    def describe(self, value: Series) -> str:
        columns = f" × {len(self.columns)} columns" if len(self.columns) > 1 else ""
        last = f", to {value.days[-1]}" if value.days else ""
        return f"{self.label}: {len(value)} {self.step}s{columns}{last}"

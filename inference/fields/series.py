"""The last steps of something measured: days by columns, as CSV text, rows or columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

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
        days = [] if calendar is None else [str(cell).strip()[:10] for cell in sheet.column(calendar)]
        rows = list(enumerate(sheet.rows, start=1))
        if len(days) > 1 and all(map(DAY.fullmatch, days)) and days == sorted(days, reverse=True):
            days, rows = days[::-1], rows[::-1]
            notes.append(f"{self.label} ran backwards: it was read from the oldest {self.step} to the newest.")
        if len(rows) < self.shortest:
            raise InputError(f"{self.label} needs at least {self.shortest} {self.step}s, got {len(rows)}.")
        if len(rows) > self.length:
            notes.append(f"{self.label} has {len(rows):,} {self.step}s: the model reads the last {self.length}.")
        days, rows = days[-self.length :], rows[-self.length :]
        self._check_days(days, [place for place, _ in rows])
        values = tuple(
            tuple(self._number(row[i], column, place, days[k] if days else "") for i, column in places)
            for k, (place, row) in enumerate(rows)
        )
        names, titles = zip(*((column.name, column.label) for column in self.columns), strict=True)
        return Series(names, values, titles, tuple(days), tuple(notes))

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

    def _check_days(self, days: Sequence[str], places: Sequence[int]) -> None:
        """That days follow one another; all of them, where the model reads the calendar. Raises InputError."""
        if not days or (not self.calendar and not all(map(DAY.fullmatch, days))):
            return  # no names, or such as are no dates
        read = [self._day(day, place) for day, place in zip(days, places, strict=True)]
        for i in range(1, len(read)):
            before, now = read[i - 1], read[i]
            if now <= before:
                problem = "comes twice" if now == before else f"stands after {before}: put the oldest first"
                raise InputError(f"{self.label}, row {places[i]}: {now} {problem}.")
            if self.calendar and now - before > timedelta(days=1):
                missing = before + timedelta(days=1)
                raise InputError(f"{self.label}, row {places[i]}: after {before} comes {now}; {missing} is missing.")

    def _day(self, text: str, place: int) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise InputError(
                f"{self.label}, row {place}: a date must be written as 2013-01-31, got {shown(text)}."
            ) from None

    def _number(self, cell: Any, column: SeriesColumn, place: int, day: str) -> float:
        value = number(cell)
        where = f"{self.label}, row {place}{f' ({day})' if day else ''}, {column.label}"
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

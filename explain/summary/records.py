"""The records of a summary: version 1, frozen, JSON both ways. They know no estimator and no figure."""

from dataclasses import dataclass
from typing import Annotated, Literal

from inference.types import Record, Scale, absent


@dataclass(frozen=True)
class Importance(Record):
    """How much a column, or a place in a series or a scene, moves an output: the mean of |value| over all rows.

    low, high: its 95 % interval by bootstrap over rows; null of a single row. signed: the mean of the values
    themselves. id: of the field, or of the place in it.
    """

    id: str
    label: str
    mean: float
    signed: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Dot(Record):
    """Some rows that are alike: the mean of their `value`s, how many they are, and how high the column stands in them.

    level: from 0, the lowest fifth of the rows, to 1, the highest; null where a column has no order or no value.
    """

    value: float
    count: int
    level: float | None = None


@dataclass(frozen=True)
class Swarm(Record):
    """The values of one column over all rows, as dots that each stand for rows alike; counts add up to the rows."""

    id: str
    label: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Point(Record):
    """Some rows that are alike: the column's own number or category, its mean value, how many, the other's level."""

    at: float | str
    value: float
    count: int
    level: float | None = None


@dataclass(frozen=True)
class Dependence(Record):
    """The value of one column by what stands in it. other: the label of the column whose level the points carry."""

    id: str
    label: str
    unit: str | None
    points: tuple[Point, ...]
    other: str | None = None


@dataclass(frozen=True)
class Part(Record):
    """A word or an item: its mean value over the rows that have it, with a 95 % interval, and how many these are.

    Several places of one row count as one, with their sum. low, high: null where only one row has it.
    """

    id: str
    label: str
    mean: float
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RegionMap(Record):
    """Where in the picture an output is decided, over all pictures of it: one picture's values spread over its area.

    cells: float[GRID][GRID] from the top left, in the unit of the output; their mean is the mean of score − base.
    """

    label: str
    rows: int
    cells: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Output(Record):
    """What moves one output: a label, the value, or of each row what the model answered.

    item: its id; null where each row's own answer is explained. kinds: what `parts` are, `words` or `entries`.
    """

    item: str | None
    name: str
    rows: int
    importance: tuple[Importance, ...] = ()
    swarms: tuple[Swarm, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    parts: tuple[Part, ...] = ()
    kinds: str = ""
    maps: tuple[RegionMap, ...] = ()


@dataclass(frozen=True)
class Partial(Record):
    """Partial dependence (Friedman 2001, eq. 53): the mean score over all rows, with one column set to each of `grid`.

    items: the outputs; means[outputs][grid]; rows: how many were asked; curves[some rows][grid]: of the first output,
    each row by itself (ICE, Goldstein et al. 2015).
    """

    id: str
    label: str
    unit: str | None
    grid: tuple[float, ...] | tuple[str, ...]
    items: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]
    curves: tuple[tuple[float, ...], ...]
    rows: int
    evaluations: int


@dataclass(frozen=True)
class Summary(Record):
    """What a model goes by, over `rows` explained of `sample` rows, drawn at random from `available`.

    left_out: rows of which the model said nothing that could be explained. baseline: what it means to hide, in words.
    seed: of the sample; the first rows of a larger one are those of a smaller one.
    """

    model: str
    rows: int
    sample: int
    available: int
    left_out: int
    scale: Scale
    unit: str | None
    baseline: str
    seed: int
    evaluations: int
    seconds: float
    outputs: tuple[Output, ...]
    partial: Annotated[tuple[Partial, ...], absent] = ()
    version: Literal[1] = 1

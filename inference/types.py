"""The records that travel between model, page and API: version 1, frozen, JSON both ways.

They know no task, no model and no screen. `Raw` is the one type that is no record: a visitor's input after parsing.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from .errors import InputError

Raw = dict[str, Any]
"""Checked input keyed by field name, each value as its kind of field in inference/fields/ parses it: a str, a PIL image
(RGB), a float, item ids, a Sound and so on."""

Kind = Literal["labels", "value", "ranking", "text", "spans", "boxes", "action"]
Scale = Literal["probability", "logit", "log-probability", "value"]
Span = tuple[int, int]

absent = Field(exclude_if=lambda value: value is None)  # an optional key that is left out of the JSON while unset


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Pydantic's reader and writer of one type."""
    return TypeAdapter(kind)


def from_json(kind: Any, data: Any, what: str) -> Any:
    """`data` as a `kind`. Raises InputError that names each mistake by its place."""
    try:
        return adapter(kind).validate_python(data)
    except ValidationError as error:
        raise InputError(f"{what}: {'; '.join(mistakes(error))}.") from None


def mistakes(error: ValidationError) -> list[str]:
    """One line a mistake: `fields.2.limits: Input should be a valid list`."""
    return [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}".lstrip(": ") for e in error.errors()[:8]]


class Record:
    """A frozen dataclass that reads and writes JSON. Unknown keys, NaN and infinities are refused."""

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers."""
        kind: Any = type(self)
        return adapter(kind).dump_python(self, mode="json")

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The inverse of `to_json`. Raises InputError."""
        return from_json(cls, data, cls.__name__)


@dataclass(frozen=True)
class Item(Record):
    """One label, value, movie, span, box or text of a prediction.

    `chars` is (field, start, end) in characters, `box` (x0, y0, x1, y1) in pixels after the EXIF turn, `seconds`
    (start, end), `interval` (low, high) around the score of a value, in its unit. `facts` says in a few words each what
    is known of the item whatever the input is: {"popularity": "liked by 12 % of viewers"}.
    """

    id: str
    name: str
    score: float
    chars: Annotated[tuple[str, int, int] | None, absent] = None
    box: Annotated[tuple[float, float, float, float] | None, absent] = None
    seconds: Annotated[tuple[float, float] | None, absent] = None
    interval: Annotated[tuple[float, float] | None, absent] = None
    facts: Annotated[dict[str, str] | None, absent] = None


@dataclass(frozen=True)
class Prediction(Record):
    """What a model says. `items` run from the highest score to the lowest; `text` is the text of a text output,
    or what the spans of a text amount to, such as an answer.
    """

    kind: Kind
    scale: Scale
    items: tuple[Item, ...]
    unit: str | None = None
    text: str | None = None
    version: Literal[1] = 1

    @property
    def names(self) -> list[str]:
        """The items' names, parallel to `scores`."""
        return [item.name for item in self.items]

    @property
    def scores(self) -> list[float]:
        """The items' scores in `scale`, parallel to `names`."""
        return [item.score for item in self.items]


@dataclass(frozen=True)
class ItemTarget(Record):
    """Explain the score of one item, by its id."""

    item: str


@dataclass(frozen=True)
class TextTarget(Record):
    """Explain the log-probability of a text as it was shown, or of its token number `token` (from 0) alone.

    instead: of the first token of this text in that token's place, such as " London"; to be held against what was
    written, in a contrast.
    """

    text: Annotated[str, Field(max_length=5_000)]
    token: Annotated[int, Field(ge=0)] | None = None
    instead: Annotated[Annotated[str, Field(min_length=1, max_length=100)] | None, absent] = None

    def __post_init__(self) -> None:
        f"{self.text}{self.instead}".encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
        if self.instead is not None and self.token is None:
            raise ValueError("instead says what might have stood in the place of a token: send its number, too")


@dataclass(frozen=True)
class Contrast(Record):
    """Explain why the first target scored above the second: the difference of their scores."""

    contrast: tuple[ItemTarget | TextTarget, ItemTarget | TextTarget]


Target = ItemTarget | TextTarget | Contrast


@dataclass(frozen=True)
class Decision(Record):
    """What would be done about a prediction, and why."""

    action: str
    reason: str


@dataclass(frozen=True)
class Step(Record):
    """One step of the path a datum took: its name, its time in milliseconds, what went in and came out.

    `detail` has shapes and dtypes; `words` says the same to people, where there is more to say than that.
    """

    step: str
    ms: float
    detail: str
    words: Annotated[str | None, absent] = None


@dataclass(frozen=True)
class Table(Record):
    """What a prediction is best read beside, such as the typical members of a group; cells as people read them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs a cell for each column")


@dataclass(frozen=True)
class Answer(Record):
    """A prediction with all that belongs beside it; `said` are the words of what was spoken, by field;
    `kept` is the id under which it is kept, where there is a history."""

    model: str
    task: str
    prediction: Prediction
    decision: Decision | None
    warnings: tuple[str, ...]
    trace: tuple[Step, ...]
    tables: tuple[Table, ...] = ()
    said: Annotated[dict[str, str] | None, absent] = None
    kept: Annotated[str | None, absent] = None

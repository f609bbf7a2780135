"""One class per kind of field: what a visitor may enter, and the checking of one value.

A field knows nothing of models, widgets or players; the page and the explanation dispatch on its `kind`.
"""

import base64
import binascii
import io
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import Discriminator

from . import quality
from .errors import InputError
from .pictures import DAMAGED, FORMATS, MAX_PIXELS, decoding, upright_rgb
from .types import Record
from .units import quantity

Role = Literal["input", "setting", "group", "truth"]

MAX_CATEGORY = 200  # characters of a category that is not among the choices


@dataclass(frozen=True, kw_only=True)
class Field(Record):
    """What all fields share. `input` fields have players; `setting` has none; `group` and `truth` skip the model."""

    kind: str
    name: str
    label: str
    role: Role = "input"
    unit: str | None = None
    description: str = ""
    mutable: bool = True

    def parse(self, value: Any) -> Any:
        """The checked value. Raises InputError that names the field, what may be sent and what arrived."""
        raise NotImplementedError

    def warnings(self, value: Any) -> Iterator[str]:
        """What a reader should know about a value that is allowed but unusual."""
        return iter(())

    def describe(self, value: Any) -> str:
        """The parsed value in a few words, for the path and for labels."""
        return f"{self.label} = {value}"

    def missing(self, hint: str) -> InputError:
        """The error for an empty value."""
        return InputError(f"{self.label} is missing: {hint}.")


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Running text. `max_length` is in characters.

    `piece_length`: 99 % of the training texts split into pieces of so many letters or more on average; shorter pieces,
    as other languages give them, are warned of. `python tests/benchmarks/input_checks.py` shows how it is measured.
    """

    kind: Literal["text"] = "text"
    max_length: int = 5_000
    placeholder: str = ""
    default: str = ""
    piece_length: float | None = None

    def parse(self, value: Any) -> str:
        if value is None or (isinstance(value, str) and not any(map(visible, value))):
            raise self.missing("write a few words")
        if not isinstance(value, str):
            raise InputError(f"{self.label} must be a text, got {type(value).__name__}.")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(f"{self.label} holds half a character (a lone surrogate); write it anew.") from None
        if len(value) > self.max_length:
            raise InputError(f"{self.label} may have {self.max_length:,} characters, got {len(value):,}.")
        return value

    def describe(self, value: str) -> str:
        return f"{self.label}: {len(value):,} characters, {len(value.split()):,} words"


@dataclass(frozen=True, kw_only=True)
class ImageField(Field):
    """A picture, brought to RGB and at most `max_side` pixels; both prediction and explanation start from that.

    `expects`: whether the model was made for photos; of another kind of picture, such as drawings or X-rays, only what
    is blank or tiny is warned of.
    """

    kind: Literal["image"] = "image"
    max_side: int = 1024
    expects: Literal["photo", "picture"] = "photo"
    default: None = None

    def parse(self, value: Any) -> Image.Image:
        """An RGB picture from a PIL picture, a data URI, or a `Path` (which only code can pass, never a visitor)."""
        if value is None or value == "":
            raise self.missing("choose a picture")
        try:
            with decoding:
                picture = value if isinstance(value, Image.Image) else self._open(value)
                return upright_rgb(picture, self.max_side)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise InputError(f"{self.label} may have {MAX_PIXELS:,} pixels; send a smaller picture.") from None
        except DAMAGED:
            raise InputError(f"{self.label} could not be read: send a whole JPEG, PNG, WebP or GIF file.") from None

    def _open(self, value: Any) -> Image.Image:
        picture = Image.open(self._source(value), formats=FORMATS)
        if picture.width * picture.height <= MAX_PIXELS:
            picture.info["size"] = picture.size
            picture.draft("RGB", (self.max_side, self.max_side))  # a large JPEG decodes at a fraction of its size
        return picture

    def _source(self, value: Any) -> Path | io.BytesIO:
        if isinstance(value, Path):
            return value
        head, _, body = value.partition(",") if isinstance(value, str) else ("", "", "")
        if not (head.startswith("data:") and head.endswith(";base64")):
            raise InputError(
                f"{self.label} must be a picture file or a data URI (data:image/png;base64,…), got {shown(value)}."
            )
        try:
            return io.BytesIO(base64.b64decode(body, validate=True))
        except binascii.Error:
            raise InputError(f"{self.label} is a data URI whose base64 is damaged; encode the file again.") from None

    def warnings(self, value: Image.Image) -> Iterator[str]:
        yield from quality.warnings(value, self.expects == "photo")

    def describe(self, value: Image.Image) -> str:
        width, height = value.info.get("size", value.size)
        return f"{self.label}: {width:,} × {height:,} pixels, RGB"


@dataclass(frozen=True, kw_only=True)
class NumberField(Field):
    """A number. Outside `limits` is an error; outside `seen`, the range of the training data, a warning."""

    kind: Literal["number"] = "number"
    limits: tuple[float, float] | None = None
    seen: tuple[float, float] | None = None
    step: float | None = None
    default: float | None = None

    def __post_init__(self) -> None:
        for low, high in filter(None, (self.limits, self.seen)):
            if low > high:
                raise ValueError(f"limits and seen run from low to high, got {low} to {high}")

    def parse(self, value: Any) -> float:
        if value is None or value == "":
            raise self.missing(f"enter a number {self._range()}".rstrip())
        try:
            parsed = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            parsed = math.nan
        if not math.isfinite(parsed):
            raise InputError(f"{self.label} must be a number {self._range()}".rstrip() + f", got {shown(value)}.")
        if self.limits and not self.limits[0] <= parsed <= self.limits[1]:
            raise InputError(f"{self.label} must lie {self._range()}, got {shown(value)}.")
        return parsed

    def _range(self) -> str:
        if not self.limits:
            return ""
        return f"between {quantity(self.limits[0])} and {quantity(self.limits[1], self.unit)}"

    def warnings(self, value: float) -> Iterator[str]:
        if self.seen and not self.seen[0] <= value <= self.seen[1]:
            low, high = (quantity(end, self.unit) for end in self.seen)
            got = quantity(value, self.unit)
            yield f"{self.label} {got} lies outside the training data ({low} to {high}): take the answer with care."

    def describe(self, value: float) -> str:
        is_year = self.step == 1 and not self.unit and 1000 <= value <= 2999
        return f"{self.label} = {value:.0f}" if is_year else f"{self.label} = {quantity(value, self.unit)}"


@dataclass(frozen=True, kw_only=True)
class CategoryField(Field):
    """One of `choices`. With `unseen`, the model has a slot for other values: then they warn instead of failing."""

    kind: Literal["category"] = "category"
    choices: tuple[str, ...]
    unseen: bool = False
    default: str | None = None

    def parse(self, value: Any) -> str:
        if value is None or value == "":
            raise self.missing("choose one of " + ", ".join(self.choices[:12]))
        if not isinstance(value, str):
            raise InputError(f"{self.label} must be one of its choices as a text, got {shown(value)}.")
        if value not in self.choices and (not self.unseen or len(value) > MAX_CATEGORY):
            raise InputError.among(self.label, value, self.choices)
        return value

    def warnings(self, value: str) -> Iterator[str]:
        if value not in self.choices:
            yield f"{self.label} {shown(value)} does not occur in the training data: the model takes it as unknown."


@dataclass(frozen=True, kw_only=True)
class HistoryField(Field):
    """What somebody chose before: ids out of `items` (id to name, or a CSV file beside demo.json that holds them)."""

    kind: Literal["history"] = "history"
    items: dict[str, str] | str
    max_items: int = 50
    default: tuple[str, ...] = ()

    @property
    def catalogue(self) -> dict[str, str]:
        """Names by id."""
        return self.items if isinstance(self.items, dict) else {}

    def parse(self, value: Any) -> tuple[str, ...]:
        if not value:
            raise self.missing("choose at least one")
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise InputError(f"{self.label} must be a list of ids, got {shown(value)}.")
        chosen = tuple(dict.fromkeys(str(entry) for entry in value))  # one of each, in order
        if len(chosen) > self.max_items:
            raise InputError(f"{self.label} may have {self.max_items} entries, got {len(chosen)}.")
        for entry in chosen:
            if entry not in self.catalogue:
                raise InputError.among(f"id in {self.label}", entry, self.catalogue)
        return chosen

    def describe(self, value: tuple[str, ...]) -> str:
        return f"{self.label}: {len(value)} of {len(self.catalogue):,}"


AnyField = Annotated[TextField | ImageField | NumberField | CategoryField | HistoryField, Discriminator("kind")]
"""Any kind of field, read by its `kind`."""


def visible(character: str) -> bool:
    """Whether a character leaves a mark: no space, control or zero-width one."""
    return unicodedata.category(character)[0] not in "CZ"


def shown(value: Any) -> str:
    """What arrived, short enough for a message."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out integers of more than 4,300 digits
        return "an enormous number"
    return text if len(text) <= 40 else text[:37] + "…"

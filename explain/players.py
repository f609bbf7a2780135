"""Split a field into players and hide some of them: one class per kind of field, by the users' own door.

What is hidden is a raw value, before any preprocessing; no model or tokenizer is called here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.errors import ModelError
from inference.fields import Field, HistoryField, MaskedText
from inference.pictures import data_uri
from inference.types import Raw, Span

from .types import Feature, LabelMap

Kept = NDArray[np.bool_]

MAX_WORDS = 48
"""Longer texts are split into this many runs of neighbouring words: one evaluation costs more and tells less there."""
REGIONS = 20
"""Regions a picture is split into, at most."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
"""A word between spaces; a single character in scripts that are written without spaces."""


class FieldPlayers:
    """The players of one field of one input. Subclasses register themselves by the `kind` of field they split."""

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type["FieldPlayers"]]] = {}
    referenced: ClassVar[bool] = False
    """Whether a hidden value comes from a reference row instead of from `show`."""

    features: tuple[Feature, ...]
    baseline: str
    label_map: LabelMap | None = None

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            FieldPlayers.kinds[cls.kind] = cls

    def __init__(self, field: Any, value: Any, stand_in: str) -> None:
        raise NotImplementedError

    def show(self, kept: Kept) -> Any:
        """The raw value with only the players in `kept` (bool[n]) to be seen."""
        raise NotImplementedError

    def otherwise(self) -> None:
        """Hide by another means from now on, where there is one."""


class TextPlayers(FieldPlayers):
    """Words, or runs of words in a long text, with their characters."""

    kind = "text"
    dropped = False

    def __init__(self, field: Field, value: str, stand_in: str) -> None:
        self.text, self.spans, self.label = value, word_spans(value), field.label
        self.features = tuple(
            Feature(f"{field.name}:{a}-{b}", field.name, value[a:b], {"chars": [a, b]}) for a, b in self.spans
        )
        self.baseline = f"each hidden token of {field.label} is replaced by {stand_in}"

    def otherwise(self) -> None:
        self.dropped = True
        self.baseline = f"hidden words are left out of {self.label}"

    def show(self, kept: Kept) -> MaskedText | str:
        if self.dropped:
            return " ".join(self.text[a:b] for (a, b), keep in zip(self.spans, kept, strict=True) if keep)
        return MaskedText(self.text, tuple(span for span, keep in zip(self.spans, kept, strict=True) if not keep))


class ImagePlayers(FieldPlayers):
    """Regions of similar colour (SLIC, Achanta et al. 2012); a hidden one is blurred beyond recognition."""

    kind = "image"

    def __init__(self, field: Field, value: Image.Image, stand_in: str) -> None:
        small = value.copy()
        small.thumbnail((256, 256))
        regions = segment(np.asarray(small))
        count = int(regions.max()) + 1
        radius = max(4, max(value.size) // 16)
        self.image, self.blurred = value, value.filter(ImageFilter.GaussianBlur(radius))
        self.regions = Image.fromarray(regions)
        self.full = np.asarray(self.regions.resize(value.size, Image.Resampling.NEAREST))
        self.features = tuple(
            Feature(f"{field.name}:{i}", field.name, f"region {i + 1}, {whereabouts(regions == i)}", {"region": i})
            for i in range(count)
        )
        self.label_map = LabelMap(field.name, small.width, small.height, data_uri(self.regions, "PNG"))
        self.label = field.label
        self.baseline = f"hidden regions of {field.label} are blurred (Gaussian, {radius} pixels)"

    def otherwise(self) -> None:
        mean = np.asarray(self.image).mean((0, 1)).round().astype(int)
        self.blurred = Image.new("RGB", self.image.size, tuple(mean.tolist()))
        self.baseline = f"hidden regions of {self.label} take the picture's mean colour"

    def show(self, kept: Kept) -> Image.Image:
        mask = (kept.astype(np.uint8) * 255)[self.full]
        return Image.composite(self.image, self.blurred, Image.fromarray(mask))


class ColumnPlayers(FieldPlayers):
    """One number, as one player; hidden, it takes the values of the reference rows in turn (interventional)."""

    kind = "number"
    referenced = True

    def __init__(self, field: Field, value: Any, stand_in: str) -> None:
        self.value = value
        self.features = (Feature(field.name, field.name, field.describe(value)),)
        self.baseline = "hidden columns take their values from the reference rows, averaged"

    def otherwise(self) -> None:
        self.baseline = "hidden columns take their values from every other reference row, averaged"

    def show(self, kept: Kept) -> Any:
        return self.value


class CategoryPlayers(ColumnPlayers):
    """One category, likewise."""

    kind = "category"


class HistoryPlayers(FieldPlayers):
    """The items of a history; a hidden one was never there."""

    kind = "history"

    def __init__(self, field: HistoryField, value: Sequence[str], stand_in: str) -> None:
        self.items = tuple(value)
        self.features = tuple(
            Feature(f"{field.name}:{item}", field.name, field.catalogue[item], {"item": item, "position": i})
            for i, item in enumerate(value)
        )
        self.baseline = f"hidden entries are absent from {field.label}"

    def show(self, kept: Kept) -> tuple[str, ...]:
        return tuple(item for item, keep in zip(self.items, kept, strict=True) if keep)


class Players:
    """The players of a whole input: those of its input fields, one after the other."""

    def __init__(
        self, fields: Sequence[Field], raw: Raw, background: Sequence[Raw], stand_in: str, second_baseline: bool = False
    ) -> None:
        """fields: those that reach the model. background: reference rows. stand_in: what hides a token, by name.

        second_baseline: hide by another means, where there is one: drop words, the mean colour, fewer reference rows.
        """
        self.raw, self.background = raw, background[::2] if second_baseline and len(background) > 1 else background
        self.parts = {
            field.name: FieldPlayers.kinds[field.kind](field, raw[field.name], stand_in)
            for field in fields
            if field.role == "input"
        }
        if any(part.referenced for part in self.parts.values()) and not background:
            raise ModelError("Explaining a table needs reference rows: name a CSV of them as background in demo.json.")
        for part in self.parts.values() if second_baseline else ():
            part.otherwise()
        self.features = tuple(feature for part in self.parts.values() for feature in part.features)
        self.baseline = "; ".join(dict.fromkeys(part.baseline for part in self.parts.values()))
        self.label_map = next((part.label_map for part in self.parts.values() if part.label_map), None)

    def __len__(self) -> int:
        return len(self.features)

    def inputs(self, kept: Kept) -> Iterator[tuple[float, Raw]]:
        """The inputs that together stand for one coalition (bool[n]), each with its weight; weights add up to 1."""
        shown, hidden, start = dict(self.raw), [], 0
        for name, part in self.parts.items():
            own = kept[start : start + len(part.features)]
            start += len(part.features)
            if part.referenced and not own.all():
                hidden.append(name)
            else:
                shown[name] = part.show(own)
        for values, weight in self._references(hidden).items():
            yield weight, {**shown, **dict(zip(hidden, values, strict=True))}

    def _references(self, hidden: Sequence[str]) -> Mapping[tuple[Any, ...], float]:
        """The distinct values of the hidden columns in the reference rows, with their shares."""
        if not hidden:
            return {(): 1.0}
        counts = Counter(tuple(row[name] for name in hidden) for row in self.background)
        return {values: count / len(self.background) for values, count in counts.items()}


def word_spans(text: str) -> list[Span]:
    """Characters (start, end) of each word, neighbours joined evenly where there are more than MAX_WORDS."""
    spans = [match.span() for match in WORD.finditer(text)]
    runs = np.array_split(np.arange(len(spans)), min(MAX_WORDS, len(spans)))
    return [(spans[run[0]][0], spans[run[-1]][1]) for run in runs]


def segment(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Region indices uint8[height, width], from 0 without gaps, for pixels uint8[height, width, 3]."""
    from skimage.segmentation import slic

    for wanted in range(REGIONS, 0, -2):  # SLIC takes the number as a hint: narrow pictures get more
        labels = slic(pixels, n_segments=wanted, compactness=12, sigma=1, start_label=0)
        indices: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
        if indices.max() < REGIONS:
            break
    regions = grid(*labels.shape) if indices.max() == 0 else indices  # nothing to hold on to, such as noise
    return np.minimum(regions, REGIONS - 1).astype(np.uint8)


def grid(height: int, width: int) -> NDArray[np.intp]:
    """Indices intp[height, width] of at most 4 × 4 equal tiles."""
    rows, columns = min(4, height), min(4, width)
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    return row[:, None] * columns + column


def whereabouts(mask: NDArray[np.bool_]) -> str:
    """`upper left`, `centre`, `lower right` …: the third of the picture that holds the middle of a region."""
    y, x = (float(axis.mean()) / size for axis, size in zip(np.nonzero(mask), mask.shape, strict=True))
    vertical = ("upper", "", "lower")[min(int(y * 3), 2)]
    horizontal = ("left", "", "right")[min(int(x * 3), 2)]
    return f"{vertical} {horizontal}".strip() or "centre"

"""What is known of each row, column by column: its numbers and categories, how long a text is, how bright a picture.

Slices, drift and leakage ask the same traits; what a kind of field has is in `OF_KIND`. Knows no measure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .. import quality
from ..fields import AnyField
from ..types import Raw
from .results import Answers

if TYPE_CHECKING:
    from pandas import DataFrame

Kind = Literal["number", "category", "text"]
Origin = Literal["field", "file", "answer"]

MOSTLY = 0.95
"""Share of a column's cells that must read as numbers for it to be one."""
MOST_CHOICES = 50
"""Different values up to which a column of the file that is no number is a category; more are names or ids."""
LONGEST = 100
"""Characters of such a category; longer ones are texts."""


@dataclass(frozen=True)
class Trait:
    """One thing that is known of every row.

    name: as a query has it. values: float64[n], NaN where it is not known, of a number; else object[n] of texts, ""
    where it is not known. A "text" is there to be searched, not to be counted. direct: the model reads it as it stands.
    """

    name: str
    label: str
    kind: Kind
    values: NDArray[Any]
    unit: str | None = None
    origin: Origin = "field"
    direct: bool = False

    def at(self, places: NDArray[Any]) -> "Trait":
        """The same of some rows."""
        return replace(self, values=self.values[places])

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which rows it is known."""
        found: NDArray[np.bool_] = ~np.isnan(self.values) if self.kind == "number" else self.values != ""
        return found


def of_inputs(fields: Sequence[AnyField], raws: Sequence[Raw]) -> list[Trait]:
    """The traits of checked inputs, field by field."""
    return [
        trait
        for field in fields
        if field.role == "input" and field.kind in OF_KIND
        for trait in OF_KIND[field.kind](field, [raw[field.name] for raw in raws])
    ]


def of_number(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """The number itself."""
    yield Trait(field.name, field.label, "number", floats(values), field.unit, direct=True)


def of_category(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """The category itself."""
    yield Trait(field.name, field.label, "category", texts(values), direct=True)


def of_text(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """Its length, how long its words are, how much of it is no plain Latin letter; and the text, to be searched."""
    yield Trait(field.name, field.label, "text", texts(values))
    yield derived(field, "length", "length", [len(text) for text in values], "characters")
    yield derived(field, "word_length", "length of its words", list(map(word_length, values)), "letters")
    yield derived(field, "other_letters", "letters beyond a to z", list(map(other_letters, values)), "%")


def word_length(text: str) -> float:
    """Letters of a word on average; NaN without words."""
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    return sum(map(len, words)) / len(words) if words else float("nan")


def other_letters(text: str) -> float:
    """Percent of the letters that are not a to z: 0 for English, about 4 for French or German, 100 for Greek."""
    letters = [each for each in text if each.isalpha()]
    return 100 * sum(not each.isascii() for each in letters) / len(letters) if letters else float("nan")


def of_image(field: AnyField, pictures: Sequence[Any]) -> Iterator[Trait]:
    """Brightness, contrast and sharpness at the size at which pictures are judged, and the size it came in."""
    greys = [np.asarray(quality.reduced(picture).convert("L"), np.float32) for picture in pictures]
    sizes = [picture.info.get("size", picture.size) for picture in pictures]
    yield derived(field, "brightness", "brightness", [100 * float(grey.mean()) / 255 for grey in greys], "% of white")
    yield derived(field, "contrast", "contrast", [100 * float(grey.std()) / 255 for grey in greys], "% of white")
    yield derived(field, "sharpness", "sharpness", [quality.sharpness(grey) for grey in greys])
    yield derived(field, "size", "size", [max(size) for size in sizes], "pixels")
    yield derived(field, "shape", "width over height", [width / height for width, height in sizes])


def of_history(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """How many entries."""
    yield derived(field, "count", "entries", [len(value) for value in values])


def of_series(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """How many steps, and the mean and the last value of what is forecast, its first column."""
    yield derived(field, "steps", "steps", [len(value) for value in values])
    yield derived(field, "mean", "mean", [float(value.cells[:, 0].mean()) for value in values])
    yield derived(field, "last", "last value", [float(value.cells[-1, 0]) for value in values])


def of_audio(field: AnyField, values: Sequence[Any]) -> Iterator[Trait]:
    """How long and how loud."""
    yield derived(field, "seconds", "length", [value.seconds for value in values], "s")
    loud = [float(np.sqrt(np.mean(np.square(value.samples)))) if len(value.samples) else np.nan for value in values]
    yield derived(field, "loudness", "loudness", loud)


def derived(field: AnyField, name: str, label: str, values: Sequence[float], unit: str | None = None) -> Trait:
    """A number that follows from a field."""
    return Trait(f"{field.name}_{name}", f"{field.label}, {label}", "number", floats(values), unit)


OF_KIND: dict[str, Callable[[Any, Sequence[Any]], Iterator[Trait]]] = {
    "number": of_number,
    "category": of_category,
    "text": of_text,
    "image": of_image,
    "history": of_history,
    "series": of_series,
    "audio": of_audio,
}


def of_answers(answers: Answers, unit: str | None = None) -> list[Trait]:
    """What was predicted, how sure the model was, and what would be done."""
    value = answers.predicted.dtype.kind == "f"
    found = Trait("prediction", "Prediction", "number" if value else "category", answers.predicted, unit, "answer")
    traits = [found if value else replace(found, values=texts(answers.predicted))]
    if not value and len(answers.items) > 1 and not answers.predictions:
        traits.append(Trait("score", "Score of what is predicted", "number", answers.scores.max(1), None, "answer"))
    if answers.decisions is not None:
        traits.append(Trait("decision", "Decision", "category", texts(answers.decisions), None, "answer"))
    return traits


def of_columns(rows: "DataFrame", names: Sequence[str]) -> list[Trait]:
    """Further columns of a file: numbers, or few enough categories; what is neither, such as ids, has no trait."""
    import pandas as pd

    traits = []
    for name in names:
        numbers, cells = pd.to_numeric(rows[name], errors="coerce").to_numpy(np.float64), texts(rows[name])
        filled = cells != ""
        if filled.any() and np.isfinite(numbers[filled]).mean() >= MOSTLY:
            numbers = np.where(np.isfinite(numbers), numbers, np.nan)
            traits.append(Trait(plain(name), name, "number", numbers, origin="file"))
        elif len(set(cells[filled])) <= MOST_CHOICES and max(map(len, cells[filled]), default=0) <= LONGEST:
            traits.append(Trait(plain(name), name, "category", cells, origin="file"))
    return traits


def plain(name: str) -> str:
    """A column's name without what a query cannot hold."""
    return name.replace("`", "'")


def together(*parts: Sequence[Trait]) -> list[Trait]:
    """Traits of several origins, each with a name of its own: a later one of the same name is told apart."""
    found: dict[str, Trait] = {}
    for trait in (each for part in parts for each in part):
        name = trait.name
        while name in found:
            name = f"{name}_"
        found[name] = replace(trait, name=name)
    return list(found.values())


def floats(values: Sequence[Any]) -> NDArray[np.float64]:
    """Numbers as they compare; NaN where there is none."""
    return np.array(values, dtype=np.float64)


def texts(values: Any) -> NDArray[np.object_]:
    """Cells as texts; "" where there is none."""
    return np.array([*("" if value is None or value != value else str(value) for value in values), None], object)[:-1]

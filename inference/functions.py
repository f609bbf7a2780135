"""A task out of any Python function with fields: for models that are no Hugging Face models.

The function is asked as a model is, for predictions and for every coalition of an explanation; it knows nothing of
either. This module knows no kind of model.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import demo
from .accelerator import in_background
from .demo import Demo
from .errors import InputError, ModelError
from .fields import Message
from .masks import MaskedImage, MaskedSound, MaskedText, Parts, Variants, of_records
from .outputs import ItemTask, LabelsTask, ValueTask
from .task import Task
from .trace import Batch
from .types import Prediction, Raw, from_json

Function = Callable[[list[dict[str, Any]]], Any]

HIDDEN = "…"
"""What stands for each hidden word of a text unless told otherwise."""
TOLERANCE = 1e-3
"""By how much the probabilities of one input may miss a sum of 1."""


def from_function(
    function: Function,
    about: Demo | Mapping[str, Any],
    labels: Sequence[str] | None = None,
    *,
    name: str = "",
    multi_label: bool = False,
    background: Sequence[Mapping[str, Any]] = (),
    hidden: str = HIDDEN,
    batch_size: int = 256,
    folder: Path | str = ".",
    trees: Any = None,
) -> Task:
    """A task that predicts, decides and explains with `function`.

    function: takes a list of at most `batch_size` records keyed by field name (str, RGB PIL.Image.Image, float,
    tuple[str, ...] of item ids, ratings by id, Series) and returns float64[batch], a value each, or with `labels`
    float64[batch, labels], their probabilities, which add up to 1 unless `multi_label`. It is asked by one thread at a
    time. An InputError that it raises reaches the visitor as a message; anything else is logged and gets a number to
    quote.
    about: a Demo, or what a demo.json holds. name: what the model is called, by default as the function is.
    background: reference rows keyed by field name, which hidden numbers and categories take their values from; or name
    a CSV as background in `about`. hidden: what each hidden word of a text is replaced by; choose something that the
    function treats as no word. folder: where the pictures and the CSV lie that `about` names.
    trees: the fitted ensemble that the function asks for its scores, such as one of scikit-learn or LightGBM, whose
    columns are the fields in their order, all of them numbers: explanations are then exact at once, where shap's
    TreeExplainer has a closed form for it.
    Raises ModelError, InputError for examples or reference rows that do not fit.
    """
    described = read(about)
    kind: type[FunctionTask] = FunctionValue if labels is None else FunctionLabels
    names = tuple(labels or ())
    if labels is not None and (len(set(names)) != len(names) or len(names) < (1 if multi_label else 2)):
        raise ModelError(f"labels must be at least two different names (one if multi_label), got {list(names)}.")
    if described.decision and described.decision.of not in ("top", *(names or ("value",))):
        raise InputError.among("item in decision.of", described.decision.of, names or ("value",))
    rows = [described.parse(dict(row)) for row in background] or demo.read_background(Path(folder), described)
    called = name or getattr(function, "__name__", type(function).__name__).strip("<>")
    if trees is not None and any(field.kind != "number" for field in described.inputs):
        raise ModelError("trees are explained over numbers alone: leave them out, and the function is explained.")
    made = kind(Path(folder), described, Caller(function, names, multi_label), called, rows, hidden, batch_size)
    made.trees = trees
    for example in described.examples:
        made.parse(example.inputs)
    return made


def read(about: Demo | Mapping[str, Any]) -> Demo:
    """A Demo, from itself or from what a demo.json holds. Raises ModelError that names each mistake by its place."""
    try:
        described: Demo = from_json(Demo, about if isinstance(about, Demo) else dict(about), "about")
    except InputError as error:
        raise ModelError(str(error)) from None
    if not any(field.role == "input" for field in described.fields):
        raise ModelError("about: fields needs at least one with the role input.")
    return described


class Caller:
    """Stands where other tasks have their pipeline: calls the function and checks what comes back."""

    device = dtype = None

    def __init__(self, function: Function, labels: tuple[str, ...], multi_label: bool) -> None:
        self.function, self.labels, self.multi_label = function, labels, multi_label

    def _sanitize_parameters(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}

    def forward(self, batch: Batch) -> Batch:
        """scores float64[batch, labels], or float64[batch, 1] of a value. Raises ModelError."""
        returned = self.function([dict(record) for record in batch["records"]])
        try:
            scores = np.array(returned, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ModelError(f"The function must return numbers: {error}.") from None
        if scores.ndim == 1 and not self.labels:
            scores = scores[:, None]
        self.check(scores, (len(batch["records"]), len(self.labels) or 1))
        return {"scores": scores}

    def check(self, scores: NDArray[np.float64], shape: tuple[int, int]) -> None:
        """That scores have their shape, are finite, and are probabilities where there are labels. Raises ModelError."""
        if scores.shape != shape:
            raise ModelError(
                f"The function must return float64{list(shape)} for {shape[0]} records, got {scores.shape}."
            )
        if not np.isfinite(scores).all() and not in_background.get():  # an explanation leaves such out, and says so
            raise ModelError(f"The function must return finite numbers, got {scores[~np.isfinite(scores)][0]}.")
        if not self.labels:
            return
        if (outside := scores[(scores < 0) | (scores > 1)]).size:
            raise ModelError(f"Probabilities lie between 0 and 1, and the function returned {outside[0]:g}.")
        sums = scores.sum(axis=1)
        if not self.multi_label and (missed := sums[np.abs(sums - 1) > TOLERANCE]).size:
            raise ModelError(
                f"The probabilities of each input must add up to 1, and the function's add up to {missed[0]:g}. "
                "Where labels do not exclude one another, pass multi_label=True."
            )


class FunctionTask(ItemTask):
    """What tasks around a function share."""

    pipeline: Any

    def __init__(
        self,
        folder: Path,
        about: Demo,
        caller: Caller,
        name: str,
        rows: list[Raw],
        hidden: str,
        batch_size: int,
    ) -> None:
        super().__init__(folder, about, caller, name)  # it has what a Task asks of a pipeline
        self.id, self.batch_size = about.task, batch_size
        self._rows, self._hidden = rows, hidden

    def options(self) -> dict[str, Any]:
        return {}

    def prepare(self, raw: Raw) -> dict[str, Any]:
        """A record as the function takes it: hidden words replaced one by one."""
        return {name: self.plain(value) for name, value in raw.items()}

    def plain(self, value: Any) -> Any:
        """A text or a conversation without the words that are hidden of it, a picture with its regions covered, …"""
        if isinstance(value, MaskedImage | MaskedSound):
            return value.composed()
        if isinstance(value, tuple) and any(isinstance(each, Message) for each in value):
            return [{"role": each.role, "content": self.plain(each.content)} for each in value]
        if not isinstance(value, MaskedText):
            return value
        text, stand_in = value.text, "" if value.dropped else self._hidden
        for start, end in sorted(value.hidden, reverse=True):
            text = text[:start] + re.sub(r"\S+", lambda _: stand_in, text[start:end]) + text[end:]
        return text

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """records object[batch]."""
        records = np.empty(len(raws), dtype=object)
        records[:] = [self.prepare(raw) for raw in raws]
        return {"records": records}

    def variants(
        self, raw: Raw, parts: Parts, rows: Sequence[Raw] = (), weights: NDArray[np.float64] | None = None
    ) -> Variants | None:
        kinds = {field.kind for field in self.demo.fields if field.name in parts}
        if weights is None or not kinds <= {"number", "category"}:
            return None
        return of_records(self.prepare(raw), [self.prepare(row) for row in rows], tuple(parts), weights)

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = outputs["scores"]
        return scores

    @property
    def stand_in(self) -> str:
        return f'"{self._hidden}"'

    @cached_property
    def background(self) -> list[Raw]:
        return self._rows

    @cached_property
    def bytes(self) -> int:
        return 0

    @property
    def dtype(self) -> str:
        return "float64"

    @property
    def where(self) -> str:
        return "in Python"


class FunctionValue(FunctionTask, ValueTask):
    """A function that returns one number for each record."""


class FunctionLabels(FunctionTask, LabelsTask):
    """A function that returns the probability of each label."""

    @cached_property
    def positions(self) -> dict[str, int]:
        return {label: i for i, label in enumerate(self.pipeline.labels)}

    @property
    def exclusive(self) -> bool:
        return not self.pipeline.multi_label

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.ranked(scores) for scores in self.all_scores(outputs)]

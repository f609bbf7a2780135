"""One input with some of its parts hidden: as a value that a task reads, and, many at once, on tensors.

What is hidden of a text are tokens, of a picture the pixels that the model gets, of a row its columns, of a series its
cells. Nothing here knows a model, or why something is hidden.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .series import Series
from .sounds import Sound
from .trace import Batch
from .types import Span

if TYPE_CHECKING:
    from torch import Tensor

Kept = NDArray[np.bool_]
"""Which parts are to be seen: bool[parts], or bool[m, parts] for many."""


@dataclass(frozen=True)
class MaskedText:
    """A text of which the characters in `hidden` (start, end) are kept from the model, token by token.

    Something stands in for each hidden token; with `dropped`, nothing does.
    """

    text: str
    hidden: tuple[Span, ...] = ()
    dropped: bool = False


@dataclass(frozen=True)
class Spans:
    """The parts of a text, and whether a hidden one is dropped."""

    spans: tuple[Span, ...]
    dropped: bool = False


@dataclass(frozen=True, eq=False)
class Regions:
    """The parts of a picture, indices uint8[height, width] at any resolution, and what covers a hidden one."""

    labels: NDArray[np.uint8]
    cover: Image.Image


@dataclass(frozen=True, eq=False)
class MaskedImage:
    """A picture of which only the regions in `kept` (bool[regions]) reach the model; the others are covered."""

    picture: Image.Image
    regions: Regions
    kept: Kept

    def composed(self) -> Image.Image:
        """The same as a picture, for a model that takes it as it is."""
        mask = Image.fromarray((self.kept.astype(np.uint8) * 255)[self.regions.labels])
        whole = self.picture.size
        return Image.composite(self.picture, self.regions.cover.resize(whole), mask.resize(whole, NEAREST))


@dataclass(frozen=True, eq=False)
class Stretches:
    """The parts of a recording, samples (start, end) one after the other, and what covers a hidden one, float32[n]."""

    spans: tuple[Span, ...]
    cover: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MaskedSound:
    """A recording of which only the stretches in `kept` (bool[stretches]) reach the model; the others are covered."""

    sound: Sound
    stretches: Stretches
    kept: Kept

    def composed(self) -> Sound:
        """The same as a recording."""
        samples = self.stretches.cover.copy()
        for (start, end), keep in zip(self.stretches.spans, self.kept, strict=True):
            if keep:
                samples[start:end] = self.sound.samples[start:end]
        return Sound(samples)


NEAREST = Image.Resampling.NEAREST


@dataclass(frozen=True, eq=False)
class Cells:
    """The parts of a series: that of each cell, intp[steps, columns], and that of its calendar, −1 if it has none.

    stand_in: the series that hidden cells are taken from; None where they are taken from reference rows.
    """

    places: NDArray[np.intp]
    calendar: int
    stand_in: Series | None


Hidden = Spans | Regions | Stretches | Cells
"""How the parts of one field are hidden."""
Parts = Mapping[str, Hidden | None]
"""What can be hidden, by field, in the order of the columns of `Kept`; a column of a table has no more to say."""


@dataclass(frozen=True, eq=False)
class Variants:
    """Model inputs for many coalitions of one input's parts, built without going back to the raw input.

    encode: rows of `Kept` → a batch of len(rows) · len(weights) inputs, those of one row one after the other; a row's
    score is their mean by `weights` (float64[references], adding up to 1).
    """

    encode: Callable[[Sequence[Kept]], Batch]
    weights: NDArray[np.float64]


ALONE = np.ones(1)
"""The weights where one input stands for a coalition."""


def of_tokens(batch: Batch, touched: Kept, token: int) -> Variants:
    """Of one encoded text, tensors int64[1, tokens, …]: hidden tokens replaced by `token`.

    touched: bool[parts, tokens], the tokens that each part takes with it.
    """
    import torch

    def encode(rows: Sequence[Kept]) -> Batch:
        ids = batch["input_ids"]
        replaced = torch.where(torch.from_numpy(gone(rows, touched)), token, ids)
        return {name: repeated(value, len(rows)) for name, value in tensors(batch).items()} | {"input_ids": replaced}

    return Variants(encode, ALONE)


def without_tokens(batch: Batch, touched: Kept, padding: int) -> Variants:
    """Of one encoded text, likewise: hidden tokens left out, and the end filled up with `padding`, unattended."""
    import torch

    def encode(rows: Sequence[Kept]) -> Batch:
        hidden = torch.from_numpy(gone(rows, touched))
        order = hidden.to(torch.int8).argsort(dim=1, stable=True)[:, : int((~hidden).sum(1).max())]
        left = ~hidden.gather(1, order)
        each = torch.arange(len(rows))[:, None]
        found = {name: repeated(value, len(rows))[each, order] for name, value in tensors(batch).items()}
        found["input_ids"] = torch.where(left, found["input_ids"], padding)
        return found | {"attention_mask": found["attention_mask"] * left}

    return Variants(encode, ALONE)


def gone(rows: Sequence[Kept], touched: Kept) -> Kept:
    """Which tokens are hidden, bool[rows, tokens], where parts are kept bool[rows, parts]."""
    hidden: Kept = (~np.array(rows)).astype(np.float32) @ touched.astype(np.float32) > 0
    return hidden


def repeated(value: "Tensor", count: int) -> "Tensor":
    """A tensor [1, …] as [count, …], without a copy."""
    return value.expand(count, *value.shape[1:])


def tensors(batch: Batch) -> dict[str, "Tensor"]:
    """The tensors of a batch."""
    return {name: value for name, value in batch.items() if hasattr(value, "gather")}


def of_pixels(batch: Batch, cover: "Tensor", labels: NDArray[np.intp]) -> Variants:
    """Of one prepared picture, float[1, channels, height, width]: regions of `labels` [height, width] covered."""
    import torch

    pixels = batch["pixel_values"]

    def encode(rows: Sequence[Kept]) -> Batch:
        kept = torch.from_numpy(np.array(rows)[:, labels])
        others = {name: value.expand(len(rows), *value.shape[1:]) for name, value in tensors(batch).items()}
        return others | {"pixel_values": torch.where(kept[:, None], pixels, cover)}

    return Variants(encode, ALONE)


def of_columns(
    own: Batch, references: Batch, columns: Mapping[str, NDArray[np.intp]], weights: NDArray[np.float64]
) -> Variants:
    """Of one encoded row, tensors [1, …]: hidden columns take the values of the references [references, …].

    columns: for each tensor the part that each of its numbers belongs to; −1 for none, which is always seen.
    """
    import torch

    def encode(rows: Sequence[Kept]) -> Batch:
        always = np.column_stack([np.array(rows), np.ones(len(rows), bool)])
        found = {}
        for name, parts in columns.items():
            kept = torch.from_numpy(always[:, None, parts])
            found[name] = torch.where(kept, own[name], references[name]).flatten(0, 1)
        return found

    return Variants(encode, weights)


def of_records(
    own: Mapping[str, Any],
    references: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    weights: NDArray[np.float64],
) -> Variants:
    """Of one record, likewise: `records` object[rows · references]; what is no column is always the record's own."""
    seen = {name: value for name, value in own.items() if name not in columns}

    def encode(rows: Sequence[Kept]) -> Batch:
        records = np.empty(len(rows) * len(references), dtype=object)
        kept = ([name for name, keep in zip(columns, row, strict=True) if keep] for row in rows)
        shown = ({**seen, **{name: own[name] for name in names}} for names in kept)
        records[:] = [{**row, **values} for values in shown for row in references]
        return {"records": records}

    return Variants(encode, weights)


def only(parts: Parts, kind: type[Any]) -> Any:
    """The one field's part, if there is but one and it is of this kind."""
    found = list(parts.values())
    return found[0] if len(found) == 1 and isinstance(found[0], kind) else None

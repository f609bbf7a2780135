"""Encoded inputs put together into one batch, and the outputs of that batch taken apart again. It knows no task."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .trace import Batch

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TOKENS = "input_ids"
"""Whose length is that of a text."""
WASTE = 1.5
"""A batch may be as many times larger, padded, than its texts are by themselves."""


def padding(tokenizer: "PreTrainedTokenizerBase | None") -> dict[str, int]:
    """What fills up each input that is as long as a text; empty where texts of two lengths cannot be put together."""
    if tokenizer is None or tokenizer.pad_token_id is None or tokenizer.padding_side != "right":
        return {}
    return {
        TOKENS: int(tokenizer.pad_token_id),
        "attention_mask": 0,
        "token_type_ids": tokenizer.pad_token_type_id,
        "special_tokens_mask": 1,
        "offset_mapping": 0,
        "word_ids": -1,
    }


def fits(batches: Sequence[Batch], batch: Batch, fill: Mapping[str, int]) -> bool:
    """Whether a batch can go with others: the same tensors in the same shapes, but for the lengths of texts."""
    if not batches:
        return True
    first = batches[0]
    if first.keys() != batch.keys() or None in (rows(first), rows(batch)):
        return False
    free = fill.keys() if "attention_mask" in batch else ()
    alike = (shape(first[name], name in free) == shape(batch[name], name in free) for name in batch)
    return all(alike) and not wasteful([*batches, batch])


def wasteful(batches: Sequence[Batch]) -> bool:
    """Whether too much of a batch would be padding."""
    lengths = [length(batch) for batch in batches]
    return max(lengths) * len(lengths) > WASTE * sum(lengths)


def shape(value: Any, grows: bool) -> object:
    """What must agree: dtype and shape but for the first dimension, and but for the length where it `grows`."""
    if not hasattr(value, "shape"):
        return None
    return value.dtype, value.shape[2:] if grows else value.shape[1:]


def length(batch: Batch) -> int:
    """Tokens of a batch, 0 where there are none."""
    return int(batch[TOKENS].shape[1]) if TOKENS in batch else 0


def rows(batch: Batch) -> int | None:
    """Rows of a batch; None where its tensors do not agree on that."""
    found = {len(value) if value.shape else 0 for value in batch.values() if hasattr(value, "shape")}
    return found.pop() if len(found) == 1 else None


def joined(batches: Sequence[Batch], fill: Mapping[str, int]) -> Batch:
    """One batch of the rows of all, texts filled up at their ends; what is no tensor becomes a list."""
    if len(batches) == 1:
        return batches[0]
    longest = max(map(length, batches))
    return {name: concatenated([batch[name] for batch in batches], fill.get(name), longest) for name in batches[0]}


def concatenated(values: Sequence[Any], fill: int | None, longest: int) -> Any:
    """Tensors one below the other, each `longest` wide where they are as long as a text."""
    import numpy as np
    import torch

    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    if not isinstance(values[0], torch.Tensor):
        return list(values)
    if fill is not None:
        values = [widened(value, fill, longest) for value in values]
    return torch.cat(list(values))


def widened(value: Any, fill: int, longest: int) -> Any:
    """A tensor [rows, tokens, …] with `longest` tokens."""
    from torch.nn.functional import pad

    return pad(value, (0, 0) * (value.ndim - 2) + (0, longest - value.shape[1]), value=fill)


def parted(outputs: Batch, batches: Sequence[Batch], along: Collection[str]) -> list[Batch]:
    """The outputs of each of the batches that were joined.

    along: the outputs that are as long as a text, and are cut where the text of a batch ends. Raises ValueError where a
    tensor has not one row for each row that went in, and nobody can tell whose is what.
    """
    if len(batches) == 1:
        return [outputs]
    together = sum(rows(batch) or 0 for batch in batches)
    for name, value in outputs.items():
        if hasattr(value, "shape") and value.shape[:1] != (together,):
            raise ValueError(f"{name} has the shape {tuple(value.shape)} after {together} rows went in.")
    found, start, longest = [], 0, max(map(length, batches))
    for batch in batches:
        stop = start + (rows(batch) or 0)
        cut = length(batch) if length(batch) < longest else None
        found.append({name: own(name, value, batch, slice(start, stop), cut, along) for name, value in outputs.items()})
        start = stop
    return found


def own(name: str, value: Any, batch: Batch, places: slice, cut: int | None, along: Collection[str]) -> Any:
    """What of an output belongs to one of the batches."""
    if not hasattr(value, "shape"):
        return batch.get(name, value)
    mine = value[places]
    mine = mine[:, :cut] if cut is not None and name in along else mine
    return mine.copy() if hasattr(mine, "copy") else mine.clone()  # a view would hold, and send, the others' as well

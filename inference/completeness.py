"""That every weight that answers was read from a model's files. transformers makes up what they lack, at random.

It knows no task and no file: it goes by what transformers says of a loading.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TRAINED_BY = {"masked_spec_embed", "mask_token"}
"""What stands for hidden parts of an input in training alone: many a model that speaks for itself lacks it."""
NAMED = 3
"""Weights that a message names."""


def complete(
    name: str,
    model: "PreTrainedModel",
    found: Mapping[str, Any],
    unread: Iterable[str] = (),
    given: Collection[str] = (),
) -> None:
    """Refuse a model with weights that are in no file, or there in another shape. Raises ModelError.

    name: of the model, for the message. found: what `from_pretrained(…, output_loading_info=True)` says; weights that
    are tied to others, and those that transformers ignores, are not missing there. unread: names of parts that no
    answer needs. given: names of weights that come from elsewhere, as an adapter's.
    """
    shapes = {key: (held, wanted) for key, held, wanted in found["mismatched_keys"]}
    absent = lacking(model, found["missing_keys"], {*unread, *TRAINED_BY}) - {*given}
    others = shapes.keys() - {*given}
    if not absent and not others:
        return
    whole = model.state_dict()
    told = []
    if absent:
        told.append(f"lack {len(absent):,} of the {len(whole):,} weights of {type(model).__name__}: {few(absent)}")
    if others:
        held, wanted = shapes[min(others)]
        told.append(
            f"hold {len(others):,} in other shapes: {few(others)} (the first as {sized(held)}, not {sized(wanted)})"
        )
    surplus = found["unexpected_keys"]
    spare = f" Among them, without a place in it, are {few(surplus)}." if surplus else ""
    raise ModelError(
        f"{name}: its files {' and '.join(told)}.{spare} Random numbers would answer in their place. Save the trained "
        "model with save_pretrained, or name in config.json the architecture that these weights are of."
    )


def lacking(model: "PreTrainedModel", missing: Iterable[str], unread: Collection[str]) -> set[str]:
    """Those of the missing weights that answers depend on: not whole numbers, which are counts and places."""
    state = model.state_dict()
    return {key for key in missing if not {*key.split(".")} & {*unread} and not (key in state and is_place(state[key]))}


def is_place(tensor: Any) -> bool:
    """Whether a tensor holds whole numbers or nothing at all, which follow from the config."""
    return not tensor.is_floating_point() or not tensor.numel()


def few(names: Iterable[str]) -> str:
    """The first of some names, in the order of the alphabet, and how many more there are."""
    known = sorted(names)
    more = f" and {len(known) - NAMED:,} more" if len(known) > NAMED else ""
    return ", ".join(name[:80] for name in known[:NAMED]) + more


def sized(shape: Iterable[int]) -> str:
    """A shape as people write it."""
    sides = [f"{side:,}" for side in shape]
    return " × ".join([*sides[:4], *(["…"] if len(sides) > 4 else [])])[:80] or "one number"

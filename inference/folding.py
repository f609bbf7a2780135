"""Batch normalisation folded into the convolution before it: the same function in fewer passes over the activations.

In inference batch norm is an affine map of each channel, y = γ (x − μ) / √(σ² + ε) + β with constants, which the
convolution can carry in its own weights and bias. This module knows no task and no precision.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval

AGREES = 1e-5
"""Largest difference of a folded model's outputs from the original's, relative to their largest value."""

Run = Callable[[nn.Module], Mapping[str, Any]]
"""Runs a model on some input, the same each time, and returns its outputs by name."""


def folded(model: nn.Module, run: Run) -> nn.Module | None:
    """A copy of `model` with its batch norm folded and pictures taken in channels_last; None where there is none.

    `run` shows which convolution feeds which batch norm, and whether the copy agrees with `model`, which stays as it
    is. Where it does not, as when a convolution is read past its batch norm too, the answer is None as well.
    """
    if model.training or not has_norm(model):
        return None
    twin = copy.deepcopy(model)
    pairs = consecutive(twin, run)
    for before, after in pairs.items():
        fused: nn.Module = fuse_conv_bn_eval(twin.get_submodule(before), twin.get_submodule(after))  # type: ignore[arg-type, type-var]
        twin.set_submodule(before, fused.to(memory_format=torch.channels_last))  # type: ignore[call-overload]
        twin.set_submodule(after, nn.Identity())
    twin.register_forward_pre_hook(channels_last, with_kwargs=True)
    return twin if pairs and agree(run(twin), run(model)) else None


def has_norm(model: nn.Module) -> bool:
    """Whether a model has batch norm that could be folded."""
    return any(isinstance(each, nn.BatchNorm2d) for each in model.modules())


def consecutive(model: nn.Module, run: Run) -> dict[str, str]:
    """Name of the batch norm by that of the convolution whose output it is given, in the order of execution.

    Only those that run once: a convolution that is shared has one set of weights for two norms.
    """
    made: dict[int, tuple[str, Tensor]] = {}  # the tensor is kept, so that no other takes over its id
    runs: list[str] = []
    pairs: dict[str, str] = {}

    def after(name: str, output: Tensor) -> None:
        runs.append(name)
        made[id(output)] = name, output

    def before(name: str, taken: Tensor) -> None:
        runs.append(name)
        if id(taken) in made:
            pairs[made[id(taken)][0]] = name

    hooks = []
    for name, each in model.named_modules():
        if is_plain(each, nn.Conv2d):
            hooks.append(each.register_forward_hook(lambda _, __, output, name=name: after(name, output)))
        elif is_plain(each, nn.BatchNorm2d) and each.running_mean is not None:
            hooks.append(each.register_forward_pre_hook(lambda _, inputs, name=name: before(name, inputs[0])))
    run(model)
    for hook in hooks:
        hook.remove()
    return {first: second for first, second in pairs.items() if runs.count(first) == runs.count(second) == 1}


def is_plain(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a module computes as `kind` does: it may be a subclass, as long as its forward is the same."""
    return isinstance(module, kind) and type(module).forward is kind.forward


def channels_last(
    _: nn.Module, values: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The inputs of a model with the channels of pictures stored last, in which folded convolutions are fastest."""

    def stored(value: Any) -> Any:
        pictures = isinstance(value, Tensor) and value.ndim == 4
        return value.contiguous(memory_format=torch.channels_last) if pictures else value

    return tuple(map(stored, values)), {name: stored(value) for name, value in named.items()}


def agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether floating outputs differ by at most `AGREES`, relative to the largest value of each."""
    pairs = [(ours[name], value) for name, value in theirs.items() if isinstance(value, Tensor)]
    return all(bool((a - b).abs().max() <= AGREES * b.abs().max()) for a, b in pairs if b.is_floating_point())

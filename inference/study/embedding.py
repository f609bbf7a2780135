"""Pictures and texts compared as a model sees them: by what its last layer but the head makes of each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..accelerator import accelerator, in_batches
from ..device import on_device
from ..task import Task
from ..types import Raw
from .drift import FEWEST, Drift

MOST = {"image": 200, "text": 400}
"""Inputs of either side that are compared."""
PERMUTATIONS = 400


def seen(task: Task, before: Sequence[Raw], now: Sequence[Raw]) -> list[Drift]:
    """How far what the model sees has moved; nothing of models without features, or of few inputs."""
    kinds = [field.kind for field in task.demo.inputs if field.role == "input"]
    if len(kinds) != 1 or kinds[0] not in MOST or min(len(before), len(now)) < FEWEST:
        return []
    most = MOST[kinds[0]]
    a, b = (features(task, raws[:most]) for raws in (before, now))
    if a is None or b is None:
        return []
    statistic, p = mmd(a, b)
    spread = float(np.sqrt(a.var(0).sum())) or 1.0
    distance = float(np.linalg.norm(b.mean(0) - a.mean(0))) / spread
    words = f"the means are {distance:.2f} spreads of the reference apart, over {len(a):,} and {len(b):,} inputs"
    label = f"{'Pictures' if kinds[0] == 'image' else 'Texts'} as the model sees them"
    return [Drift("embedding", label, f"MMD, {PERMUTATIONS} permutations", statistic, p, distance, words)]


def features(task: Task, raws: Sequence[Raw]) -> NDArray[np.float64] | None:
    """float64[n, d]: what the model's body makes of each input, pooled; None for a model without head or pool."""
    if body_of(task) is task.pipeline.model or not raws:
        return None
    found = list(in_batches(lambda some: pooled(task, some), raws, min(task.batch_size, 32)))
    return None if any(each is None for each in found) else np.concatenate([each for each in found if each is not None])


def body_of(task: Task) -> Any:
    """The model without its head; the model itself where it has none."""
    return getattr(task.pipeline.model, "base_model", task.pipeline.model)


@on_device
def pooled(task: Task, raws: Sequence[Raw]) -> NDArray[np.float64] | None:
    """The same of one batch: the body's own pool, or the mean over tokens that are there."""
    import torch

    batch = {name: value for name, value in task.encode(raws).items() if name in TAKEN}
    with accelerator, torch.inference_mode():
        outputs = body_of(task)(**{name: value.to(task.pipeline.device) for name, value in batch.items()})
    own, states = getattr(outputs, "pooler_output", None), getattr(outputs, "last_hidden_state", None)
    if own is not None:
        return np.asarray(own.flatten(1).double().cpu().numpy())
    if states is None or states.ndim != 3:
        return None
    mask = batch.get("attention_mask", torch.ones(states.shape[:2]))[..., None].to(states)
    return np.asarray(((states * mask).sum(1) / mask.sum(1)).double().cpu().numpy())


TAKEN = ("input_ids", "attention_mask", "token_type_ids", "pixel_values")
"""What a body reads of a batch."""


def mmd(a: NDArray[np.float64], b: NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """The maximum mean discrepancy of two samples, squared, and its p-value by permutation (Gretton et al. 2012,
    eq. 3, which keeps the diagonal). The kernel is Gaussian, its width the median distance.
    """
    from sklearn.metrics.pairwise import euclidean_distances

    points = np.concatenate([a, b])
    squares = euclidean_distances(points, squared=True)
    width = float(np.median(squares[squares > 0])) if (squares > 0).any() else 1.0
    kernel = np.exp(-squares / width)
    signs = np.concatenate([np.full(len(a), 1 / len(a)), np.full(len(b), -1 / len(b))])
    generator = np.random.default_rng(seed)
    orders = np.stack([signs, *(generator.permutation(signs) for _ in range(PERMUTATIONS))])
    found = np.einsum("pi,pi->p", orders @ kernel, orders)
    return float(found[0]), float((found[1:] >= found[0] - 1e-12).sum() + 1) / (PERMUTATIONS + 1)

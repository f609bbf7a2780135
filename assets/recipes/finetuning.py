"""Fine-tune MiniLM to tell labels apart or to answer with a number; make probabilities true to the validation part.

Knows texts, targets and logits; no data set, no split and no figure of a card. Every random number comes from the
settings' seed, in one order.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import PeftModel
from scipy.special import log_softmax
from torch import Tensor
from torch.nn import functional as F
from transformers import PreTrainedTokenizerBase

from .batches import buckets, hide, pad, tokenise
from .minilm import new_model, predict

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Settings:
    """The settings of the training; the held-out texts had no say in any of them."""

    seed: int = 0
    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 8e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    rank: int = 8
    max_tokens: int = 128  # of a text to learn from; what is longer is cut
    answered_tokens: int = 128  # of a text to answer
    mask_share: float = 0.5  # share of the training texts that are masked anew in each epoch
    mask_rate: float = 0.12  # share of the words' tokens replaced in such a text


@dataclass(frozen=True)
class Checked:
    """The part that is not trained on, by which the training is watched and the temperature chosen."""

    texts: Sequence[str]
    labels: NDArray[np.int64]


def train(
    tokenizer: PreTrainedTokenizerBase,
    labels: Sequence[str],
    texts: Sequence[str],
    targets: Tensor,
    checked: Checked,
    settings: Settings,
) -> PeftModel:
    """A fitted model (see `fit`) whose temperature was fitted on the validation part and folded into the head."""
    started = time.perf_counter()
    model = new_model(labels, settings.rank, settings.seed)
    for epoch, loss in enumerate(fit(model, tokenizer, texts, targets, settings), start=1):
        logits = predict(model, tokenizer, checked.texts, settings.answered_tokens)
        unseen, right = log_loss(checked.labels, logits), (logits.argmax(1) == checked.labels).mean()
        seconds = time.perf_counter() - started
        print(
            f"epoch {epoch}: loss {loss:.4f}, validation {unseen:.4f} ({right:.4f} right), {seconds:.0f} s", flush=True
        )
    temperature = fit_temperature(logits, checked.labels)
    fold_temperature(model, temperature)
    print(f"temperature {temperature:.3f}, folded into the head", flush=True)
    return model


def fit(
    model: PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    targets: Tensor,
    settings: Settings,
    loss_of: Loss = F.cross_entropy,
) -> Iterator[float]:
    """Train the adapter, pooler and head; yield the mean loss after each epoch.

    targets: labels int64[texts] or probabilities of each label float32[texts, labels] for the cross-entropy; whatever
    another loss compares with logits float32[texts, labels].
    """
    ids = tokenise(tokenizer, texts, settings.max_tokens)
    yield from descend(model, tokenizer, ids, settings, lambda logits, batch: loss_of(logits, targets[batch]))


def descend(
    model: PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    ids: Sequence[list[int]],
    settings: Settings,
    loss_of: Callable[[Tensor, NDArray[np.int64]], Tensor],
) -> Iterator[float]:
    """Train all weights that may be trained on texts as token ids; yield the mean loss after each epoch.

    loss_of: the loss of float32 logits of a batch, which says the places of its texts.
    """
    rng = np.random.default_rng(settings.seed)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    steps = settings.epochs * -(-len(ids) // settings.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, steps, pct_start=settings.warmup, anneal_strategy="linear"
    )
    for _ in range(settings.epochs):
        model.train()
        total = 0.0
        for batch in buckets(ids, settings.batch_size, rng):
            rows = [hide(ids[i], tokenizer.mask_token_id, settings.mask_share, settings.mask_rate, rng) for i in batch]
            # bfloat16 makes the matrix products faster; weights and loss stay float32.
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(**pad(rows, tokenizer.pad_token_id)).logits
            loss = loss_of(logits.float(), batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.item() * len(batch)
        yield total / len(ids)


def fit_temperature(logits: NDArray[Any], labels: NDArray[Any]) -> float:
    """The divisor of the logits float32[n, labels] that makes the labels int[n] likeliest.

    After Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599.
    """
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 200))
    return float(min(grid, key=lambda divisor: log_loss(labels, logits / divisor)))


def log_loss(labels: NDArray[Any], logits: NDArray[Any]) -> float:
    """Mean of −ln(probability of the label), in nats, of labels int[n] under logits float[n, labels]."""
    return float(-log_softmax(logits.astype(np.float64), axis=1)[np.arange(len(labels)), labels].mean())


def fold_temperature(model: PeftModel, temperature: float) -> None:
    """Divide the head by the temperature, so that whoever loads the model needs to know nothing of it."""
    head = model.base_model.model.classifier.modules_to_save["default"]
    with torch.no_grad():
        head.weight /= temperature
        head.bias /= temperature

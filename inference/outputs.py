"""The kinds of output: how each is read into a Prediction and how a target in it is scored.

`LabelsTask`, `ValueTask`, `RankingTask` and `TextTask` are the bases of the tasks; a task says only what is its own.
"""

import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from . import runtime, tokens
from .errors import Busy, InputError, ModelError
from .fields import HistoryField
from .task import Batch, Task
from .types import Item, ItemTarget, Prediction, Raw, Target, TextTarget
from .units import number, quantity

SHOWN = 20
"""Of a thousand labels or movies, a prediction names this many; any other can still be a target."""


UNSURE = 0.2
"""Probability of the first label below which a model with many labels is called unsure. More cannot be read off the
scores of an unknown model: of photos and drawings, neither the highest probability nor the energy (Liu et al., 2020)
tells which is which (tests/benchmarks/input_checks.py)."""


LONGEST = 512
"""Tokens of a text that can be a target, and of an ordinary input in a full batch."""


class ItemTask(Task):
    """What labels, values and rankings share: the target is an item."""

    def target(self, prediction: Prediction) -> Target:
        return ItemTarget(prediction.items[0].id)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Column of the scores by item id."""
        raise NotImplementedError

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Scores of all items, float64[batch, items], in `scale`."""
        raise NotImplementedError

    def summary(self, prediction: Prediction) -> str:
        return f"a {self.scale} for each of {len(self.positions):,} {self.kind}"

    def named(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """The first items, and the one that the decision is about wherever it stands."""
        wanted = self.demo.decision.of if self.demo.decision else None
        return tuple(item for place, item in enumerate(items) if place < SHOWN or item.id == wanted)

    def score(self, outputs: Batch, target: Target) -> NDArray[np.float64]:
        if not isinstance(target, ItemTarget):
            raise InputError("The target of this model is an item: send {'item': id}.")
        if target.item not in self.positions:
            raise InputError.among("target item", target.item, self.positions)
        return self.all_scores(outputs)[:, self.positions[target.item]]


class LabelsTask(ItemTask):
    """Classes with probabilities, or groups of them where demo.json joins labels."""

    kind = "labels"
    scale = "probability"

    @cached_property
    def labels(self) -> dict[str, int]:
        """The model's own labels, each with its column of the logits."""
        return {name: i for i, name in self.pipeline.model.config.id2label.items()}

    @cached_property
    def positions(self) -> dict[str, int]:
        groups = self.demo.groups
        return {name: i for i, name in enumerate([*groups, self.demo.rest])} if groups else self.labels

    @cached_property
    def membership(self) -> NDArray[np.float64]:
        """Which label belongs to which group, float64[labels, groups] of 0 and 1. Raises ModelError."""
        groups = self.demo.groups or {}
        if not self.exclusive:
            raise ModelError(f"{self.name}: labels that do not exclude one another cannot be summed by groups.")
        named = [label for group in groups.values() for label in group]
        for label in named:
            if label not in self.labels or named.count(label) > 1:
                raise ModelError(
                    f"{self.name}: groups names {label!r}, which is no label of the model, or names it twice."
                )
        member = np.zeros((len(self.labels), len(groups) + 1))
        for column, group in enumerate(groups.values()):
            member[[self.labels[label] for label in group], column] = 1
        member[:, -1] = 1 - member.sum(1)
        return member

    def options(self) -> dict[str, Any]:
        config = self.pipeline.model.config
        if config.problem_type == "regression":
            raise ModelError(f"{self.name} predicts a number, not labels: it needs a task for values.")
        return {"top_k": len(config.id2label)}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Softmax of the logits, or a sigmoid each where labels do not exclude one another; summed by groups."""
        logits: torch.Tensor = outputs["logits"].double()
        probabilities: NDArray[np.float64] = (logits.softmax(-1) if self.exclusive else logits.sigmoid()).numpy()
        return probabilities @ self.membership if self.demo.groups else probabilities

    @property
    def exclusive(self) -> bool:
        """Whether exactly one label is right, so that probabilities add up to 1."""
        config = self.pipeline.model.config
        return config.problem_type != "multi_label_classification" and config.num_labels > 1

    def remarks(self, outputs: Batch) -> Iterator[str]:
        first = float(self.all_scores(outputs)[0].max())
        if self.exclusive and first < UNSURE:
            yield (
                f"The model is unsure: its first label has only {100 * first:.0f} %. "
                "Perhaps none of its labels fits, or the input is unlike what it was trained on."
            )

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        if self.demo.groups:
            return [self.ranked(scores) for scores in self.all_scores(outputs)]
        predictions = []
        for i in range(len(raws)):
            labels = self.pipeline.postprocess({"logits": outputs["logits"][i : i + 1]}, **self.postprocess_options)
            items = (Item(entry["label"], entry["label"], entry["score"]) for entry in labels)
            predictions.append(Prediction(self.kind, self.scale, self.named(items)))
        return predictions

    def ranked(self, scores: NDArray[np.float64]) -> Prediction:
        """One input's labels or groups by their scores, float64[items], the most probable first."""
        names = list(self.positions)
        best = np.argsort(-scores, kind="stable")
        items = (Item(names[i], names[i], float(scores[i])) for i in best)
        return Prediction(self.kind, self.scale, self.named(items))


class ValueTask(ItemTask):
    """One number in a unit; its item has the id "value" and the name that demo.json calls the output."""

    kind = "value"
    scale = "value"

    @cached_property
    def positions(self) -> dict[str, int]:
        return {"value": 0}

    def name_of(self, target: Target) -> str:
        return self.demo.output if isinstance(target, ItemTarget) else super().name_of(target)

    def summary(self, prediction: Prediction) -> str:
        return f"{prediction.names[0]} {quantity(prediction.scores[0], prediction.unit)}"

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        around = self.demo.interval.around if self.demo.interval else lambda value: None
        values = self.all_scores(outputs)[:, 0].tolist()
        items = [Item("value", self.demo.output, value, interval=around(value)) for value in values]
        return [Prediction(self.kind, self.scale, (each,), unit=self.demo.unit) for each in items]


class RankingTask(ItemTask):
    """Items out of a catalogue, best first, without those of the history itself."""

    kind = "ranking"
    scale = "value"

    @property
    def history(self) -> HistoryField:
        """The field that the ranking follows from."""
        found = self.demo.first("history")
        assert isinstance(found, HistoryField)  # by its kind
        return found

    def name_of(self, target: Target) -> str:
        named = isinstance(target, ItemTarget) and self.history.catalogue.get(target.item)
        return named or super().name_of(target)

    def summary(self, prediction: Prediction) -> str:
        return f"the best {len(prediction.items)} of {len(self.positions):,} items, without the history's own"

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        ids, names = list(self.positions), self.history.catalogue
        predictions = []
        for scores, raw in zip(self.all_scores(outputs), raws, strict=True):
            seen = [self.positions[item] for item in raw[self.history.name]]
            scores[seen] = -np.inf
            best = np.argsort(-scores, kind="stable")[: len(ids) - len(seen)]
            items = (Item(ids[i], names.get(ids[i], ids[i]), float(scores[i])) for i in best)
            predictions.append(Prediction(self.kind, self.scale, self.named(items)))
        return predictions


class TextTask(Task):
    """Text written token by token; the target is that text as shown, its score log p(text | input)."""

    kind = "text"
    scale = "log-probability"
    batch_size = 8
    patience = 120.0  # seconds to wait for the accelerator, and then for each token, before giving up

    def target(self, prediction: Prediction) -> Target:
        return TextTarget(prediction.text or "")

    def summary(self, prediction: Prediction) -> str:
        return f"{len(prediction.text or ''):,} characters, log-probability {number(prediction.scores[0])}"

    def pieces(self, prediction: Prediction) -> Sequence[str]:
        text = prediction.text
        if not text:
            return ()
        options = {"add_special_tokens": False, "return_offsets_mapping": True, **tokens.PLAIN}
        with self.tokenizing:
            offsets = self.pipeline.tokenizer(text, **options)["offset_mapping"]
        starts = [start for start, _ in offsets]  # a token ends where the next begins: the space between is its own
        return [text[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)]

    def remarks(self, outputs: Batch) -> Iterator[str]:
        written = outputs["generated_sequence"][0, 0, outputs["input_ids"].shape[1] :]
        limit = self.forward_options.get("max_new_tokens", 0)
        if len(written) == limit and int(written[-1]) != self.pipeline.tokenizer.eos_token_id:
            yield f"The reply was cut after {limit} tokens."

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """Generate in a thread of its own and yield the text as it comes; closing the stream stops the model.

        Raises Busy where the accelerator, or the next token, does not come in time.
        """
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        streamer = TextIteratorStreamer(
            self.pipeline.tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=self.patience
        )
        started, stop = threading.Event(), threading.Event()
        result: dict[str, Any] = {}

        def generate() -> None:
            criteria = StoppingCriteriaList([lambda ids, scores, **_: torch.full((len(ids),), stop.is_set())])
            try:
                with runtime.accelerator:
                    if stop.is_set():  # left while still waiting
                        return
                    started.set()
                    options = {**self.forward_options, "streamer": streamer, "stopping_criteria": criteria}
                    result["outputs"] = self.pipeline.forward(batch, **options)
            except BaseException as error:  # handed to the visitor's thread below, where it is raised again
                result["error"] = error
            finally:
                started.set()
                streamer.end()

        thread = threading.Thread(target=generate, name=f"generate {self.name}", daemon=True)
        thread.start()
        try:
            if not started.wait(self.patience):
                raise Busy("The model is busy with others' texts; please try again in a minute.")
            yield from (piece for piece in streamer if piece)
        except queue.Empty:
            raise Busy("The model took too long for the next word; please try again.") from None
        finally:
            stop.set()
            if started.is_set():  # else it still waits its turn, and will find that nobody waits for it
                thread.join()
        if "error" in result:
            raise result["error"]
        return result["outputs"]

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        """The text and its log-probability under the model, given the input as it is."""
        predictions = []
        for i, raw in enumerate(raws):
            row = {name: value[i : i + 1] for name, value in outputs.items()}
            text = self.pipeline.postprocess(row, **self.postprocess_options)[0]["generated_text"]
            score = float(self.scores([raw], TextTarget(text))[0]) if text else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", "text", score),), text=text))
        return predictions

    def score_batch(self, raws: Sequence[Raw], target: Target) -> NDArray[np.float64]:
        """Teacher forcing: Σ log p(token | input, tokens before it), or one token's summand, in nats."""
        if not isinstance(target, TextTarget):
            raise InputError("The target of this model is a text: send {'text': …, 'token': n or null}.")
        options = {"add_special_tokens": False, "return_tensors": "pt", **tokens.PLAIN}
        with self.tokenizing:
            reply = self.pipeline.tokenizer(target.text, **options)["input_ids"]
        if reply.shape[1] > LONGEST:
            raise InputError(f"The text of a target may have {LONGEST} tokens, got {reply.shape[1]:,}.")
        if target.token is not None and target.token >= reply.shape[1]:
            raise InputError(f"The text has {reply.shape[1]} tokens, numbered from 0; there is no {target.token}.")
        encoded = self.encode(raws)
        if not encoded["attention_mask"].all():  # prompts of different lengths: padding would shift their positions
            return np.concatenate([self.score_batch([raw], target) for raw in raws])
        prompts = encoded["input_ids"]
        rows = max(1, LONGEST * self.batch_size // (prompts.shape[1] + reply.shape[1]))
        if len(raws) > rows:  # long texts in smaller batches: others wait for the accelerator
            parts = [raws[i : i + rows] for i in range(0, len(raws), rows)]
            return np.concatenate([self.score_batch(part, target) for part in parts])
        ids = torch.cat([prompts, reply.expand(len(prompts), -1)], dim=1)
        logits = self.forward_logits(ids, reply.shape[1] + 1)[:, :-1]
        each = logits.double().log_softmax(-1).gather(-1, ids[:, prompts.shape[1] :, None])[..., 0]
        return (each.sum(1) if target.token is None else each[:, target.token]).numpy()

    def forward_logits(self, ids: torch.Tensor, last: int) -> torch.Tensor:
        """Logits float32[batch, last, vocabulary] at the last tokens of ids int64[batch, tokens]."""
        with runtime.accelerator, torch.inference_mode():
            model = self.pipeline.model
            # Most models can leave out the logits of the prompt, by far the largest tensor here; all can be cut.
            fewer = {"logits_to_keep": last} if "logits_to_keep" in signature(model.forward).parameters else {}
            logits: torch.Tensor = model(input_ids=ids.to(self.pipeline.device), **fewer).logits
            return logits[:, -last:].float().cpu()

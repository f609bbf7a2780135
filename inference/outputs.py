"""The kinds of output: how each is read into a Prediction and how a target in it is scored.

`LabelsTask`, `ValueTask`, `RankingTask` and `TextTask` are the bases of the tasks; a task says only what is its own.
"""

import threading
from collections.abc import Generator, Sequence
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from . import runtime, tokens
from .errors import InputError
from .fields import HistoryField
from .task import Batch, Task
from .types import Item, ItemTarget, Prediction, Raw, Target, TextTarget
from .units import number, quantity

SHOWN = 20
"""Of a thousand labels or movies, a prediction names this many; any other can still be a target."""


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
        return f"{len(self.positions):,} {self.kind}, {self.scale} each"

    def score(self, outputs: Batch, target: Target) -> NDArray[np.float64]:
        if not isinstance(target, ItemTarget):
            raise InputError("The target of this model is an item: send {'item': id}.")
        if target.item not in self.positions:
            raise InputError.among("target item", target.item, self.positions)
        return self.all_scores(outputs)[:, self.positions[target.item]]


class LabelsTask(ItemTask):
    """Classes with probabilities."""

    kind = "labels"
    scale = "probability"

    @cached_property
    def positions(self) -> dict[str, int]:
        return {name: i for i, name in self.pipeline.model.config.id2label.items()}

    def options(self) -> dict[str, Any]:
        return {"top_k": len(self.pipeline.model.config.id2label)}

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Softmax of the logits, or a sigmoid each where labels do not exclude one another."""
        logits: torch.Tensor = outputs["logits"].double()
        config = self.pipeline.model.config
        if config.problem_type == "multi_label_classification" or config.num_labels == 1:
            return logits.sigmoid().numpy()
        return logits.softmax(-1).numpy()

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        wanted = self.demo.decision.of if self.demo.decision else None
        predictions = []
        for i in range(len(raws)):
            labels = self.pipeline.postprocess({"logits": outputs["logits"][i : i + 1]}, **self.postprocess_options)
            items = [Item(entry["label"], entry["label"], entry["score"]) for entry in labels]
            named = tuple(item for place, item in enumerate(items) if place < SHOWN or item.id == wanted)
            predictions.append(Prediction(self.kind, self.scale, named))
        return predictions


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
        values = self.all_scores(outputs)[:, 0]
        item = [Item("value", self.demo.output, float(value)) for value in values]
        return [Prediction(self.kind, self.scale, (each,), unit=self.demo.unit) for each in item]


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
            best = np.argsort(-scores, kind="stable")[: min(SHOWN, len(ids) - len(seen))]
            items = tuple(Item(ids[i], names.get(ids[i], ids[i]), float(scores[i])) for i in best)
            predictions.append(Prediction(self.kind, self.scale, items))
        return predictions


class TextTask(Task):
    """Text written token by token; the target is that text as shown, its score log p(text | input)."""

    kind = "text"
    scale = "log-probability"
    batch_size = 8
    first_token_timeout = 120.0  # seconds without a new token after which a stream gives up

    def target(self, prediction: Prediction) -> Target:
        return TextTarget(prediction.text or "")

    def summary(self, prediction: Prediction) -> str:
        return f"{len(prediction.text or ''):,} characters, log-probability {number(prediction.scores[0])}"

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """Generate in a thread of its own and yield the text as it comes; closing the stream stops the model."""
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        streamer = TextIteratorStreamer(
            self.pipeline.tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=self.first_token_timeout
        )
        stop = threading.Event()
        result: dict[str, Any] = {}

        def generate() -> None:
            criteria = StoppingCriteriaList([lambda ids, scores, **_: torch.full((len(ids),), stop.is_set())])
            try:
                with runtime.accelerator:
                    options = {**self.forward_options, "streamer": streamer, "stopping_criteria": criteria}
                    result["outputs"] = self.pipeline.forward(batch, **options)
            except BaseException as error:  # handed to the visitor's thread below, where it is raised again
                result["error"] = error
            finally:
                streamer.end()

        thread = threading.Thread(target=generate, name=f"generate {self.name}", daemon=True)
        thread.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            stop.set()
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
        tokenizer = self.pipeline.tokenizer
        reply = tokenizer(target.text, add_special_tokens=False, return_tensors="pt", **tokens.PLAIN)["input_ids"]
        if target.token is not None and target.token >= reply.shape[1]:
            raise InputError(f"The text has {reply.shape[1]} tokens, numbered from 0; there is no {target.token}.")
        encoded = self.encode(raws)
        if not encoded["attention_mask"].all():  # prompts of different lengths: padding would shift their positions
            return np.concatenate([self.score_batch([raw], target) for raw in raws])
        prompts = encoded["input_ids"]
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

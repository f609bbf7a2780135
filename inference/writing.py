"""The kind of output that is written token by token, and scored by the probability of the text as it was shown.

How a text is generated is in generation.py; what reads the input and gives the logits is the task's own.
"""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from . import generation, tokens
from .accelerator import accelerator
from .device import on_device
from .errors import InputError
from .explainable import Forward
from .generation import LENGTH, Settings
from .task import Task, to_float32
from .trace import Batch
from .types import Contrast, Item, Prediction, Raw, Target, TextTarget
from .units import number

LONGEST = 512
"""Tokens of a text that can be a target, and of an ordinary input in a full batch."""
RIVALS = 6
"""Other tokens that are named for one that was written."""

Others = Sequence[tuple[int, int]]
"""Tokens that might have been written instead: each its place in the text and its id."""


class TextTask(Task):
    """Text written token by token; the target is that text as shown, its score log p(text | input)."""

    kind = "text"
    scale = "log-probability"
    batch_size = 8
    one_pass = False
    noun: ClassVar[str] = "reply"
    """What the text is called, for people."""
    longest = LONGEST
    patience = 120.0  # seconds to wait for the accelerator, and then for each token, before giving up

    def target(self, prediction: Prediction) -> Target | None:
        return TextTarget(prediction.text) if prediction.text and prediction.text.strip() else None

    def targets(self, prediction: Prediction) -> list[Target]:
        whole = self.target(prediction)
        return [] if whole is None else [whole, *self.parts(whole)]

    def summary(self, prediction: Prediction) -> str:
        return f"{len(prediction.text or ''):,} characters, log-probability {number(prediction.scores[0])}"

    def pieces(self, prediction: Prediction) -> Sequence[str]:
        text = prediction.text
        if not text:
            return ()
        with self.tokenizing:
            return tokens.pieces(self.pipeline.tokenizer, text, self.spelled(text))

    # Writing

    def length(self, otherwise: int) -> int:
        """Tokens of a text at most unless a visitor says so: what demo.json says, or `otherwise`."""
        said = [field.default for field in self.demo.fields if field.name == LENGTH.name and field.kind == "number"]
        return round(said[0]) if said and said[0] else otherwise

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """As every task; `settings` says how each is answered."""
        return {**super().encode(raws), "settings": [Settings.of(raw, self.forward_options) for raw in raws]}

    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """Those of the same settings together, and what is drawn one by one: so that each gets what it gets alone."""
        groups = defaultdict(list)
        for i, raw in enumerate(raws):
            settings = Settings.of(raw, self.forward_options)
            groups[settings, i if settings.temperature else -1].append(i)
        found: dict[int, Prediction] = {}
        for places in groups.values():
            found |= dict(zip(places, super().predict_some([raws[i] for i in places]), strict=True))
        return [found[i] for i in range(len(raws))]

    @on_device
    def forward(self, batch: Batch) -> Batch:
        """Texts for inputs of the same settings."""
        with accelerator:
            outputs = self.write(batch)
        return {name: to_float32(value) for name, value in outputs.items()}

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """Generate in a thread of its own and yield the text as it comes; closing the stream stops the model.

        Raises Busy where the accelerator, or the next token, does not come in time.
        """
        pieces = generation.stream(
            lambda **watching: self.write(batch, **watching), self.pipeline.tokenizer, self.name, self.patience
        )
        return (yield from generation.until(pieces, batch["settings"][0].stop))

    def write(self, batch: Batch, **watching: Any) -> Batch:
        """What the pipeline generates, by whoever holds the accelerator."""
        settings: Settings = batch["settings"][0]
        inputs = {name: value for name, value in batch.items() if name != "settings"}
        options = {**self.forward_options, **settings.options(self.pipeline.tokenizer), **watching}
        with settings.seeded(self.pipeline.device):
            outputs: Batch = self.pipeline.forward(inputs, **options)
        return {**outputs, "settings": batch["settings"]}

    def remarks(self, outputs: Batch) -> Iterator[str]:
        limit = outputs["settings"][0].max_new_tokens
        written = self.written(outputs)
        if len(written) >= limit and int(written[-1]) != self.pipeline.tokenizer.eos_token_id:
            yield f"The {self.noun} was cut after {limit} tokens."

    def written(self, outputs: Batch) -> torch.Tensor:
        """The ids int64[tokens] that were generated for the first input."""
        found: torch.Tensor = outputs["generated_sequence"][0, 0, outputs["input_ids"].shape[1] :]
        return found

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        """The text and its log-probability under the model, given the input as it is."""
        predictions = []
        for i, raw in enumerate(raws):
            row = {name: value[i : i + 1] for name, value in outputs.items()}
            text = self.pipeline.postprocess(row, **self.postprocess_options)[0]["generated_text"]
            text = generation.before(text, row["settings"][0].stop)
            score = float(self.scores([raw], [TextTarget(text)])[0, 0]) if text else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", self.noun, score),), text=text))
        return predictions

    # Scoring

    def name_of(self, target: Target) -> str:
        if not isinstance(target, TextTarget):
            return super().name_of(target)
        if target.token is None:
            return f"the {self.noun}"
        if target.instead is not None:
            return f"“{target.instead.strip()}”"
        pieces = self.pieces(Prediction(self.kind, self.scale, (), text=target.text))
        piece = pieces[target.token].strip() if target.token < len(pieces) else ""
        return f"token {target.token + 1} of the {self.noun}" + (f", “{piece}”" if piece else "")

    def score_batch(self, batch: Batch, targets: Sequence[Target], forward: Forward) -> NDArray[np.float64]:
        """Teacher forcing: Σ log p(token | input, tokens before it), or one token's summand, in nats."""
        found = np.empty((self.rows(batch), len(targets)))
        for text in dict.fromkeys(self.text_of(target) for target in targets):
            reply, others = self.reply(text), [target for target in targets if self.is_other(target, text)]
            options = {"others": [self.other(target, reply) for target in others]} if others else {}
            each = self.token_scores(batch, reply, **options)
            own, instead = each[:, : reply.shape[1]], each[:, reply.shape[1] :]
            for i, target in enumerate(targets):
                if target in others:
                    found[:, i] = instead[:, others.index(target)]
                elif self.text_of(target) == text:
                    found[:, i] = self.part(own, target)
        return found

    def rows(self, batch: Batch) -> int:
        """The number of inputs in a batch."""
        return len(batch["input_ids"])

    def text_of(self, target: Target) -> str:
        """The text of a target. Raises InputError."""
        if not isinstance(target, TextTarget):
            raise InputError("The target of this model is a text: send {'text': …, 'token': n or null}.")
        return target.text

    def spelled(self, text: str) -> list[int]:
        """The token ids of a text of the model's own."""
        options = {"add_special_tokens": False, **tokens.PLAIN}
        ids: list[int] = self.pipeline.tokenizer(text, **options)["input_ids"]
        return ids

    def reply(self, text: str) -> torch.Tensor:
        """Token ids int64[1, tokens] of a text that was written, or might have been. Raises InputError."""
        with self.tokenizing:
            reply = torch.tensor([self.spelled(text)], dtype=torch.int64)
        if reply.shape[1] > self.longest:
            raise InputError(f"The text of a target may have {self.longest:,} tokens, got {reply.shape[1]:,}.")
        return reply

    def part(self, each: NDArray[np.float64], target: Target) -> NDArray[np.float64]:
        """Of the tokens' scores float64[batch, tokens] their sum, or those of the target's token. Raises InputError."""
        assert isinstance(target, TextTarget)  # by text_of
        if target.token is None:
            return each.sum(1)
        self.check(target, each.shape[1])
        return each[:, target.token]

    def check(self, target: TextTarget, count: int) -> None:
        """That a target's token is one of the text's `count`. Raises InputError."""
        if target.token is not None and target.token >= count:
            raise InputError(f"The text has {count} tokens, numbered from 0; there is no {target.token}.")

    @staticmethod
    def is_other(target: Target, text: str) -> bool:
        """Whether a target is a token that might have stood in this text."""
        return isinstance(target, TextTarget) and target.text == text and target.instead is not None

    def other(self, target: Target, reply: torch.Tensor) -> tuple[int, int]:
        """The place and the id of a token that might have stood there. Raises InputError."""
        assert isinstance(target, TextTarget) and target.token is not None and target.instead is not None  # is_other
        self.check(target, reply.shape[1])
        return target.token, int(self.reply(target.instead)[0, 0])

    def token_scores(self, batch: Batch, reply: torch.Tensor, others: Others = ()) -> NDArray[np.float64]:
        """log p of each token of the reply, and of the others in its stead, float64[batch, tokens + others]."""
        rows = max(1, LONGEST * self.batch_size // (batch["input_ids"].shape[1] + reply.shape[1]))
        # Long texts in smaller batches: others wait for the accelerator.
        found = []
        for logits in self.logits(batch, reply, rows):
            each = logits.double().log_softmax(-1)
            own = each.gather(-1, reply.expand(len(each), -1)[..., None])[..., 0]
            found.append(torch.cat([own, *(each[:, place, token, None] for place, token in others)], dim=1))
        scores: NDArray[np.float64] = torch.cat(found).numpy()
        return scores

    def logits(self, batch: Batch, reply: torch.Tensor, rows: int) -> Iterator[torch.Tensor]:
        """Logits float32[at most rows, tokens, vocabulary] from which each token of the reply is taken, in turn."""
        raise NotImplementedError

    def parts(self, target: Target) -> list[Target]:
        if not isinstance(target, TextTarget) or target.token is not None:
            return []
        return [TextTarget(target.text, token) for token in range(len(self.parts_named(target)))]

    def parts_named(self, target: Target) -> Sequence[str]:
        return self.pieces(Prediction(self.kind, self.scale, (), text=self.text_of(target)))

    def rivals(self, raw: Raw, target: Target) -> list[Contrast]:
        """Why a written token and not another one: contrasts with those that were likeliest in its place."""
        chosen = target.contrast[0] if isinstance(target, Contrast) else target
        if not isinstance(chosen, TextTarget) or chosen.token is None:
            return []
        reply = self.reply(chosen.text)
        self.check(chosen, reply.shape[1])
        (logits,) = self.logits(self.encode([raw]), reply, 1)
        best = logits[0, chosen.token].topk(min(2 * RIVALS, logits.shape[-1])).indices.tolist()
        named = [self.named_token(token) for token in best if token != int(reply[0, chosen.token])]
        others = [TextTarget(chosen.text, chosen.token, name) for name in named if name]
        return [Contrast((chosen, other)) for other in others[:RIVALS]]

    def named_token(self, token: int) -> str | None:
        """How to write a token so that it is read as this token again; None if there is no way."""
        with self.tokenizing:
            text = self.pipeline.tokenizer.decode([token], skip_special_tokens=True)
            return text if text.strip() and self.spelled(text)[:1] == [token] else None

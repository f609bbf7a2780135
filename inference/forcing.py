"""A written text as a target: its probability under the model, token by token, and what might have stood there instead.

A text is scored by teacher forcing: each of its tokens given those before it. What reads the input and gives the logits
is the task's own; how a text comes to be is in writing.py.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from . import tokens
from .errors import InputError
from .explainable import Forward
from .task import Task
from .trace import Batch
from .types import Contrast, Prediction, Raw, Target, TextTarget

LONGEST = 512
"""Tokens of a text that can be a target, and of an ordinary input in a full batch."""
RIVALS = 6
"""Other tokens that are named for one that was written."""

Others = Sequence[tuple[int, int]]
"""Tokens that might have been written instead: each its place in the text and its id."""


class Forcing(Task):
    """Scores a text as shown: log p(text | input), or one token's summand of it."""

    kind = "text"
    scale = "log-probability"
    batch_size = 8
    one_pass = False
    noun: ClassVar[str] = "reply"
    """What the text is called, for people."""
    longest = LONGEST

    def target(self, prediction: Prediction) -> Target | None:
        return TextTarget(prediction.text) if prediction.text and prediction.text.strip() else None

    def targets(self, prediction: Prediction) -> list[Target]:
        whole = self.target(prediction)
        return [] if whole is None else [whole, *self.parts(whole)]

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

    def pieces(self, prediction: Prediction) -> Sequence[str]:
        text = prediction.text
        if not text:
            return ()
        with self.tokenizing:
            return tokens.pieces(self.pipeline.tokenizer, text, self.spelled(text))

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

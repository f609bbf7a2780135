"""The kind of output that is written token by token, and scored by the probability of the text as it was shown."""

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from inspect import signature
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from . import tokens
from .accelerator import accelerator
from .errors import Busy, InputError
from .task import Forward, Task
from .trace import Batch
from .types import Item, Prediction, Raw, Target, TextTarget
from .units import number

LONGEST = 512
"""Tokens of a text that can be a target, and of an ordinary input in a full batch."""


class TextTask(Task):
    """Text written token by token; the target is that text as shown, its score log p(text | input)."""

    kind = "text"
    scale = "log-probability"
    batch_size = 8
    one_pass = False
    patience = 120.0  # seconds to wait for the accelerator, and then for each token, before giving up

    def target(self, prediction: Prediction) -> Target:
        return TextTarget(prediction.text or "")

    def targets(self, prediction: Prediction) -> list[Target]:
        each = [TextTarget(prediction.text or "", token) for token in range(len(self.pieces(prediction)))]
        return [self.target(prediction), *each]

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
                with accelerator:
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
            score = float(self.scores([raw], [TextTarget(text)])[0, 0]) if text else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", "text", score),), text=text))
        return predictions

    def score_batch(self, batch: Batch, targets: Sequence[Target], forward: Forward) -> NDArray[np.float64]:
        """Teacher forcing: Σ log p(token | input, tokens before it), or one token's summand, in nats."""
        found = np.empty((len(batch["input_ids"]), len(targets)))
        for text in dict.fromkeys(self.text_of(target) for target in targets):
            columns = [i for i, target in enumerate(targets) if self.text_of(target) == text]
            each = self.token_scores(batch, self.reply(text))
            found[:, columns] = np.stack([self.part(each, targets[i]) for i in columns], axis=1)
        return found

    def text_of(self, target: Target) -> str:
        """The text of a target. Raises InputError."""
        if not isinstance(target, TextTarget):
            raise InputError("The target of this model is a text: send {'text': …, 'token': n or null}.")
        return target.text

    def reply(self, text: str) -> torch.Tensor:
        """Token ids int64[1, tokens] of a text that was written, or might have been. Raises InputError."""
        options = {"add_special_tokens": False, "return_tensors": "pt", **tokens.PLAIN}
        with self.tokenizing:
            reply: torch.Tensor = self.pipeline.tokenizer(text, **options)["input_ids"]
        if reply.shape[1] > LONGEST:
            raise InputError(f"The text of a target may have {LONGEST} tokens, got {reply.shape[1]:,}.")
        return reply

    def part(self, each: NDArray[np.float64], target: Target) -> NDArray[np.float64]:
        """Of the tokens' scores float64[batch, tokens] their sum, or those of the target's token. Raises InputError."""
        assert isinstance(target, TextTarget)  # by text_of
        if target.token is None:
            return each.sum(1)
        if target.token >= each.shape[1]:
            raise InputError(f"The text has {each.shape[1]} tokens, numbered from 0; there is no {target.token}.")
        return each[:, target.token]

    def token_scores(self, batch: Batch, reply: torch.Tensor) -> NDArray[np.float64]:
        """log p of each token of the reply after each prompt of the batch, float64[batch, tokens]."""
        prompts, mask = batch["input_ids"], batch["attention_mask"].bool()
        if not mask.all():  # prompts of different lengths: padding would shift their positions
            alone = (ids[there][None] for ids, there in zip(prompts, mask, strict=True))
            return np.concatenate([self.after(ids, reply) for ids in alone])
        rows = max(1, LONGEST * self.batch_size // (prompts.shape[1] + reply.shape[1]))
        # Long texts in smaller batches: others wait for the accelerator.
        return np.concatenate([self.after(some, reply) for some in prompts.split(rows)])

    def after(self, prompts: torch.Tensor, reply: torch.Tensor) -> NDArray[np.float64]:
        """`token_scores` for prompts int64[batch, tokens] of one length, in one forward pass."""
        ids = torch.cat([prompts, reply.expand(len(prompts), -1)], dim=1)
        logits = self.forward_logits(ids, reply.shape[1] + 1)[:, :-1]
        scores = logits.double().log_softmax(-1).gather(-1, ids[:, prompts.shape[1] :, None])
        found: NDArray[np.float64] = scores[..., 0].numpy()
        return found

    def forward_logits(self, ids: torch.Tensor, last: int) -> torch.Tensor:
        """Logits float32[batch, last, vocabulary] at the last tokens of ids int64[batch, tokens]."""
        with accelerator, torch.inference_mode():
            model = self.pipeline.model
            # Most models can leave out the logits of the prompt, by far the largest tensor here; all can be cut.
            fewer = {"logits_to_keep": last} if "logits_to_keep" in signature(model.forward).parameters else {}
            logits: torch.Tensor = model(input_ids=ids.to(self.pipeline.device), **fewer).logits
            return logits[:, -last:].float().cpu()

"""A prompt or a conversation in, a reply out, token by token: transformers' own text-generation pipeline."""

from collections.abc import Iterator, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

import torch

from .. import models, tokens
from ..accelerator import accelerator
from ..demo import Example
from ..errors import InputError
from ..fields import Field, Message, MessagesField, TextField
from ..fields.messages import starts
from ..generation import SETTINGS, Settings
from ..inputs import TextInput
from ..masks import Spans
from ..trace import Batch
from ..types import Raw
from ..writing import TextTask

CUT = "\ue000"  # a private-use character, to find where what was said stands in a chat template

Said = Sequence[Message]


class TextGeneration(TextInput, TextTask):
    """Any causal language model of the hub, by its chat template where it has one."""

    id = "text-generation"
    fields = (TextField(name="prompt", label="Your message", max_length=2_000), *SETTINGS)
    samples = (
        Example("A capital", {"prompt": "What is the capital of France?"}),
        Example("A reason", {"prompt": "Why do leaves turn red in autumn?"}),
        Example("A beginning", {"prompt": "Once upon a time, by the sea, there lived"}),
        Example("Advice", {"prompt": "How do I keep bread fresh for a week?"}),
    )

    @classmethod
    def fields_of(cls, folder: Path) -> tuple[Field, ...]:
        """A model with a chat template takes a conversation."""
        source = models.weights(folder) or folder
        said = (source / "chat_template.jinja").is_file()
        if not said and "chat_template" not in models.config_of(source, "tokenizer_config.json"):
            return cls.fields
        return (MessagesField(name="prompt", label="Your message", max_length=2_000), *SETTINGS)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        tokenizer = self.pipeline.tokenizer
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token

    def options(self) -> dict[str, Any]:
        return {"max_new_tokens": self.length(64), "do_sample": False, "return_full_text": False}

    # The conversation

    @property
    def field(self) -> Field:
        return next(field for field in self.demo.inputs if field.kind in ("messages", "text"))

    def said(self, raw: Raw) -> Said:
        """The conversation of an input; a prompt is one of a single message."""
        value = raw[self.field.name]
        return value if isinstance(value, tuple) else (Message("user", value),)

    def prepare(self, raw: Raw) -> Any:
        """What the pipeline takes: messages where there is a chat template, else a text."""
        said = self.said(self.readable(raw))
        if not self.pipeline.tokenizer.chat_template:
            return "\n".join(each.text for each in said)
        return [each.to_json() for each in said]

    def plain(self, raw: Raw) -> str:
        return self.said(raw)[-1].text

    def hidden(self, raw: Raw) -> Spans:
        said = self.said(raw)
        masked = [(start, tokens.masked(each.content)) for start, each in zip(starts(said), said, strict=True)]
        spans = ((start + a, start + b) for start, each in masked for a, b in each.hidden)
        return Spans(tuple(spans), any(each.dropped for _, each in masked))

    # What of it fits

    def fits(self, raw: Raw) -> None:
        """That at least the last message leaves room for the reply. Raises InputError."""
        room, count = self.room(raw), self.whole(raw)[0]["input_ids"].shape[1]
        if room is not None and count > room:
            raise InputError(
                f"{self.field.label} leaves no room for a reply: {count:,} of {room:,} tokens; shorten it."
            )

    def room(self, raw: Raw) -> int | None:
        """Tokens that an input may have, so that its reply fits too; None where the model knows no limit."""
        limit = getattr(self.pipeline.model.config, "max_position_embeddings", None)
        return None if limit is None else limit - Settings.of(raw, self.forward_options).max_new_tokens

    def readable(self, raw: Raw) -> Raw:
        """An input without the oldest messages for which there is no room."""
        said = self.said(raw)
        fits = self.fitting(raw)[0]
        return raw if len(fits) == len(said) else {**raw, self.field.name: tuple(fits)}

    def fitting(self, raw: Raw) -> tuple[Said, Batch, torch.Tensor]:
        """The newest messages for which there is room, and what `whole` gives for them; the last one in any case."""
        said, room = self.said(raw), self.room(raw)
        while True:
            encoded, offsets = self.encode_said(said)
            shorter = without_oldest(said)
            if room is None or encoded["input_ids"].shape[1] <= room or len(shorter) == len(said):
                return said, encoded, offsets
            said = shorter

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        if forgotten := len(self.said(raw)) - len(self.fitting(raw)[0]):
            yield f"The conversation is longer than the model reads: its {forgotten} oldest messages were left out."

    # Tokens

    def whole(self, raw: Raw) -> tuple[Batch, torch.Tensor]:
        return self.fitting(raw)[1:]

    def encode_said(self, said: Said) -> tuple[Batch, torch.Tensor]:
        """The template around what was said, which is free of special tokens; offsets as `starts` counts them."""
        options = {"add_special_tokens": False}
        first, *rest = self.frame(said)
        ids = list(self.tokenize(first, **options)["input_ids"])
        offsets = [(0, 0)] * len(ids)
        for start, each, after in zip(starts(said), said, rest, strict=True):
            own = self.tokenize(each.text, return_offsets_mapping=True, **options, **tokens.PLAIN)
            following = self.tokenize(after, **options)["input_ids"]
            ids += [*own["input_ids"], *following]
            offsets += [*((start + a, start + b) for a, b in own["offset_mapping"]), *[(0, 0)] * len(following)]
        batch = {"input_ids": torch.tensor([ids], dtype=torch.int64)}
        text = said[-1].text
        whole = {**batch, "attention_mask": torch.ones_like(batch["input_ids"]), "prompt_text": text}
        return whole, torch.tensor(offsets, dtype=torch.int64).reshape(-1, 2)

    def frame(self, said: Said) -> list[str]:
        """What the chat template puts before, between and after what was said. Raises InputError."""
        if not self.pipeline.tokenizer.chat_template:
            return [self.pipeline.tokenizer.bos_token or "", *["\n"] * (len(said) - 1), ""]
        from jinja2 import TemplateError

        chat = [{"role": each.role, "content": CUT} for each in said]
        options = {"tokenize": False, "add_generation_prompt": True}
        try:
            parts: list[str] = self.pipeline.tokenizer.apply_chat_template(chat, **options).split(CUT)
        except TemplateError as error:
            raise InputError(f"The model's chat template does not take this conversation: {error}.") from None
        if len(parts) != len(said) + 1:
            raise InputError("The model's chat template leaves out a part of this conversation, such as its system.")
        return parts

    def logits(self, batch: Batch, reply: torch.Tensor, rows: int) -> Iterator[torch.Tensor]:
        prompts, mask = batch["input_ids"], batch["attention_mask"].bool()
        # Prompts of different lengths one by one: padding would shift their positions.
        alone = (ids[there][None] for ids, there in zip(prompts, mask, strict=True))
        for some in prompts.split(rows) if mask.all() else alone:
            ids = torch.cat([some, reply.expand(len(some), -1)], dim=1)
            yield self.forward_logits(ids, reply.shape[1] + 1)[:, :-1]

    def forward_logits(self, ids: torch.Tensor, last: int) -> torch.Tensor:
        """Logits float32[batch, last, vocabulary] at the last tokens of ids int64[batch, tokens]."""
        with accelerator, torch.inference_mode():
            model = self.pipeline.model
            # Most models can leave out the logits of the prompt, by far the largest tensor here; all can be cut.
            fewer = {"logits_to_keep": last} if "logits_to_keep" in signature(model.forward).parameters else {}
            logits: torch.Tensor = model(input_ids=ids.to(self.pipeline.device), **fewer).logits
            return logits[:, -last:].float().cpu()


def without_oldest(said: Said) -> Said:
    """A conversation without its oldest question and answer; what a system message says stays."""
    first = 1 if said[0].role == "system" else 0
    return (*said[:first], *said[first + 2 :]) if len(said) > first + 1 else said

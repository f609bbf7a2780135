"""A prompt in, a text out, token by token: transformers' own text-generation pipeline."""

from typing import Any

from .. import tokens
from ..demo import Example
from ..errors import InputError
from ..fields import TextField
from ..inputs import TextInput
from ..trace import Batch
from ..types import Raw
from ..writing import TextTask

CUT = "\ue000"  # a private-use character, to find where the user's text stands in a chat template


class TextGeneration(TextInput, TextTask):
    """Any causal language model of the hub, by its chat template where it has one. Decoding is greedy: repeatable."""

    id = "text-generation"
    fields = (TextField(name="prompt", label="Your message", max_length=2_000),)
    samples = (
        Example("A capital", {"prompt": "What is the capital of France?"}),
        Example("A reason", {"prompt": "Why do leaves turn red in autumn?"}),
        Example("A beginning", {"prompt": "Once upon a time, by the sea, there lived"}),
        Example("Advice", {"prompt": "How do I keep bread fresh for a week?"}),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        tokenizer = self.pipeline.tokenizer
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token

    def options(self) -> dict[str, Any]:
        return {"max_new_tokens": 64, "do_sample": False, "return_full_text": False}

    def parse(self, inputs: Any) -> Raw:
        """Checked input that leaves room for the reply. Raises InputError."""
        raw = super().parse(inputs)
        limit = getattr(self.pipeline.model.config, "max_position_embeddings", None)
        if limit is not None:
            count = self.encode_one(raw)["input_ids"].shape[1]
            room = limit - self.forward_options.get("max_new_tokens", 0)
            if count > room:
                label = self.demo.first("text").label
                raise InputError(f"{label} leaves no room for a reply: {count:,} of {room:,} tokens; shorten it.")
        return raw

    def encode_text(self, text: str) -> tuple[Batch, Any]:
        """The template around the text, the text itself free of special tokens."""
        import torch

        options = {"add_special_tokens": False, "return_tensors": "pt"}
        before, after = (self.tokenize(part, **options)["input_ids"].long() for part in self.frame())
        encoded = self.tokenize(text, return_offsets_mapping=True, **options, **tokens.PLAIN)
        ids = torch.cat([before, encoded["input_ids"], after], dim=1)
        offsets = [torch.zeros(part.shape[1], 2, dtype=torch.long) for part in (before, after)]
        offsets.insert(1, encoded["offset_mapping"][0])
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "prompt_text": text}, torch.cat(offsets)

    def frame(self) -> tuple[str, str]:
        """What the chat template puts before and after a user's message; empty without a template."""
        if not self.pipeline.tokenizer.chat_template:
            return self.pipeline.tokenizer.bos_token or "", ""
        chat = [{"role": "user", "content": CUT}]
        rendered = self.pipeline.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        before, _, after = rendered.partition(CUT)
        return before, after

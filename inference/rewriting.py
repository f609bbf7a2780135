"""What translation and summarisation share: an encoder reads a text, a decoder writes another; transformers 5 has no
pipeline for them.

How a text is generated and scored is in generation.py and writing.py.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, Pipeline

from . import retaken, tokens
from .accelerator import accelerator
from .encoders import cut_off
from .errors import InputError
from .fields import TextField
from .generation import LENGTH, Settings
from .inputs import TextInput
from .trace import Batch
from .types import Raw
from .writing import TextTask


def prefixes(named: Any, task: str) -> list[str]:
    """The prefixes of a task among a config's `task_specific_params`."""
    found = named.items() if isinstance(named, dict) else ()
    return [str(each["prefix"]) for name, each in found if name.startswith(task) and "prefix" in each]


class RewritingPipeline(Pipeline):
    """`pipe(text, prefix="summarize: ", max_new_tokens=64)`: `[{"generated_text": …}]`, decoded greedily."""

    _pipeline_calls_generate = True
    _load_tokenizer = True
    _load_feature_extractor = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(
        self, prefix: str | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {} if prefix is None else {"prefix": prefix}, options, {}

    @property
    def limit(self) -> int:
        """Tokens that the encoder reads."""
        config, limit = self.model.config, self.tokenizer.model_max_length
        known = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions")]
        return min([limit, *(size for size in known if isinstance(size, int))])

    def preprocess(self, text: str, prefix: str = "") -> Batch:
        """Tensors int64[1, tokens]; what goes beyond the limit is cut off."""
        return self.located(prefix + text)[0]

    def located(self, text: str) -> tuple[Batch, torch.Tensor]:
        """The same of a whole text, and the characters int64[tokens, 2] of each token; (0, 0) if special."""
        options = {"truncation": True, "max_length": self.limit, "return_tensors": "pt", **tokens.PLAIN}
        if not self.tokenizer.is_fast:
            encoded = dict(self.tokenizer(text, **options))
            return encoded, torch.tensor(tokens.offsets(self.tokenizer, text, encoded["input_ids"][0].tolist()))
        encoded = dict(self.tokenizer(text, return_offsets_mapping=True, **options))
        (offsets,) = encoded.pop("offset_mapping")
        return encoded, offsets

    def _forward(self, batch: Batch, **options: Any) -> Batch:
        asked = {"num_beams": 1, "do_sample": False, **self._prepare_generate_kwargs(options)}
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
        written = self.model.generate(**inputs, **asked)
        return {"generated_sequence": written[:, None], "input_ids": batch["input_ids"]}

    def postprocess(self, outputs: Batch) -> list[dict[str, str]]:
        """The text that was generated for one input."""
        text = self.tokenizer.decode(outputs["generated_sequence"][0, 0], skip_special_tokens=True)
        return [{"generated_text": text}]


def register(task: str) -> None:
    """Make `pipeline(task)` this pipeline."""
    retaken.register(task, RewritingPipeline, AutoModelForSeq2SeqLM)


class Rewriting(TextInput, TextTask):
    """A text in, another text out: any encoder-decoder of the hub for such a task."""

    fields = (
        TextField(name="text", label="Text", description="In the language that the model was trained on."),
        LENGTH,
    )

    def options(self) -> dict[str, Any]:
        prefix = {"prefix": self.prefixes[0]} if self.prefixes else {}
        return {"max_new_tokens": self.length(128), **prefix}

    def fits(self, raw: Raw) -> None:
        """That the decoder can write so much. Raises InputError."""
        most = self.pipeline.limit - 1
        if Settings.of(raw, self.forward_options).max_new_tokens > most:
            raise InputError(f"{LENGTH.label} may be {most:,} tokens with this model; set it lower.")

    @cached_property
    def prefixes(self) -> list[str]:
        """What the model's own config puts before a text for this task, such as T5's `summarize: `; often nothing."""
        return prefixes(getattr(self.pipeline.model.config, "task_specific_params", None), self.id)

    def prefix(self, raw: Raw) -> str:
        """What goes before the text of an input."""
        return self.prefixes[0] if self.prefixes else ""

    def whole(self, raw: Raw) -> tuple[Batch, torch.Tensor]:
        prefix = self.prefix(raw)
        with self.tokenizing:
            encoded, found = self.pipeline.located(prefix + self.prepare(raw))
        offsets = (found - len(prefix)).clamp(min=0)
        return encoded, torch.where(offsets[:, 1:] > 0, offsets, 0)

    def readable(self, raw: Raw) -> Raw:
        field = self.demo.first("text").name
        end = int(self.whole(raw)[1].max())
        return raw if self.cut(raw) == 0 else {**raw, field: self.prepare(raw)[:end]}

    def cut(self, raw: Raw) -> int:
        """Tokens of a text that are more than the encoder reads; 0 if it reads them all."""
        options = {"truncation": False, "verbose": False, **tokens.PLAIN}
        count = len(self.tokenize(self.prefix(raw) + self.prepare(raw), **options)["input_ids"])
        return max(0, count - self.pipeline.limit)

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        limit = self.pipeline.limit
        yield from cut_off("text", self.cut(raw) + limit, limit)

    def spelled(self, text: str) -> list[int]:
        options = {"add_special_tokens": False, **tokens.PLAIN}
        ids: list[int] = self.pipeline.tokenizer(text_target=text, **options)["input_ids"]
        return ids

    def written(self, outputs: Batch) -> torch.Tensor:
        found: torch.Tensor = outputs["generated_sequence"][0, 0, 1:]  # the first one only starts the decoder
        return found

    def logits(self, batch: Batch, reply: torch.Tensor, rows: int) -> Iterator[torch.Tensor]:
        model, device, count = self.pipeline.model, self.pipeline.device, reply.shape[1]
        start = torch.tensor([[*self.starts]])
        inputs = (batch["input_ids"].split(rows), batch["attention_mask"].split(rows))
        for ids, mask in zip(*inputs, strict=True):
            written = torch.cat([start, reply[:, :-1]], dim=1).expand(len(ids), -1)
            with accelerator, torch.inference_mode():
                given = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": written}
                found = model(**{name: value.to(device) for name, value in given.items()}).logits[:, -count:]
                yield found.float().cpu()

    @property
    def starts(self) -> list[int]:
        """The tokens with which every text of the decoder begins."""
        given = self.pipeline.model.generation_config
        first = given.decoder_start_token_id
        start = self.pipeline.model.config.decoder_start_token_id if first is None else first
        return [start, *([] if given.forced_bos_token_id is None else [given.forced_bos_token_id])]

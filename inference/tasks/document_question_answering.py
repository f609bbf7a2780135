"""A picture of a document and a question in, the answer as a text out: a model that reads the page by itself, as Donut
does (Kim et al. 2022, section 3.2).

transformers' own pipeline of this name is for models that need the words and their boxes from an OCR engine as well,
which is not part of this product; ours replaces it.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import torch
from transformers.models.auto.auto_factory import _BaseAutoModelClass, _LazyAutoMapping
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from .. import tokens
from ..accelerator import accelerator
from ..errors import InputError, ModelError
from ..fields import ImageField
from ..generation import LENGTH, Settings
from ..questions import QuestionInput, QuestionPipeline
from ..retaken import register
from ..trace import Batch
from ..types import Raw
from ..writing import TextTask

BEFORE, AFTER, END = "<s_docvqa><s_question>", "</s_question><s_answer>", "</s_answer>"
"""What Donut was trained to read before and after a question, and to write after an answer."""
ANSWER, SPARE = 64, 16
"""Tokens of an answer at most, and how many more it may have once it is read anew from its text. The rest of the
decoder's positions are the question's."""
PAGE = ImageField(name="image", label="Document", expects="picture", max_side=2560)
"""In the pixels that Donut reads: small print would not survive fewer."""
TAKEN = ("pixel_values", "input_ids", "attention_mask")


class AutoModelForDocuments(_BaseAutoModelClass):
    """The models of transformers that read a page without help."""

    _model_mapping = _LazyAutoMapping(
        CONFIG_MAPPING_NAMES, OrderedDict({"vision-encoder-decoder": "VisionEncoderDecoderModel"})
    )


class DocumentQuestionAnsweringPipeline(QuestionPipeline):
    """`pipe({"image": …, "question": …}, max_new_tokens=64)`: `[{"generated_text": …}]`, decoded greedily."""

    _pipeline_calls_generate = True

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, options, {}

    @property
    def limit(self) -> int:
        return int(self.model.config.decoder.max_position_embeddings) - ANSWER - SPARE - len(self.ids(BEFORE + AFTER))

    def ids(self, text: str) -> list[int]:
        """The tokens of a text in which special ones are meant."""
        assert self.tokenizer is not None  # loaded by declaration in the base
        found: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return found

    def asked(self, question: str) -> tuple[Batch, torch.Tensor]:
        """What the decoder begins with int64[1, tokens], and the question's characters in it int64[tokens, 2].

        A typed special token is unknown to the model.
        """
        assert self.tokenizer is not None  # loaded by declaration in the base
        options = {"add_special_tokens": False, "return_offsets_mapping": True, "return_tensors": "pt"}
        encoded = self.tokenizer(BEFORE + question + AFTER, **options)
        ids, found = encoded["input_ids"][0], encoded["offset_mapping"][0] - len(BEFORE)
        own = (found[:, 0] < len(question)) & (found[:, 1] > 0)
        special = {*self.tokenizer.all_special_ids, *self.tokenizer.get_added_vocab().values()}
        typed = own & torch.isin(ids, torch.tensor(sorted(special)))
        kept = ~own | (own.cumsum(0) <= self.limit)
        ids = ids.masked_fill(typed, tokens.replacement(self.tokenizer)[0])[kept][None]
        offsets = torch.where(own[:, None], found.clamp(0, len(question)), 0)[kept]
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, offsets

    def _forward(self, batch: Batch, **options: Any) -> Batch:
        asked = {"num_beams": 1, "do_sample": False, **self._prepare_generate_kwargs(options)}
        given = {"pixel_values": batch["pixel_values"], "decoder_input_ids": batch["input_ids"]}
        written = self.model.generate(**given, **asked)
        return {"generated_sequence": written[:, None], "input_ids": batch["input_ids"]}

    def postprocess(self, outputs: Batch) -> list[dict[str, str]]:
        """The answer that was written to one question."""
        assert self.tokenizer is not None  # loaded by declaration in the base
        written = outputs["generated_sequence"][0, 0, outputs["input_ids"].shape[1] :].tolist()
        (end,) = self.ids(END)
        written = written[: written.index(end)] if end in written else written
        return [{"generated_text": self.tokenizer.decode(written, skip_special_tokens=True).strip()}]


register("document-question-answering", DocumentQuestionAnsweringPipeline, AutoModelForDocuments, "multimodal")


class DocumentQuestionAnswering(QuestionInput, TextTask):
    """Any Donut that was trained to answer questions, with safetensors."""

    id = "document-question-answering"
    noun = "answer"
    longest = ANSWER + SPARE
    fields = (PAGE, *QuestionInput.fields[1:])

    def options(self) -> dict[str, Any]:
        if len(self.pipeline.ids(BEFORE + AFTER + END)) != 5:
            raise ModelError(f"{self.name} does not know {BEFORE}: it was not trained to answer questions.")
        return {"max_new_tokens": self.length(ANSWER)}

    def fits(self, raw: Raw) -> None:
        """That the decoder can write so much. Raises InputError."""
        if Settings.of(raw, self.forward_options).max_new_tokens > ANSWER:
            raise InputError(f"{LENGTH.label} may be {ANSWER:,} tokens with this model; set it lower.")

    def logits(self, batch: Batch, reply: torch.Tensor, rows: int) -> Iterator[torch.Tensor]:
        model, count = self.pipeline.model, reply.shape[1]
        for pixels, ids, mask in zip(*(batch[name].split(rows) for name in TAKEN), strict=True):
            lengths = mask.sum(1)
            written = torch.nn.functional.pad(ids, (0, count - 1))
            places = (lengths - 1)[:, None] + torch.arange(count)
            written = written.scatter(1, places[:, 1:], reply[:, :-1].expand(len(ids), -1))
            given = {"pixel_values": pixels.to(self.pipeline.dtype), "decoder_input_ids": written}
            with accelerator, torch.inference_mode():
                found = model(**{name: value.to(self.pipeline.device) for name, value in given.items()}).logits
                yield found.float().cpu()[torch.arange(len(ids))[:, None], places]

"""A sentence with a gap in, words for the gap out: transformers' own fill-mask pipeline.

The gap is written ___ or [MASK]. In every other task a typed [MASK] is plain text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .. import tokens
from ..demo import Example
from ..errors import InputError
from ..fields import TextField
from ..inputs import TextInput
from ..masks import Spans, Variants, of_tokens, without_tokens
from ..outputs import SHOWN, LabelsTask
from ..trace import Batch
from ..types import Item, ItemTarget, Prediction, Raw, Target

GAP = re.compile(r"_{3,}|\[MASK\]|<mask>")


class FillMask(TextInput, LabelsTask):
    """Any masked language model of the hub: every entry of its vocabulary gets a probability."""

    id = "fill-mask"
    along_tokens = ("logits",)
    same_items = False  # they come with the input
    default = "distilbert/distilroberta-base@fb53ab8802853c8e4fbdbcd0529f21fc6f459b2b"
    batch_size = 16  # each input has logits for the whole vocabulary at every token
    fields = (
        TextField(
            name="text",
            label="Sentence with a gap",
            description="Write ___ where a word is missing.",
            placeholder="The capital of France is ___.",
        ),
    )
    samples = (
        Example("A capital", {"text": "Paris is the ___ of France."}),
        Example("A feeling", {"text": "I am so ___ that you came to see me."}),
        Example("A profession", {"text": "The ___ examined the patient and wrote a prescription."}),
        Example("A colour", {"text": "In autumn the ___ turn red and fall from the trees."}),
    )

    def fits(self, raw: Raw) -> None:
        """That there is one gap, and that the model reads it. Raises InputError."""
        label, text = self.demo.first("text").label, self.prepare(raw)
        if (count := len(GAP.findall(text))) != 1:
            raise InputError(f"{label} needs exactly one gap, written ___ or [MASK]; it has {count or 'none'}.")
        limit, count = self.pipeline.tokenizer.model_max_length, len(self.whole(raw)[1])
        if count > limit:
            raise InputError(f"{label} may have {limit:,} tokens, it has {count:,}; shorten it.")

    def options(self) -> dict[str, Any]:
        return {"top_k": SHOWN}

    def prepare(self, raw: Raw) -> str:
        """The sentence as the pipeline takes it, with the model's own mask in the gap."""
        return GAP.sub(lambda _: self.pipeline.tokenizer.mask_token, self.masked(raw).text)

    def whole(self, raw: Raw) -> tuple[Batch, torch.Tensor]:
        """The words on either side of the gap, as plain text, with the mask between them."""
        text = self.masked(raw).text
        start, end = next(GAP.finditer(text)).span()
        options = {"add_special_tokens": False, "return_offsets_mapping": True, **tokens.PLAIN}
        left, right = (self.tokenize(part, **options) for part in (text[:start].rstrip(), text[end:]))
        first, last = self.frame
        after = [(a + end, b + end) for a, b in right["offset_mapping"]]
        ids = [*first, *left["input_ids"], self.mask, *right["input_ids"], *last]
        offsets = [*((0, 0) for _ in first), *left["offset_mapping"], (0, 0), *after, *((0, 0) for _ in last)]
        batch = {"input_ids": torch.tensor([ids])}
        for name, value in (("attention_mask", 1), ("token_type_ids", 0)):
            if name in self.pipeline.tokenizer.model_input_names:
                batch[name] = torch.full_like(batch["input_ids"], value)
        return batch, torch.tensor(offsets)

    @cached_property
    def frame(self) -> tuple[list[int], list[int]]:
        """The special tokens that the model wants before and after a text."""
        encoded = self.tokenize("a", return_special_tokens_mask=True)
        inside = [i for i, special in enumerate(encoded["special_tokens_mask"]) if not special]
        return encoded["input_ids"][: inside[0]], encoded["input_ids"][inside[-1] + 1 :]

    @property
    def mask(self) -> int:
        """The id of the mask, which stands in the gap and nowhere else."""
        return int(self.pipeline.tokenizer.mask_token_id)

    # A hidden word is no gap: there is one, and the model is asked about that.

    @property
    def stand_in(self) -> str:
        return tokens.replacement(self.pipeline.tokenizer, tokens.STAND_INS[1:])[1]

    def hiding(self, encoded: Batch, offsets: torch.Tensor, parts: Spans) -> Variants:
        touched = tokens.touched(offsets, parts.spans)
        if parts.dropped:
            return without_tokens(encoded, touched, self.pipeline.tokenizer.pad_token_id or 0)
        return of_tokens(encoded, touched, tokens.replacement(self.pipeline.tokenizer, tokens.STAND_INS[1:])[0])

    @cached_property
    def positions(self) -> dict[str, int]:
        vocabulary: dict[str, int] = self.pipeline.tokenizer.get_vocab()
        return vocabulary

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Softmax over the vocabulary at the gap, float64[batch, vocabulary]."""
        rows, places = (outputs["input_ids"] == self.mask).nonzero(as_tuple=True)
        scores: NDArray[np.float64] = outputs["logits"][rows, places].double().softmax(-1).numpy()
        return scores

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.ranked(scores) for scores in self.all_scores(outputs)]

    def ranked(self, scores: NDArray[np.float64]) -> Prediction:
        """The likeliest entries of the vocabulary for one gap."""
        best = np.argsort(-scores, kind="stable")[:SHOWN].tolist()
        names = self.pipeline.tokenizer.convert_ids_to_tokens(best)
        items = (Item(name, self.spelled(name), float(scores[i])) for i, name in zip(best, names, strict=True))
        return Prediction(self.kind, self.scale, tuple(items))

    def spelled(self, token: str) -> str:
        """An entry of the vocabulary as people write it."""
        return self.pipeline.tokenizer.convert_tokens_to_string([token]).strip() or token

    def name_of(self, target: Target) -> str:
        return self.spelled(target.item) if isinstance(target, ItemTarget) else super().name_of(target)

    def remarks(self, outputs: Batch) -> Iterator[str]:
        """Nothing: among a whole vocabulary, no word has to be likely."""
        return iter(())

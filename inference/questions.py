"""What tasks share that answer a question about a picture: both are read, and hidden, each by its own way.

It knows no kind of answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import Pipeline

from . import tokens
from .encoders import cut_off
from .fields import TextField
from .inputs import ImageInput, TextInput
from .masks import ALONE, Hidden, Kept, Parts, Regions, Spans, Variants
from .trace import Batch, Sight
from .types import Prediction, Raw


class QuestionPipeline(Pipeline):
    """`pipe({"image": …, "question": …})`; what comes out is the subclasses' own."""

    _load_tokenizer = True
    _load_image_processor = True
    _load_feature_extractor = False
    _load_processor = False

    def preprocess(self, record: dict[str, Any]) -> Batch:
        """Tensors with a leading dimension of 1: what becomes of the picture, and the question's tokens."""
        return self.seen(record["image"]) | self.asked(record["question"])[0]

    def seen(self, picture: Image.Image) -> Batch:
        """A picture as model inputs."""
        assert self.image_processor is not None  # loaded by declaration above
        return dict(self.image_processor(images=[picture], return_tensors="pt").to(self.dtype))

    def asked(self, question: str) -> tuple[Batch, torch.Tensor]:
        """A question as model inputs int64[1, tokens], and its offsets int64[tokens, 2]; beyond `limit` it is cut."""
        raise NotImplementedError

    @property
    def limit(self) -> int:
        """Tokens of a question that the model reads."""
        raise NotImplementedError


class QuestionInput(ImageInput, TextInput):
    """A task whose first picture is asked about by its first text, through a QuestionPipeline."""

    batch_size = 8
    same_items = False  # predicted one by one, as below
    fields = (*ImageInput.fields, TextField(name="question", label="Question", max_length=300))
    samples = ()  # no picture goes with every model

    def prepare(self, raw: Raw) -> dict[str, Any]:  # type: ignore[override]  # a picture beside the text
        return {"image": self.picture(raw), "question": self.masked(raw).text}

    def preprocess(self, picture: Image.Image) -> Batch:
        found: Batch = self.pipeline.seen(picture)
        return found

    def encode_text(self, text: str) -> tuple[Batch, torch.Tensor]:
        with self.tokenizing:
            found: tuple[Batch, torch.Tensor] = self.pipeline.asked(text)
        return found

    def whole(self, raw: Raw) -> tuple[Batch, torch.Tensor]:
        return self.encode_text(self.masked(raw).text)

    def encode_one(self, raw: Raw) -> Batch:
        """Both inputs as model inputs, each with what is hidden of it."""
        return ImageInput.encode_one(self, raw) | TextInput.encode_one(self, raw)

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        each = []
        for name, part in parts.items():
            one = ImageInput if isinstance(part, Regions) else TextInput
            each.append(one.variants(self, raw, {name: part}))
        return side_by_side(each, list(parts.values()))

    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """One by one: pictures of different shapes would be padded to one another."""
        return [self.read(self.forward(self.encode([raw])), [raw])[0] for raw in raws]

    # What is said of the input

    def readable(self, raw: Raw) -> Raw:
        text, offsets = self.masked(raw).text, self.whole(raw)[1]
        return {**raw, self.field.name: text[: int(offsets.max())]}

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        options = {"truncation": False, "verbose": False, **tokens.PLAIN}
        count = len(self.tokenize(self.masked(raw).text, **options)["input_ids"])
        yield from cut_off("question", count, self.pipeline.limit)

    def prepared(self, raw: Raw, batch: Batch) -> str:
        return f"{ImageInput.prepared(self, raw, batch)}; the question {TextInput.prepared(self, raw, batch)}"

    def sight(self, batch: Batch) -> Sight:
        return replace(ImageInput.sight(self, batch), tokens=TextInput.sight(self, batch).tokens)


def side_by_side(each: Sequence[Variants | None], parts: Sequence[Hidden | None]) -> Variants | None:
    """Of one input with several fields, each with variants of its own: their tensors in one batch.

    parts: what each field's `Kept` speaks of, one after the other. None where a field has no variants.
    """
    found = [variants for variants in each if variants is not None]
    if len(found) < len(parts):
        return None
    ends = np.cumsum([count(part) for part in parts])[:-1]

    def encode(rows: Sequence[Kept]) -> Batch:
        fields = np.split(np.array(rows), ends, axis=1)
        batches = [variants.encode(list(kept)) for variants, kept in zip(found, fields, strict=True)]
        return {name: value for batch in batches for name, value in batch.items()}

    return Variants(encode, ALONE)


def count(part: Hidden | None) -> int:
    """The parts of a text or of a picture."""
    if isinstance(part, Regions):
        return int(part.labels.max()) + 1
    return len(part.spans) if isinstance(part, Spans) else 0

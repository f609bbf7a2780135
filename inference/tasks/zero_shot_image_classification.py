"""A photo and labels of one's own in, a probability for each label out: transformers' own zero-shot image pipeline.

A label becomes a sentence about the picture, and the logit is how near the two lie in the space of a model of pictures
and texts, CLIP or one of its kin (Radford et al. 2021, section 3.1). Sentences are read once for a whole batch.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.special import expit, softmax

from .. import tokens
from ..fields import LabelsField
from ..inputs import ImageInput
from ..masks import Kept, Parts, Variants
from ..offered import Labels, OfferedLabels
from ..trace import Batch
from ..types import Raw

THINGS = ("a person", "an animal", "food", "a vehicle", "a building")
TEMPLATE = "This is a photo of {}."
"""What transformers' pipeline makes of a label."""
SENTENCES = "text_inputs"


class ZeroShotImageClassification(ImageInput, OfferedLabels):
    """Any CLIP, or SigLIP, on the hub."""

    id = "zero-shot-image-classification"
    default = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K@1a25a446712ba5ee05982a381eed697ef9b435cf"
    carried = "candidate_labels"
    fields = (*ImageInput.fields, LabelsField(name="labels", label="Labels", role="setting", default=THINGS))

    def options(self) -> dict[str, Any]:
        return {}

    @property
    def exclusive(self) -> bool:
        """Whether exactly one label is right; a SigLIP judges each by itself."""
        return "siglip" not in self.pipeline.model.config.model_type

    def preprocess(self, picture: Image.Image) -> Batch:
        """A whole picture as model inputs, without any label."""
        found = self.pipeline.image_processor(images=[picture], return_tensors="pt")
        return dict(found.to(self.pipeline.dtype))

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """The pictures, and the labels of all of them as sentences, int64[labels, tokens] each."""
        each = [self.encode_one(raw) for raw in raws]
        pixels = {name: torch.cat([batch[name] for batch in each]) for name in each[0]}
        return pixels | self.sentences([raw[self.offered.name] for raw in raws])

    @property
    def together(self) -> int:
        """One: each picture has sentences of its own, and a pass would weigh it against those of all."""
        return 1

    def sentences(self, labels: Sequence[Labels]) -> Batch:
        """The sentences of what is offered to each input; where that is nothing at all, one about nothing."""
        carried = {self.carried: list(labels)}
        texts = [TEMPLATE.format(label) for label in self.names(carried) or [""]]
        with self.tokenizing:
            encoded = self.pipeline.tokenizer(texts, return_tensors="pt", **self.reading)
        return carried | {SENTENCES: [encoded]}

    @property
    def reading(self) -> dict[str, Any]:
        """How the tokenizer reads sentences, cut at the model's length; a SigLIP was trained on padded ones."""
        shape = {"padding": True} if self.exclusive else {"padding": "max_length"}
        return {**shape, "truncation": True, "max_length": self.limit, **tokens.PLAIN}

    @property
    def limit(self) -> int:
        """Tokens of a sentence that the model reads."""
        own = self.pipeline.model.config.text_config.max_position_embeddings
        return int(min(own, self.pipeline.tokenizer.model_max_length))

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        found, labels = super().variants(raw, parts, rows, weights), raw[self.offered.name]
        if found is None:
            return None
        pixels, words = found.encode, self.sentences([labels])

        def encode(kept: Sequence[Kept]) -> Batch:
            return {**pixels(kept), **words, self.carried: [labels] * len(kept)}

        return Variants(encode, found.weights)

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Probabilities of every label that was offered to any picture, float64[batch, labels]: 0 where it was not."""
        names, logits = self.names(outputs), outputs["logits"].double().numpy()
        found = np.zeros((len(logits), len(names)))
        for row, own, labels in zip(found, logits, outputs[self.carried], strict=True):
            places = [names.index(label) for label in labels]
            row[places] = softmax(own[places]) if self.exclusive else expit(own[places])
        return found

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        texts = [TEMPLATE.format(label) for label in raw[self.offered.name]]
        with self.tokenizing:
            read = self.pipeline.tokenizer(texts, truncation=False, verbose=False, **tokens.PLAIN)["input_ids"]
        cut = [label for label, ids in zip(raw[self.offered.name], read, strict=True) if len(ids) > self.limit]
        if cut:
            yield f"The label “{cut[0][:20]}…” is longer than the model reads, and its end was cut off."

    def prepared(self, raw: Raw, batch: Batch) -> str:
        rows, count = batch[SENTENCES][0]["input_ids"].shape
        return f"{super().prepared(raw, batch)}; {rows} sentences, one for each label, of up to {count} tokens"

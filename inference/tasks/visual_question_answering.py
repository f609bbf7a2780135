"""A photo and a question about it in, answers with their probabilities out. transformers has had no such pipeline since
its version 5.

The models choose among a few thousand answers that they were trained with, each judged by itself (a sigmoid, as several
may be right: Kim et al. 2021, section 4.3); those that write an answer word by word are none of this task's.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from PIL import Image
from transformers import Pipeline
from transformers.models.auto.auto_factory import _BaseAutoModelClass, _LazyAutoMapping
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from .. import tokens
from ..encoders import cut_off
from ..fields import TextField
from ..inputs import ImageInput, TextInput
from ..masks import Parts, Regions, Variants, side_by_side
from ..outputs import SHOWN, LabelsTask
from ..retaken import register
from ..trace import Batch, Sight
from ..types import Prediction, Raw


class AutoModelForAnswers(_BaseAutoModelClass):
    """The models of transformers that choose among answers of their own."""

    _model_mapping = _LazyAutoMapping(CONFIG_MAPPING_NAMES, OrderedDict(vilt="ViltForQuestionAnswering"))


class VisualQuestionAnsweringPipeline(Pipeline):
    """`pipe({"image": …, "question": …}, top_k=5)`: answers, the most probable first."""

    _load_tokenizer = True
    _load_image_processor = True
    _load_feature_extractor = False
    _load_processor = False

    def _sanitize_parameters(
        self, top_k: int | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {} if top_k is None else {"top_k": top_k}

    def preprocess(self, record: dict[str, Any]) -> Batch:
        """Tensors with a leading dimension of 1: the pixels and their mask, the question's tokens and theirs."""
        return self.seen(record["image"]) | self.asked(record["question"])[0]

    def seen(self, picture: Image.Image) -> Batch:
        """A picture as model inputs."""
        assert self.image_processor is not None  # loaded by declaration above
        return dict(self.image_processor(images=[picture], return_tensors="pt").to(self.dtype))

    @property
    def limit(self) -> int:
        """Tokens of a question that the model reads."""
        assert self.tokenizer is not None  # loaded by declaration above
        return int(min(self.tokenizer.model_max_length, self.model.config.max_position_embeddings))

    def asked(self, question: str) -> tuple[Batch, torch.Tensor]:
        """A question as model inputs int64[1, tokens], and its offsets int64[tokens, 2]; the rest is cut off."""
        assert self.tokenizer is not None  # loaded by declaration above
        options = {"truncation": True, "max_length": self.limit, "return_offsets_mapping": True, **tokens.PLAIN}
        encoded = dict(self.tokenizer(question, return_tensors="pt", **options))
        return encoded, encoded.pop("offset_mapping")[0]

    def _forward(self, batch: Batch) -> Batch:
        return {"logits": self.model(**batch).logits}

    def postprocess(self, outputs: Batch, top_k: int = SHOWN) -> list[dict[str, Any]]:
        """The likeliest answers to one question."""
        found = outputs["logits"][0].double().sigmoid().topk(min(top_k, outputs["logits"].shape[1]))
        names = self.model.config.id2label
        return [{"label": names[i], "score": p} for p, i in zip(*map(torch.Tensor.tolist, found), strict=True)]


register("visual-question-answering", VisualQuestionAnsweringPipeline, AutoModelForAnswers, "multimodal")


class VisualQuestionAnswering(ImageInput, TextInput, LabelsTask):
    """Any ViLT with safetensors. None is named to begin with: of the one that transformers named, only pickled weights
    are known, and those are never opened."""

    id = "visual-question-answering"
    batch_size = 8
    fields = (*ImageInput.fields, TextField(name="question", label="Question", max_length=300))
    samples = ()  # no picture goes with every model
    exclusive = False

    def prepare(self, raw: Raw) -> dict[str, Any]:  # type: ignore[override]  # a picture beside the text
        return {"image": self.picture(raw), "question": self.masked(raw).text}

    def preprocess(self, picture: Image.Image) -> Batch:
        return self.pipeline.seen(picture)

    def encode_text(self, text: str) -> tuple[Batch, torch.Tensor]:
        with self.tokenizing:
            return self.pipeline.asked(text)

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

    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """One by one: pictures of different shapes would be padded to one another."""
        return [self.read(self.forward(self.encode([raw])), [raw])[0] for raw in raws]

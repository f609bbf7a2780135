"""Two texts in, how alike their meanings are out. transformers has no such pipeline.

Each text is encoded by itself; the cosine of the two vectors is the answer, brought to 0..1 where the model's config
says how. `pipeline("sentence-similarity", model=folder)` works once `inference.tasks` is imported.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, Pipeline
from transformers.pipelines import PIPELINE_REGISTRY

from .. import models, tokens
from ..demo import Example
from ..encoders import cut_off
from ..errors import ModelError
from ..fields import TextField
from ..inputs import TextInput
from ..masks import ALONE, Kept, MaskedText, Parts, Spans, Variants, gone
from ..modeling.pairs import pooled
from ..outputs import ValueTask
from ..snapshot import POOLING
from ..trace import Batch, Sight
from ..types import Raw

SIDES = ("first", "second")


class SentenceSimilarityPipeline(Pipeline):
    """`pipe({"first": text, "second": text}, pooling="mean")`: `{"value": …}`, a cosine or what the config makes of it.

    A config's `similarity` {"slope": a, "intercept": b} makes 1 / (1 + exp(−(a · cosine + b))) of it.
    """

    _load_tokenizer = True
    _load_feature_extractor = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(
        self, pooling: str | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return options, {} if pooling is None else {"pooling": pooling}, {}

    def preprocess(self, texts: Mapping[str, str], **options: Any) -> Batch:
        """Tokens of both texts, int64[1, tokens] each, under names like first.input_ids."""
        assert self.tokenizer is not None  # loaded by declaration above
        sides = {side: self.tokenizer(texts[side], truncation=True, return_tensors="pt", **options) for side in SIDES}
        return joined(sides)

    def _forward(self, batch: Batch, pooling: str = "mean") -> Batch:
        """logits float32[rows, 1], the cosines."""
        first, second = (self.vectors(side_of(batch, side), pooling) for side in SIDES)
        return {"logits": (first * second).sum(-1, keepdim=True)}

    def vectors(self, texts: Batch, pooling: str) -> torch.Tensor:
        """Unit vectors float32[rows, hidden]; `counted` int64[rows, tokens], if there, says which tokens make them."""
        counted = texts.pop("counted", texts["attention_mask"])
        return pooled(self.model(**texts).last_hidden_state, counted, pooling)

    def postprocess(self, outputs: Batch) -> dict[str, float]:
        """The similarity."""
        return {"value": self.values(outputs["logits"]).item()}

    def values(self, cosines: torch.Tensor) -> torch.Tensor:
        """Similarities float64 of cosines, of any shape."""
        scale = getattr(self.model.config, "similarity", None)
        wide = cosines.double()
        return torch.sigmoid(scale["slope"] * wide + scale["intercept"]) if scale else wide


PIPELINE_REGISTRY.register_pipeline(
    "sentence-similarity", pipeline_class=SentenceSimilarityPipeline, pt_model=AutoModel, type="text"
)


class SentenceSimilarity(TextInput, ValueTask):
    """Any sentence encoder of the hub that pools by the mean or by the first token."""

    id = "sentence-similarity"
    unread = frozenset({"pooler"})
    fields = (TextField(name="first", label="One text"), TextField(name="second", label="Another text"))
    samples = (
        Example("Said in other words", {"first": "The train is late.", "second": "Our train has been delayed."}),
        Example("The opposite", {"first": "The shop opens at nine.", "second": "The shop closes at nine."}),
        Example("The same matter", {"first": "How do I reset my password?", "second": "I cannot log in any more."}),
        Example("Nothing in common", {"first": "The soup needs salt.", "second": "Interest rates rose again."}),
    )

    def options(self) -> dict[str, Any]:
        return {**tokens.PLAIN, "pooling": self.pooling()}

    def pooling(self) -> str:
        """How the folder says that one vector is made of a text's; "mean" where it says nothing. Raises ModelError."""
        modules, said = self.folder / "modules.json", models.config_of(self.folder, POOLING)
        chosen = [name for name, on in said.items() if name.startswith("pooling_mode_") and on is True]
        try:
            kinds = json.loads(modules.read_text(encoding="utf-8")) if modules.is_file() else []
            dense = any(str(each.get("type")).endswith("Dense") for each in kinds)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ModelError(f"{self.name}/{modules.name} must hold a list of objects, each with a type.") from None
        if dense or chosen not in ([], ["pooling_mode_mean_tokens"], ["pooling_mode_cls_token"]):
            raise ModelError(f"{self.name} makes one vector of a text in a way that is not known here.")
        return "cls" if chosen == ["pooling_mode_cls_token"] else "mean"

    @property
    def sides(self) -> dict[str, str]:
        """Which field each side's text comes from."""
        found = [field.name for field in self.demo.inputs if field.kind == "text"]
        if len(found) != len(SIDES):
            raise ModelError(f"demo.json of {self.demo.title!r} needs two fields of kind 'text', got {len(found)}.")
        return dict(zip(SIDES, found, strict=True))

    def texts(self, raw: Raw) -> dict[str, MaskedText]:
        """Both texts of an input, with what is hidden of each."""
        return {side: tokens.masked(raw[name]) for side, name in self.sides.items()}

    def prepare(self, raw: Raw) -> dict[str, str]:  # type: ignore[override]  # two texts instead of one
        return {side: masked.text for side, masked in self.texts(raw).items()}

    def encode_text(self, text: str) -> tuple[Batch, torch.Tensor]:
        options = {"truncation": True, "return_tensors": "pt", "return_offsets_mapping": True, **tokens.PLAIN}
        encoded = dict(self.tokenize(text, **options))
        return encoded, encoded.pop("offset_mapping")[0]

    def encode_one(self, raw: Raw) -> Batch:
        """Model inputs, hidden words replaced, or left out, token by token."""
        found = {}
        for side, masked in self.texts(raw).items():
            hidden = self.hiding(*self.encode_text(masked.text), Spans(masked.hidden, masked.dropped))
            found[side] = hidden.encode([np.zeros(len(masked.hidden), bool)])
        return joined(found)

    def hiding(self, encoded: Batch, offsets: torch.Tensor, parts: Spans) -> Variants:
        """One text with its parts hidden: hidden tokens do not count, and with no word left nothing does."""
        inner, touched = super().hiding(encoded, offsets, parts), tokens.touched(offsets, parts.spans)
        words = (offsets[:, 1] > offsets[:, 0]).numpy()

        def encode(rows: Sequence[Kept]) -> Batch:
            batch, hidden = inner.encode(rows), torch.from_numpy(gone(rows, touched))
            counted = batch["attention_mask"] * (1 if parts.dropped else ~hidden)
            return batch | {"counted": counted * (~hidden[:, words]).any(1, keepdim=True)}

        return Variants(encode, ALONE)

    @property
    def stand_in(self) -> str:
        """Nothing: two texts of which everything is replaced by the same token would be alike."""
        return ""

    def encode(self, raws: Sequence[Raw]) -> Batch:
        from transformers.pipelines.base import pad_collate_fn

        collate = pad_collate_fn(self.pipeline.tokenizer, None)
        each = [self.encode_one(raw) for raw in raws]
        return joined({side: collate([side_of(batch, side) for batch in each]) for side in SIDES})

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        spans = {side: parts.get(name) for side, name in self.sides.items()}
        if len(parts) != len(spans) or not all(isinstance(each, Spans) for each in spans.values()):
            return None
        each, start = {}, 0
        for side, masked in self.texts(raw).items():  # the columns of `Kept` are those of the fields in their order
            own = spans[side]
            assert isinstance(own, Spans)  # by the check above
            end = start + len(own.spans)
            each[side] = self.hiding(*self.encode_text(masked.text), own), slice(start, end)
            start = end

        def encode(kept: Sequence[Kept]) -> Batch:
            return joined({side: one.encode([row[own] for row in kept]) for side, (one, own) in each.items()})

        return Variants(encode, ALONE)

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        values: NDArray[np.float64] = self.pipeline.values(outputs["logits"]).numpy()
        return values

    def readable(self, raw: Raw) -> Raw:
        read = {
            name: text[: int(self.encode_text(text)[1].max())]
            for name, text in zip(self.sides.values(), self.prepare(raw).values(), strict=True)
        }
        return {**raw, **read}

    def warnings(self, raw: Raw) -> Iterator[str]:
        options = {"truncation": False, "verbose": False, "return_offsets_mapping": True, **tokens.PLAIN}
        for field in self.demo.inputs:
            yield from field.warnings(raw[field.name])
            encoded = self.tokenize(raw[field.name], **options)
            ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
            own = [(raw[field.name][a:b], token) for token, (a, b) in zip(ids, offsets, strict=True) if a < b]
            yield from self.unknown([piece for piece, _ in own], [token for _, token in own])
            yield from cut_off(f"text “{field.label}”", len(ids), self.pipeline.tokenizer.model_max_length)

    def prepared(self, raw: Raw, batch: Batch) -> str:
        counts = [batch[f"{side}.input_ids"].shape[1] for side in SIDES]
        return f"cut into {counts[0]:,} and {counts[1]:,} tokens, each a number that the model knows"

    def sight(self, batch: Batch) -> Sight:
        return super().sight({"input_ids": torch.cat([batch[f"{side}.input_ids"] for side in SIDES], dim=1)})


def joined(sides: Mapping[str, Batch]) -> Batch:
    """The tensors of both sides in one batch, each under the name of its side."""
    return {f"{side}.{name}": value for side, batch in sides.items() for name, value in batch.items()}


def side_of(batch: Batch, side: str) -> Batch:
    """The tensors of one side under the names that a model knows."""
    return {name.partition(".")[2]: value for name, value in batch.items() if name.startswith(f"{side}.")}

"""A text and labels of one's own in, a probability for each label out: transformers' own zero-shot pipeline.

A label becomes a hypothesis about the text, and what the model holds of the pair is the label's logit. The models are
those of natural language inference, and sentence encoders by inference/modeling/pairs.py.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from .. import tokens
from ..demo import Example
from ..encoders import cut_off
from ..errors import ModelError
from ..fields import LabelsField, TextField
from ..inputs import TextInput
from ..masks import ALONE, Kept, Parts, Spans, Variants, only
from ..modeling import pairs  # noqa: F401  registers the architecture
from ..offered import Labels, OfferedLabels
from ..trace import Batch, Sight
from ..types import Raw

TOPICS = ("business", "politics", "science", "sport", "travel")


class ZeroShotClassification(TextInput, OfferedLabels):
    """Any model of natural language inference on the hub."""

    id = "zero-shot-classification"
    along_tokens = ("encoder_last_hidden_state",)
    carried = "candidate_label"
    batch_size = 8  # texts; each is read once for each of up to 20 labels
    fields = (
        TextField(name="text", label="Text", description="In the language that the model was trained on."),
        LabelsField(name="labels", label="Labels", role="setting", default=TOPICS),
    )
    samples = tuple(Example(each.title, {**each.inputs, "labels": list(TOPICS)}) for each in TextInput.samples)

    def options(self) -> dict[str, Any]:
        if self.pipeline.entailment_id < 0:
            raise ModelError(
                f"{self.name} has no label called entailment: zero-shot needs a model of natural language inference."
            )
        template = getattr(self.pipeline.model.config, "hypothesis_template", None)
        return {"hypothesis_template": template} if template else {}

    def hypotheses(self, labels: Labels) -> list[str]:
        """What is asked of a text for each label."""
        template = self.preprocess_options.get("hypothesis_template", "This example is {}.")
        return [template.format(label) for label in labels]

    def encode_pairs(self, text: str, labels: Labels) -> tuple[Batch, Any]:
        """One row for each label, int64[labels, tokens] each, and offsets int64[labels, tokens, 2] of the text's own.

        With no label there is one row about none, whose score nobody asks for.
        """
        hypotheses = self.hypotheses(labels or ("",))
        shape = {"padding": True, "return_tensors": "pt", "return_offsets_mapping": True, "truncation": "only_first"}
        encoded: Any = self.tokenize([text] * len(hypotheses), text_pair=hypotheses, **shape, **tokens.PLAIN)
        own = [[place == 0 for place in encoded.sequence_ids(i)] for i in range(len(hypotheses))]
        offsets = encoded.pop("offset_mapping")
        return dict(encoded) | carried([labels]), offsets * offsets.new_tensor(own)[..., None]

    def encode_one(self, raw: Raw) -> Batch:
        """Model inputs, hidden words replaced, or left out, token by token."""
        masked = self.masked(raw)
        hidden, nothing = Spans(masked.hidden, masked.dropped), np.zeros(len(masked.hidden), bool)
        encoded, offsets = self.encode_pairs(masked.text, raw[self.offered.name])
        return self.hiding(encoded, offsets, hidden).encode([nothing]) if masked.hidden else encoded

    def encode(self, raws: Sequence[Raw]) -> Batch:
        batches = [self.encode_one(raw) for raw in raws]
        labels = [each for batch in batches for each in batch["candidate_label"]]
        return self.filled(batches, lambda values: [row for rows in values for row in rows]) | carried(labels)

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        spans = only(parts, Spans)
        encoded = spans and self.encode_pairs(self.prepare(raw), raw[self.offered.name])
        return self.hiding(*encoded, spans) if encoded else None

    def hiding(self, encoded: Batch, offsets: Any, parts: Spans) -> Variants:
        """A text's pairs with parts of the text hidden, the pairs of one coalition one after the other."""
        (labels,) = encoded["candidate_label"]
        names = [name for name, value in encoded.items() if hasattr(value, "shape")]
        rows = [{name: encoded[name][i : i + 1] for name in names} for i in range(len(offsets))]
        hiding = super().hiding
        each = [hiding(*pair, parts) for pair in zip(rows, offsets, strict=True)]

        def encode(kept: Sequence[Kept]) -> Batch:
            batches = [one.encode(kept) for one in each]
            in_turn = self.filled(batches, lambda values: [row for group in zip(*values, strict=True) for row in group])
            return in_turn | carried([labels] * len(kept))

        return Variants(encode, ALONE)

    def filled(self, batches: Sequence[Batch], ordered: Any) -> Batch:
        """The tensors of batches [rows, tokens] as one batch, its rows as `ordered` puts them, padded at the end."""
        from torch.nn.utils.rnn import pad_sequence

        padding = {"input_ids": self.pipeline.tokenizer.pad_token_id or 0}
        names = [name for name, value in batches[0].items() if hasattr(value, "shape")]
        rows = {name: ordered([batch[name] for batch in batches]) for name in names}
        return {name: pad_sequence(rows[name], True, padding.get(name, 0)) for name in names}

    # What came out

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        """Probabilities of every label that was offered to any text, float64[batch, labels]: 0 where it was not."""
        names, logits = self.names(outputs), outputs["logits"].double().numpy()[:, self.pipeline.entailment_id]
        found, start = np.zeros((len(outputs["candidate_label"]), len(names))), 0
        for row, labels in zip(found, outputs["candidate_label"], strict=True):
            own = logits[start : start + max(1, len(labels))]
            start += len(own)
            row[[names.index(label) for label in labels]] = softmax(own)[: len(labels)]
        return found

    def remarks(self, outputs: Batch) -> Iterator[str]:
        """What LabelsTask remarks, and whether each label alone is more likely false than true.

        Against which logit an entailment is held is said by transformers' pipeline, for labels that may all be wrong.
        """
        yield from super().remarks(outputs)
        entailment = self.pipeline.entailment_id
        contradiction = -1 if entailment == 0 else 0
        if bool((outputs["logits"][:, entailment] < outputs["logits"][:, contradiction]).all()):
            yield "Perhaps none of the labels fits: the model holds each of them, by itself, for more likely wrong."

    # What is said of the input

    def readable(self, raw: Raw) -> Raw:
        _, offsets = self.encode_pairs(self.prepare(raw), raw[self.offered.name])
        text = self.demo.first("text").name
        return {**raw, text: self.prepare(raw)[: int(offsets.max())]}

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        options = {"truncation": False, "verbose": False, **tokens.PLAIN}
        text, hypotheses = self.prepare(raw), self.hypotheses(raw[self.offered.name])
        counts = [len(self.tokenize(text, text_pair=each, **options)["input_ids"]) for each in hypotheses]
        yield from cut_off("text with its longest label", max(counts), self.pipeline.tokenizer.model_max_length)

    def prepared(self, raw: Raw, batch: Batch) -> str:
        rows, count = batch["input_ids"].shape
        return f"{rows} pairs of the text and a label, each cut into up to {count:,} tokens"

    def sight(self, batch: Batch) -> Sight:
        """The tokens of the first pair."""
        attended = batch["attention_mask"][0].bool()
        return super().sight({"input_ids": batch["input_ids"][:1, attended]})


def carried(labels: Sequence[Labels]) -> Batch:
    """What transformers' pipeline carries along with its pairs; here the labels of each text."""
    return {"candidate_label": list(labels), "sequence": "", "is_last": True}

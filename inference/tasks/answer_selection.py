"""A question and a text in, the sentence that answers it out: by the likeness of what they say, as vectors.

The probability of a sentence is a softmax of its cosine with the question, over all sentences and a likeness below
which nothing answers; the two constants are the model's own, in its config.json (`answer_selection`: `temperature`,
`nothing`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..sentences import Sentences, SentencesPipeline, SentencesTask
from ..spans import Place
from ..trace import Batch
from ..types import Item, ItemTarget, Prediction, Raw, Target

ANSWER, NONE = "answer", "no answer"
ANSWERS = 5
"""Sentences that a prediction names."""
TEMPERATURE, NOTHING = 0.05, 0.3
"""For a model whose config.json says nothing: what cosines are divided by, and the one at which there is no answer."""


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of logits float64[n]."""
    odds = np.exp(logits - logits.max())
    p: NDArray[np.float64] = odds / odds.sum()
    return p


class AnswerSelectionPipeline(SentencesPipeline):
    """`pipe({"question": …, "context": …})`: the best sentences with their probabilities, and that of no answer."""

    def probabilities(self, found: Sentences) -> NDArray[np.float64]:
        """Of each sentence, and last of none, float64[n + 1]."""
        own = getattr(self.model.config, "answer_selection", {})
        assert found.question is not None  # by the record
        cosines = np.append(found.vectors @ found.question, own.get("nothing", NOTHING))
        return softmax(cosines / own.get("temperature", TEMPERATURE))

    def postprocess(self, outputs: Batch) -> list[dict[str, Any]]:
        """The best sentences and "no answer", the most probable first."""
        (found,) = self.sentences(outputs)
        *each, none = self.probabilities(found).tolist()
        best = sorted(zip(each, found.spans.tolist(), strict=True), key=lambda pair: -pair[0])[:ANSWERS]
        items = [{"label": ANSWER, "score": p, "start": start, "end": end} for p, (start, end) in best]
        nothing = {"label": NONE, "score": none, "start": None, "end": None}
        return sorted([*items, nothing], key=lambda entry: -entry["score"])


PIPELINE_REGISTRY.register_pipeline(
    "answer-selection", pipeline_class=AnswerSelectionPipeline, pt_model=AutoModel, type="text"
)


class AnswerSelection(SentencesTask):
    """Any sentence encoder of the hub that was trained on questions."""

    id = "answer-selection"

    @property
    def kinds(self) -> Sequence[str]:
        return [ANSWER]

    def weigh(self, found: Sentences) -> NDArray[np.float64]:
        return self.pipeline.probabilities(found)[:-1]

    def target_scores(self, outputs: Batch, target: Target) -> NDArray[np.float64]:
        if target == ItemTarget(NONE):
            return np.array([self.pipeline.probabilities(found)[-1] for found in self.pipeline.sentences(outputs)])
        return super().target_scores(outputs, target)

    def called(self, target: Target, raw: Raw) -> str:
        return NONE if target == ItemTarget(NONE) else super().called(target, raw)

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.answer(found, raw) for found, raw in zip(self.pipeline.sentences(outputs), raws, strict=True)]

    def answer(self, found: Sentences, raw: Raw) -> Prediction:
        """The best sentences and "no answer"; the text is the first of them."""
        *each, none = self.pipeline.probabilities(found).tolist()
        best = sorted(zip(each, found.spans.tolist(), strict=True), key=lambda pair: -pair[0])[:ANSWERS]
        items = [self.item(Place(ANSWER, start, end), raw, p) for p, (start, end) in best]
        ordered = self.found([*items, Item(NONE, NONE, none)]).items
        first = ordered[0]
        text = raw[self.source][first.chars[1] : first.chars[2]] if first.chars else "No answer in this text"
        return self.found(ordered, text)

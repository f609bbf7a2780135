"""A text in, the sentences that say most of it out, in its own words.

A sentence's score is its cosine with the mean of all sentences' vectors (the centroid: Radev et al. 2004,
"Centroid-based summarization"), between −1 and 1. The sentences with the highest scores make the summary, but none that
says what one before it has said.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..fields import TextField
from ..sentences import Sentences, SentencesPipeline, SentencesTask
from ..spans import Place
from ..trace import Batch
from ..types import Prediction, Raw

KEY = "key sentence"
COUNT = 3
"""Sentences of a summary."""
REPEAT = 0.8
"""The cosine of two sentences from which one repeats the other."""


class ExtractiveSummarizationPipeline(SentencesPipeline):
    """`pipe({"context": …})`: the chosen sentences with their scores."""

    def scores(self, found: Sentences) -> NDArray[np.float64]:
        """Cosine of each sentence with the centroid, float64[n]."""
        centre = found.vectors.mean(0)
        cosines: NDArray[np.float64] = found.vectors @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
        return cosines

    def chosen(self, found: Sentences) -> list[int]:
        """The places of at most COUNT sentences, the highest score first."""
        scores, alike = self.scores(found), found.vectors @ found.vectors.T
        taken: list[int] = []
        for i in np.argsort(-scores, kind="stable").tolist():
            if len(taken) < COUNT and (not taken or alike[i, taken].max() < REPEAT):
                taken.append(i)
        return taken

    def postprocess(self, outputs: Batch) -> list[dict[str, Any]]:
        """The sentences of the summary, the highest score first."""
        (found,) = self.sentences(outputs)
        scores, spans = self.scores(found), found.spans.tolist()
        each = [(float(scores[i]), *spans[i]) for i in self.chosen(found)]
        return [{"label": KEY, "score": score, "start": start, "end": end} for score, start, end in each]


PIPELINE_REGISTRY.register_pipeline(
    "extractive-summarization", pipeline_class=ExtractiveSummarizationPipeline, pt_model=AutoModel, type="text"
)


class ExtractiveSummarization(SentencesTask):
    """Any sentence encoder of the hub."""

    id = "extractive-summarization"
    scale = "value"
    roles = ("context",)
    fields = (TextField(name="text", label="Text", max_length=20_000, description="Five sentences or more."),)
    samples = ()

    @property
    def kinds(self) -> Sequence[str]:
        return [KEY]

    def weigh(self, found: Sentences) -> NDArray[np.float64]:
        return self.pipeline.scores(found)

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.summarised(found, raw) for found, raw in zip(self.pipeline.sentences(outputs), raws, strict=True)]

    def summarised(self, found: Sentences, raw: Raw) -> Prediction:
        """The sentences of the summary; the text is all of them, in the order of the text."""
        scores, spans, chosen = self.pipeline.scores(found), found.spans.tolist(), self.pipeline.chosen(found)
        items = [self.item(Place(KEY, *spans[i]), raw, float(scores[i])) for i in chosen]
        return self.found(items, " ".join(raw[self.source][slice(*spans[i])] for i in sorted(chosen)))

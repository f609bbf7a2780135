"""A question and a text in, the passage that answers it out. transformers has had no such pipeline since its version 5.

The probability of a passage is that of its first token as a start times that of its last as an end (Devlin et al. 2018,
section 4.2), over all tokens of the text and the model's place for "no answer" ([CLS], as in SQuAD 2.0), in whichever
windows they stand. Words are not cut apart.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForQuestionAnswering, Pipeline

from ..passages import PassageInput
from ..retaken import register
from ..spans import Place, SpansTask
from ..trace import Batch
from ..types import Item, ItemTarget, Prediction, Raw, Target
from ..windows import OURS, Reader

ANSWER, NONE = "answer", "no answer"
ANSWERS = 3
"""Passages that a prediction names, none of which overlap."""
LONGEST = 30
"""Tokens of an answer at most, as in SQuAD's reference code."""
ROWS = 16
"""Windows a forward pass."""


class Odds(NamedTuple):
    """Of one input, what each token of the context may be.

    offsets: its characters int64[tokens, 2]. start, end: the probabilities that an answer does, float64[tokens].
    begins, ends: whether a word does, bool[tokens]. none: the probability that there is no answer.
    """

    offsets: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    begins: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    none: float

    def of(self, start: int, end: int) -> float:
        """The probability of the passage between two characters; 0 where nothing is left of it."""
        inside = ((self.offsets[:, 0] < end) & (self.offsets[:, 1] > start)).nonzero()[0]
        return float(self.start[inside[0]] * self.end[inside[-1]]) if len(inside) else 0.0

    def best(self, count: int) -> list[tuple[int, int, float]]:
        """The likeliest passages of whole words: characters (start, end) and probability; none overlap."""
        n, found = len(self.start), []
        for more in range(min(LONGEST, n)):
            p = self.start[: n - more] * self.end[more:] * (self.begins[: n - more] & self.ends[more:])
            found += [(float(p[i]), int(i), int(i) + more) for i in np.argsort(-p)[: 4 * count] if p[i] > 0]
        chosen: list[tuple[float, int, int]] = []
        for each in sorted(found, reverse=True):
            if len(chosen) < count and all(each[2] < first or last < each[1] for _, first, last in chosen):
                chosen.append(each)
        return [(int(self.offsets[i, 0]), int(self.offsets[j, 1]), p) for p, i, j in chosen]


class QuestionAnsweringPipeline(Pipeline):
    """`pipe({"question": …, "context": …}, top_k=3)`: passages with their probabilities, and that of no answer."""

    _load_tokenizer = True
    _load_feature_extractor = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(
        self, top_k: int | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {} if top_k is None else {"top_k": top_k}

    def preprocess(self, record: dict[str, str]) -> Batch:
        """The windows of one record."""
        return Reader(self.tokenizer).read(record["question"], record["context"])

    def _forward(self, batch: Batch) -> Batch:
        taken = {name: value.split(ROWS) for name, value in batch.items() if name not in OURS}
        each = [self.model(**dict(zip(taken, some, strict=True))) for some in zip(*taken.values(), strict=True)]
        logits = {name: torch.cat([outputs[name] for outputs in each]) for name in ("start_logits", "end_logits")}
        return logits | {name: batch[name] for name in ("input_ids", *OURS)}

    def postprocess(self, outputs: Batch, top_k: int = ANSWERS) -> list[dict[str, Any]]:
        """The best passages and "no answer", the most probable first."""
        (odds,) = self.odds(outputs)
        found: list[dict[str, Any]] = [
            {"label": ANSWER, "score": p, "start": start, "end": end} for start, end, p in odds.best(top_k)
        ]
        found.append({"label": NONE, "score": odds.none, "start": None, "end": None})
        return sorted(found, key=lambda entry: -entry["score"])

    def odds(self, outputs: Batch) -> Iterator[Odds]:
        """What each token of each input in the outputs may be."""
        assert self.tokenizer is not None  # loaded by declaration above
        special = self.tokenizer.cls_token_id
        first = outputs["input_ids"] == (-1 if special is None else special)
        for owner in range(int(outputs["owner"].max()) + 1):
            rows = outputs["owner"] == owner
            logits = torch.stack([outputs["start_logits"][rows], outputs["end_logits"][rows]]).double()
            nothing = logits[:, first[rows]]
            if nothing.shape[1]:  # of several windows, the one that doubts it most says whether there is no answer
                nothing = nothing[:, nothing.sum(0).argmin()][:, None]
            once = outputs["once"][rows]
            p = torch.cat([logits[:, once], nothing], dim=1).softmax(1).numpy()
            count = int(once.sum())
            offsets, begins, ends = (outputs[name][rows][once].numpy() for name in ("offsets", "begins", "ends"))
            yield Odds(
                offsets, p[0, :count], p[1, :count], begins, ends, float(p[:, count:].prod()) * (p.shape[1] > count)
            )


register("question-answering", QuestionAnsweringPipeline, AutoModelForQuestionAnswering)


class QuestionAnswering(PassageInput, SpansTask):
    """Any extractive reader of the hub. A span's score is its probability as the answer."""

    id = "question-answering"
    along_tokens = ("start_logits", "end_logits")
    default = "distilbert/distilbert-base-cased-distilled-squad@564e9b582944a57a3e586bbb98fd6f0a4118db7f"
    batch_size = 8

    def fits(self, raw: Raw) -> None:
        """That a question leaves room for a text. Raises InputError."""
        with self.tokenizing:
            self.reader.room(self.prepare(raw)["question"])

    @property
    def kinds(self) -> Sequence[str]:
        return [ANSWER]

    def target_scores(self, outputs: Batch, target: Target) -> NDArray[np.float64]:
        if target == ItemTarget(NONE):
            return np.array([odds.none for odds in self.pipeline.odds(outputs)])
        return super().target_scores(outputs, target)

    def span_scores(self, outputs: Batch, place: Place) -> NDArray[np.float64]:
        return np.array([odds.of(place.start, place.end) for odds in self.pipeline.odds(outputs)])

    def called(self, target: Target, raw: Raw) -> str:
        return NONE if target == ItemTarget(NONE) else super().called(target, raw)

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        return [self.answer(odds, raw) for odds, raw in zip(self.pipeline.odds(outputs), raws, strict=True)]

    def answer(self, odds: Odds, raw: Raw) -> Prediction:
        """The best passages and "no answer"; the text is the first of them."""
        items = [self.item(Place(ANSWER, start, end), raw, p) for start, end, p in odds.best(ANSWERS)]
        found = self.found([*items, Item(NONE, NONE, odds.none)])
        first = found.items[0]
        text = raw[self.source][first.chars[1] : first.chars[2]] if first.chars else "No answer in this text"
        return self.found(found.items, text)

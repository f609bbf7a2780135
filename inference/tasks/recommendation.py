"""A history of items in, the items most likely to please next out. transformers has no such pipeline.

The model is in inference/modeling/recommender.py: its scores are sums over the history, rated or not, so explanations
are exact.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModel
from transformers.pipelines import PIPELINE_REGISTRY

from ..extracted import ExtractedPipeline
from ..modeling.recommender import Chosen  # registers the architecture
from ..outputs import RankingTask
from ..trace import Batch
from ..types import Raw


class RecommendationPipeline(ExtractedPipeline):
    """`pipe({"history": [id, …]}, top_k=10)`: the best items that are not in the history, with their scores.

    A history may also be `{id: rating, …}`, None where an item has no rating.
    """

    def _sanitize_parameters(
        self, top_k: int | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {} if top_k is None else {"top_k": top_k}

    def preprocess(self, record: dict[str, Chosen] | Sequence[dict[str, Chosen]]) -> Batch:
        """history float32[rows, items], what each item weighs, and chosen bool[rows, items]."""
        assert self.feature_extractor is not None  # loaded by declaration above
        records = [record] if isinstance(record, dict) else record
        batch = self.feature_extractor([each["history"] for each in records])
        return {"history": batch["history"].to(self.model.dtype), "chosen": batch["chosen"].bool()}

    def _forward(self, batch: Batch) -> Batch:
        return {"logits": self.model(**batch).logits, "chosen": batch["chosen"]}

    def postprocess(self, outputs: Batch, top_k: int = 10) -> list[dict[str, Any]]:
        """The `top_k` items outside the history, best first."""
        chosen = outputs["chosen"][0]
        scores = outputs["logits"][0].float().masked_fill(chosen, -float("inf"))
        best = scores.topk(min(top_k, int((~chosen).sum())))
        ids = self.model.config.item_ids
        return [{"item": ids[i], "score": score} for i, score in zip(best.indices, best.values.tolist(), strict=True)]


PIPELINE_REGISTRY.register_pipeline(
    "recommendation", pipeline_class=RecommendationPipeline, pt_model=AutoModel, type="text"
)


class Recommendation(RankingTask):
    """Items to try next, from those liked before."""

    id = "recommendation"
    batch_size = 1024
    additive = True

    @cached_property
    def positions(self) -> dict[str, int]:
        return {item: i for i, item in enumerate(self.pipeline.model.config.item_ids)}

    def prepare(self, raw: Raw) -> dict[str, Chosen]:
        return {"history": raw[self.history.name]}

    def prepared(self, raw: Raw, batch: Batch) -> str:
        marked = f"{int(batch['chosen'].sum()):,} of {batch['chosen'].shape[1]:,} items marked as chosen"
        return f"{marked}, each weighed by its rating" if isinstance(raw[self.history.name], dict) else marked

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """All histories at once."""
        batch: Batch = self.pipeline.preprocess([self.prepare(raw) for raw in raws])
        return batch

    def all_scores(self, outputs: Batch) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = outputs["logits"].double().numpy()
        return scores

"""A photo and a question about it in, answers with their probabilities out. transformers has had no such pipeline since
its version 5.

The models choose among a few thousand answers that they were trained with, each judged by itself (a sigmoid, as several
may be right: Kim et al. 2021, section 4.3); those that write an answer word by word are none of this task's.
"""

from collections import OrderedDict
from typing import Any

import torch
from transformers.models.auto.auto_factory import _BaseAutoModelClass, _LazyAutoMapping
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from .. import tokens
from ..outputs import SHOWN, LabelsTask
from ..questions import QuestionInput, QuestionPipeline
from ..retaken import register
from ..trace import Batch


class AutoModelForAnswers(_BaseAutoModelClass):
    """The models of transformers that choose among answers of their own."""

    _model_mapping = _LazyAutoMapping(CONFIG_MAPPING_NAMES, OrderedDict(vilt="ViltForQuestionAnswering"))


class VisualQuestionAnsweringPipeline(QuestionPipeline):
    """`pipe({"image": …, "question": …}, top_k=5)`: answers, the most probable first."""

    def _sanitize_parameters(
        self, top_k: int | None = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {} if top_k is None else {"top_k": top_k}

    @property
    def limit(self) -> int:
        assert self.tokenizer is not None  # loaded by declaration in the base
        return int(min(self.tokenizer.model_max_length, self.model.config.max_position_embeddings))

    def asked(self, question: str) -> tuple[Batch, torch.Tensor]:
        assert self.tokenizer is not None  # loaded by declaration in the base
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


class VisualQuestionAnswering(QuestionInput, LabelsTask):
    """Any ViLT with safetensors. None is named to begin with: of the one that transformers named, only pickled weights
    are known, and those are never opened."""

    id = "visual-question-answering"
    exclusive = False

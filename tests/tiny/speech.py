"""automatic-speech-recognition: a Whisper of 2 layers with random weights that listens to two seconds at a time."""

import json
from pathlib import Path

SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>"]


def build(folder: Path) -> None:
    """Write the model folder, with four recordings: tones of several heights and lengths."""
    import numpy as np
    import torch
    from scipy.io import wavfile
    from tokenizers import pre_tokenizers
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizer,
    )

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = WhisperTokenizer(vocab={letter: i for i, letter in enumerate(letters)}, merges=[], model_max_length=64)
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL})
    end, start, untimed = tokenizer.convert_tokens_to_ids(SPECIAL)
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=16, chunk_length=2).save_pretrained(folder)
    torch.manual_seed(1)
    special = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": start}
    sizes = {f"{side}_{what}": value for side in ("encoder", "decoder") for what, value in SIZES.items()}
    config = WhisperConfig(
        vocab_size=len(tokenizer),
        num_mel_bins=16,
        d_model=32,
        max_source_positions=100,
        max_target_positions=64,
        init_std=0.4,  # large enough that sounds move the text
        suppress_tokens=[],
        begin_suppress_tokens=[],
        **sizes,
        **special,
    )
    model = WhisperForConditionalGeneration(config)
    readable = [tokenizer.convert_tokens_to_ids(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
    hidden = [i for i in range(len(tokenizer)) if i not in (*readable, end)]
    model.generation_config = GenerationConfig(
        **special,
        no_timestamps_token_id=untimed,
        is_multilingual=False,
        return_timestamps=False,
        suppress_tokens=hidden,
    )
    model.save_pretrained(folder)
    for name, seconds, hertz in RECORDINGS:
        times = np.arange(round(16_000 * seconds)) / 16_000
        sweep = np.sin(2 * np.pi * hertz * times * (1 + 0.2 * times)) * (np.sin(7 * times) > -0.5)
        wavfile.write(folder / f"{name}.wav", 16_000, (12_000 * sweep).astype(np.int16))
    field = {"name": "audio", "kind": "audio", "label": "Recording", "max_seconds": 60}
    examples = [{"title": name, "inputs": {"audio": f"{name}.wav"}} for name, *_ in RECORDINGS]
    about = {
        "task": "automatic-speech-recognition",
        "title": "Tiny ear",
        "summary": "Random letters.",
        "output": "text",
    }
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))


SIZES = {"layers": 2, "attention_heads": 2, "ffn_dim": 64}
RECORDINGS = [("low", 0.6, 150.0), ("middle", 0.9, 400.0), ("high", 1.6, 1_200.0), ("falling", 1.2, 300.0)]

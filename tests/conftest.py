"""Fixtures: every model folder as a loaded task, the tiny chat model built from its config among them."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that reached for a hub would fail, not wait
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest

import inference
from inference import models
from inference.task import Task

ROOT = Path(__file__).parent.parent

TINY_TEXTS = [
    "The sea in winter is grey and loud.",
    "Why do leaves turn red in autumn?",
    "A warm, witty film with a slow start.",
    "What would be done about it, and why?",
]


@pytest.fixture(scope="session")
def tiny_chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of the task text-generation: a Llama of 2 layers with random weights and its own tokenizer."""
    return build_tiny_chat(tmp_path_factory.mktemp("models") / "tiny-chat")


def build_tiny_chat(folder: Path) -> Path:
    """Write the tiny chat model to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<eos>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TINY_TEXTS, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<eos>")
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.3,  # large enough that words move the reply
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    field = {"name": "prompt", "kind": "text", "label": "Prompt"}
    examples = [{"title": f"Text {i}", "inputs": {"prompt": text}} for i, text in enumerate(TINY_TEXTS)]
    about = {"task": "text-generation", "title": "Tiny chat", "summary": "Random words.", "output": "reply"}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))
    return folder


@cache
def load(folder: Path) -> Task:
    """One loaded task per folder and test run."""
    return inference.load(folder)


def shipped() -> list[str]:
    """The names of the model folders whose weights are at hand without a conversion."""
    found = models.find()
    return [name for name, folder in found.items() if models.weights(folder) in found.values()]


@pytest.fixture(params=[*shipped(), "tiny-chat"])
def task(request: pytest.FixtureRequest, tiny_chat: Path) -> Task:
    """Each model of the product in turn."""
    return load(tiny_chat if request.param == "tiny-chat" else models.find()[request.param])


@pytest.fixture(scope="session")
def server(tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real app, started as a presenter would, with the tiny chat model beside the others."""
    log = tmp_path_factory.mktemp("log") / "app.log"
    with serving("--model", "assets/models", "--model", str(tiny_chat), log=log) as url:
        yield url


@contextmanager
def serving(*arguments: str, log: Path, script: Path = ROOT / "app.py", **environment: str) -> Iterator[str]:
    """`python app.py …` in a process of its own, until the block ends; no traceback may run through our code."""
    port = free_port()
    command = [sys.executable, str(script), *arguments]
    environment = {"GRADIO_SERVER_PORT": str(port), **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/api/v1/models", process)
        yield url
    finally:
        process.terminate()
        process.wait(20)
    assert not re.search(r'File ".*/(inference|explain)/', log.read_text()), log.read_text()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Until `url` answers; at most 90 seconds."""
    for _ in range(300):
        assert process.poll() is None, "the app ended before it answered"
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise TimeoutError(url)

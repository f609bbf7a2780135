"""text-generation: a Llama of 2 layers with random weights and its own tokenizer."""

import json
from pathlib import Path

TEXTS = [
    "The sea in winter is grey and loud.",
    "Why do leaves turn red in autumn?",
    "A warm, witty film with a slow start.",
    "What would be done about it, and why?",
]


def build(folder: Path) -> None:
    """Write the tiny chat model to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<eos>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXTS, trainer)
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
    examples = [{"title": f"Text {i}", "inputs": {"prompt": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "text-generation", "title": "Tiny chat", "summary": "Random words.", "output": "reply"}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": [field], "examples": examples}))

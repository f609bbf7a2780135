"""translation: a Marian of 2 layers with random weights and two SentencePiece models, as its tokenizer needs them."""

import json
from pathlib import Path

TEXTS = [
    "The sea in winter is grey and loud.",
    "Why do leaves turn red in autumn?",
    "A warm, witty film with a slow start.",
    "What would be done about it, and why?",
]
TARGETS = [
    "Das Meer ist im Winter grau und laut.",
    "Warum werden Blätter im Herbst rot?",
    "Ein warmer, witziger Film mit langsamem Anfang.",
    "Was würde man tun, und warum?",
]
SPECIAL = ["</s>", "<unk>"]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    pieces = [vocabulary(folder / name, texts) for name, texts in (("source.spm", TEXTS), ("target.spm", TARGETS))]
    words = [*SPECIAL, *dict.fromkeys(piece for each in pieces for piece in each if piece not in SPECIAL), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}), encoding="utf-8")
    files = (str(folder / name) for name in ("source.spm", "target.spm", "vocab.json"))
    tokenizer = MarianTokenizer(*files, source_lang="en", target_lang="de", model_max_length=64)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=len(words),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        init_std=0.5,  # large enough that words move the translation
        pad_token_id=words.index("<pad>"),
        eos_token_id=0,
        decoder_start_token_id=words.index("<pad>"),
        forced_eos_token_id=0,
    )
    model = MarianMTModel(config)
    model.generation_config.bad_words_ids = [[config.pad_token_id]]
    model.save_pretrained(folder)
    length = {"name": "max_new_tokens", "kind": "number", "label": "Length at most", "role": "setting"}
    fields = [{"name": "text", "kind": "text", "label": "English"}, {**length, "default": 12, "limits": [1, 64]}]
    examples = [{"title": f"Text {i}", "inputs": {"text": text}} for i, text in enumerate(TEXTS)]
    about = {"task": "translation", "title": "Tiny Marian", "summary": "Random words.", "output": "translation"}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))


def vocabulary(file: Path, texts: list[str]) -> list[str]:
    """Train a SentencePiece model into a file; its pieces."""
    import io

    import sentencepiece

    model = io.BytesIO()
    options = {"vocab_size": 70, "model_type": "unigram", "hard_vocab_limit": False, "minloglevel": 2}
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts * 4), model_writer=model, **options)
    file.write_bytes(model.getvalue())
    read = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [read.id_to_piece(i) for i in range(read.get_piece_size())]

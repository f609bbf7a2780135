"""document-question-answering: a Donut of 2 + 2 layers with random weights, and pages with a few drawn words."""

import json
from pathlib import Path

QUESTIONS = ["What is the total?", "Who signed the letter?", "When was it sent?", "What was ordered?"]
PAGES = ["Total: 48.20", "Signed: Anna Berg", "Sent on 2 May", "One cake, two cups"]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PROMPT = ["<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>"]


def build(folder: Path) -> None:
    """Write the model folder."""
    import torch
    from transformers import (
        DonutImageProcessorPil,
        DonutSwinConfig,
        MBartConfig,
        VisionEncoderDecoderConfig,
        VisionEncoderDecoderModel,
    )

    tokenizer = characters()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    encoder = DonutSwinConfig(
        image_size=[64, 48], patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4
    )
    decoder = MBartConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_ffn_dim=64,
        max_position_embeddings=128,
        init_std=0.5,  # large enough that regions and words move the answer
        is_decoder=True,
        add_cross_attention=True,
        scale_embedding=True,
        forced_eos_token_id=None,
    )
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 0, 1, 2
    model = VisionEncoderDecoderModel(config).eval()
    model.generation_config.bad_words_ids = [[i] for i in range(len(SPECIAL)) if i != 2]
    model.save_pretrained(folder)
    DonutImageProcessorPil(size={"height": 64, "width": 48}, do_align_long_axis=False).save_pretrained(folder)
    for place, text in enumerate(PAGES):
        page(text).save(folder / f"page-{place}.png")
    length = {"name": "max_new_tokens", "kind": "number", "label": "Length at most", "role": "setting"}
    fields = [
        {"name": "image", "kind": "image", "label": "Document", "expects": "picture"},
        {"name": "question", "kind": "text", "label": "Question"},
        {**length, "default": 10, "limits": [1, 64]},
    ]
    examples = [
        {"title": question, "inputs": {"image": f"page-{i}.png", "question": question}}
        for i, question in enumerate(QUESTIONS)
    ]
    about = {"task": "document-question-answering", "title": "Tiny Donut", "summary": "Random words."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))


def page(text: str):  # type: ignore[no-untyped-def]  # PIL is imported late
    """A page with a title bar and a line of text."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (300, 400), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((30, 30, 270, 70), fill="darkblue")
    draw.text((40, 120), text, fill="black", font_size=26)
    draw.line((30, 340, 270, 340), fill="darkred", width=6)
    return picture


def characters():  # type: ignore[no-untyped-def]  # transformers is imported late
    """A tokenizer of single characters and the words of Donut's prompts, a space before each word."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted({letter for text in [*QUESTIONS, *PAGES] for letter in text} | {"▁"} - {" "})
    known = [*SPECIAL, *letters]
    tokenizer = Tokenizer(models.Unigram([(piece, -float(i)) for i, piece in enumerate(known)], unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIAL, strict=True))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=128, model_input_names=["input_ids", "attention_mask"], **names
    )
    fast.add_special_tokens({"additional_special_tokens": PROMPT})
    return fast

"""visual-question-answering: a ViLT of 2 layers with random weights and six answers; it reads 40 tokens."""

import json
import shutil
from pathlib import Path

from .detector import PHOTOS
from .token_classification import small, word_pieces

ANSWERS = ("yes", "no", "2", "white", "a cup", "nobody")
QUESTIONS = ["What is on the table?", "How many are there?", "Is anybody in the picture?", "What colour is it?"]


def build(folder: Path) -> None:
    """Write the model folder."""
    import torch
    from transformers import ViltConfig, ViltForQuestionAnswering, ViltImageProcessorPil

    tokenizer = word_pieces(QUESTIONS)
    tokenizer.model_max_length = 40
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    names = {"id2label": dict(enumerate(ANSWERS)), "label2id": {answer: i for i, answer in enumerate(ANSWERS)}}
    config = small(len(tokenizer), ViltConfig, image_size=64, patch_size=16, **names)
    config.max_position_embeddings = 40
    ViltForQuestionAnswering(config).eval().save_pretrained(folder)
    ViltImageProcessorPil(size={"shortest_edge": 64}, size_divisor=16).save_pretrained(folder)
    photos = sorted(PHOTOS.glob("*.jpg"))[:4]
    for photo in photos:
        shutil.copy(photo, folder)
    fields = [
        {"name": "image", "kind": "image", "label": "Picture"},
        {"name": "question", "kind": "text", "label": "Question"},
    ]
    pairs = zip(photos, QUESTIONS, strict=True)
    examples = [{"title": question, "inputs": {"image": photo.name, "question": question}} for photo, question in pairs]
    about = {"task": "visual-question-answering", "title": "Tiny ViLT", "summary": "Random answers."}
    (folder / "demo.json").write_text(json.dumps({"version": 1, **about, "fields": fields, "examples": examples}))

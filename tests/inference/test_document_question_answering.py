"""Questions about a page, on a tiny Donut: what is written, how it is scored, what is hidden."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import load
from PIL import Image
from transformers import pipelines

import inference
from explain import explain
from explain.scoring import Tensors, door, scorer
from inference.errors import InputError, ModelError
from inference.tasks.document_question_answering import ANSWER, SPARE, DocumentQuestionAnswering
from inference.types import Answer, TextTarget

QUESTION = "What was the total?"


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> DocumentQuestionAnswering:
    found = load(tiny_models("tiny-donut"))
    assert isinstance(found, DocumentQuestionAnswering)
    return found


@pytest.fixture
def page(tiny_models: Callable[[str], Path]) -> Image.Image:
    return Image.open(tiny_models("tiny-donut") / "page-0.png")


def asked(page: Any, question: Any = QUESTION) -> dict[str, Any]:
    return {"image": page, "question": question}


def test_the_decoder_begins_with_the_question_as_donut_was_trained(
    task: DocumentQuestionAnswering, page: Image.Image
) -> None:
    ids = task.encode([task.parse(asked(page))])["input_ids"][0]
    prompt = f"<s_docvqa><s_question>{QUESTION}</s_question><s_answer>"
    assert ids.tolist() == task.pipeline.tokenizer(prompt, add_special_tokens=False)["input_ids"]


def test_what_is_written_is_what_the_scores_hold_for_likeliest(
    task: DocumentQuestionAnswering, page: Image.Image
) -> None:
    batch = task.encode([task.parse(asked(page))])
    outputs = task.forward(batch)
    assert outputs["generated_sequence"][0, 0, : batch["input_ids"].shape[1]].tolist() == batch["input_ids"][0].tolist()
    written = task.written(outputs)
    logits = next(task.logits(batch, written[None], 1)).clone()
    banned = [i for (i,) in task.pipeline.model.generation_config.bad_words_ids]
    logits[..., banned] = -torch.inf
    assert logits.argmax(-1)[0].tolist() == written.tolist()


def test_prompts_of_several_lengths_are_scored_in_one_batch(task: DocumentQuestionAnswering, page: Image.Image) -> None:
    raws = [task.parse(asked(page, question)) for question in (QUESTION, "Who?", "When was it sent, and what for?")]
    target = TextTarget("cake")
    alone = [task.scores([raw], [target])[0, 0] for raw in raws]
    assert task.scores(raws, [target])[:, 0] == pytest.approx(alone, rel=1e-4)


def test_the_answer_ends_where_the_model_ends_it(task: DocumentQuestionAnswering) -> None:
    start, end = task.pipeline.ids("<s_answer>"), task.pipeline.ids("</s_answer>")
    row = torch.tensor([[[*start, *task.pipeline.ids("two cups"), *end, *task.pipeline.ids("cake")]]])
    outputs = {"generated_sequence": row, "input_ids": torch.tensor([start])}
    assert task.pipeline.postprocess(outputs) == [{"generated_text": "two cups"}]


def test_the_answer_comes_in_pieces(task: DocumentQuestionAnswering, page: Image.Image) -> None:
    *pieces, answer = task.stream(asked(page))
    assert isinstance(answer, Answer)
    assert pieces
    assert "".join(map(str, pieces)).strip() == answer.prediction.text


@pytest.mark.parametrize("question", ["", " ", None])
def test_an_empty_question_is_refused(task: DocumentQuestionAnswering, page: Image.Image, question: Any) -> None:
    with pytest.raises(InputError, match="Question is missing: write a few words"):
        task.predict(asked(page, question))


def test_an_answer_longer_than_the_decoder_can_write_is_refused(
    task: DocumentQuestionAnswering, page: Image.Image
) -> None:
    with pytest.raises(InputError, match="Length at most"):
        task.predict({**asked(page), "max_new_tokens": ANSWER + 1})
    with pytest.raises(InputError, match="may have 80 tokens"):
        explain(task, asked(page), TextTarget("cake " * 40), evaluations=8)


def test_a_blank_page_is_answered_with_a_warning(task: DocumentQuestionAnswering) -> None:
    answer = task.predict(asked(Image.new("RGB", (300, 400), "white")))
    assert answer.prediction.text
    assert any("one colour" in warning for warning in answer.warnings)


def test_a_long_question_is_cut_so_that_an_answer_fits(task: DocumentQuestionAnswering, page: Image.Image) -> None:
    question = "What was the total of it all? " * 6
    answer = task.predict({**asked(page, question), "max_new_tokens": ANSWER})
    assert any("the rest was cut off" in warning for warning in answer.warnings)
    raw = task.parse(asked(page, question))
    assert question.startswith(task.readable(raw)["question"])
    ids = task.encode([raw])["input_ids"]
    assert ids.shape == (1, 128 - ANSWER - SPARE)
    assert ids[0, -2:].tolist() == task.pipeline.ids("</s_question><s_answer>")


def test_a_typed_special_token_cannot_end_the_question(task: DocumentQuestionAnswering, page: Image.Image) -> None:
    ids = task.encode([task.parse(asked(page, "Who</s_question><s_answer> me?</s>"))])["input_ids"][0].tolist()
    assert [ids.count(each) for each in task.pipeline.ids("<s_question></s_question><s_answer></s>")] == [1, 1, 1, 0]


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: DocumentQuestionAnswering, page: Image.Image, second: bool) -> None:
    raw, targets = task.parse(asked(page)), [TextTarget("cake"), TextTarget("cake", 1)]
    play = scorer(task, raw, targets, second_baseline=second)
    assert isinstance(play.game, Tensors)
    assert {feature.field for feature in play.players.features} == {"image", "question"}
    rows = np.random.default_rng(3).random((6, len(play.players))) < 0.5
    rows[0], rows[1] = False, True
    assert play.game(rows) == pytest.approx(door(task, play.players, targets)(rows), rel=1e-4)


def test_a_donut_for_something_else_is_refused(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-donut"), tmp_path / "model")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("<s_docvqa>", "<s_receipts>"), encoding="utf-8")
    with pytest.raises(ModelError, match="was not trained to answer questions"):
        inference.load(folder)


def test_a_model_of_the_hub_needs_no_demo(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-donut"), tmp_path / "model")
    (folder / "demo.json").unlink()
    (folder / "README.md").write_text("---\npipeline_tag: document-question-answering\n---\n")
    task = inference.load(folder)
    assert isinstance(task, DocumentQuestionAnswering)
    assert task.predict(asked(Image.open(folder / "page-1.png"))).prediction.text


def test_transformers_own_pipeline_is_replaced(task: DocumentQuestionAnswering) -> None:
    found = pipelines.PIPELINE_REGISTRY.check_task("document-question-answering")[1]["impl"]
    assert found is type(task.pipeline)

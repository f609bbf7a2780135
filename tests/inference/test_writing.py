"""How texts are written and scored, on a tiny model."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import load
from tiny.chat import TEXTS

from inference import tokens
from inference.accelerator import accelerator
from inference.errors import Busy, InputError
from inference.forcing import LONGEST
from inference.generation import Settings, until
from inference.types import Answer, Contrast, Item, ItemTarget, Prediction, TextTarget
from inference.writing import TextTask

PROMPT = {"prompt": TEXTS[0]}
REPLY = " would be grey, and loud"


@pytest.fixture
def chat(tiny_chat: Path) -> TextTask:
    task = load(tiny_chat)
    assert isinstance(task, TextTask)
    return task


def generating() -> list[str]:
    """The threads that write a text at this moment."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("generate ")]


@pytest.fixture
def steps(chat: TextTask) -> Iterator[list[float]]:
    """One entry for each step of the model from now on, each slowed down a little."""
    taken: list[float] = []

    def step(*_: Any) -> None:
        taken.append(time.monotonic())
        time.sleep(0.005)

    handle = chat.pipeline.model.register_forward_pre_hook(step)
    yield taken
    handle.remove()


def ids_of(task: TextTask, text: str) -> list[int]:
    found: list[int] = task.pipeline.tokenizer(text, add_special_tokens=False, **tokens.PLAIN)["input_ids"]
    return found


def by_hand(task: TextTask, prompt: str, reply: str) -> list[float]:
    """log p of each token of the reply, from a pass of its own for each."""
    start, written, found = ids_of(task, prompt), ids_of(task, reply), []
    for i, token in enumerate(written):
        with torch.inference_mode():
            logits = task.pipeline.model(input_ids=torch.tensor([start + written[:i]])).logits[0, -1]
        found.append(float(logits.double().log_softmax(-1)[token]))
    return found


@pytest.mark.parametrize("prompt", TEXTS)
def test_the_pieces_of_a_stream_join_to_the_text(chat: TextTask, prompt: str) -> None:
    *pieces, answer = chat.stream({"prompt": prompt})
    assert isinstance(answer, Answer)
    assert len(pieces) > 1 and all(pieces)
    assert "".join(map(str, pieces)) == answer.prediction.text
    assert generating() == []


def test_a_prediction_has_the_log_probability_of_its_text(chat: TextTask) -> None:
    prediction = chat.predict(PROMPT).prediction
    assert prediction.text
    assert chat.target(prediction) == TextTarget(prediction.text)
    assert prediction.scores == pytest.approx([sum(by_hand(chat, PROMPT["prompt"], prediction.text))], rel=1e-4)


def test_the_score_of_a_text_is_the_sum_over_its_tokens(chat: TextTask) -> None:
    expected = by_hand(chat, PROMPT["prompt"], REPLY)
    assert chat.scores([PROMPT], [TextTarget(REPLY)])[:, 0] == pytest.approx([sum(expected)], rel=1e-5)
    each = [chat.scores([PROMPT], [TextTarget(REPLY, i)])[0, 0] for i in range(len(expected))]
    assert each == pytest.approx(expected, rel=1e-4)
    assert len(set(each)) > 1


@pytest.mark.parametrize("text", [REPLY, " a", "Why do\nleaves  turn red?", "déjà vu 🎬 <eos>", "\t x "])
def test_pieces_join_to_the_text_and_are_as_many_as_its_token_targets(chat: TextTask, text: str) -> None:
    pieces = chat.pieces(Prediction("text", "log-probability", (Item("text", "text", 0.0),), text=text))
    assert "".join(pieces) == text
    assert len(pieces) == len(ids_of(chat, text))
    chat.scores([PROMPT], [TextTarget(text, len(pieces) - 1)])
    with pytest.raises(InputError, match=f"has {len(pieces)} tokens"):
        chat.scores([PROMPT], [TextTarget(text, len(pieces))])


@pytest.mark.parametrize("text", ["", None])
def test_no_text_has_no_pieces(chat: TextTask, text: str | None) -> None:
    assert chat.pieces(Prediction("text", "log-probability", (), text=text)) == ()


def test_a_contrast_of_texts_is_a_difference(chat: TextTask) -> None:
    first, second = TextTarget(REPLY), TextTarget(" red")
    difference = chat.scores([PROMPT], [first])[:, 0] - chat.scores([PROMPT], [second])[:, 0]
    assert chat.scores([PROMPT], [Contrast((first, second))])[:, 0].tolist() == difference.tolist()
    assert difference[0] != 0


def test_prompts_of_different_lengths_score_as_they_do_alone(chat: TextTask) -> None:
    raws = [{"prompt": text} for text in ("a", *TEXTS, "b", "The sea " * 20)]
    assert len({chat.encode([raw])["input_ids"].shape[1] for raw in raws}) > 3
    for target in (TextTarget(REPLY), TextTarget(REPLY, 2)):
        alone = [chat.scores([raw], [target])[0, 0] for raw in raws]
        assert chat.scores(raws, [target])[:, 0] == pytest.approx(alone, rel=1e-5)


def test_prompts_of_different_lengths_are_answered_as_they_are_alone(chat: TextTask) -> None:
    inputs = [{"prompt": text} for text in ("a", *TEXTS)]
    together = chat.predict_batch(inputs)
    alone = [chat.predict(each).prediction for each in inputs]
    assert [each.text for each in together] == [each.text for each in alone]
    assert [each.scores[0] for each in together] == pytest.approx([each.scores[0] for each in alone], rel=1e-4)


def test_long_texts_go_in_smaller_batches_with_the_same_scores(chat: TextTask) -> None:
    sizes: list[int] = []
    handle = chat.pipeline.model.register_forward_pre_hook(
        lambda _, args, kwargs: sizes.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    raws = [{"prompt": text + " grey" * 700} for text in "abcdefgh"]
    try:
        together = chat.scores(raws, [TextTarget(REPLY)])[:, 0]
    finally:
        handle.remove()
    assert sum(sizes) == 8 and max(sizes) < 8
    assert together == pytest.approx([chat.scores([raw], [TextTarget(REPLY)])[0, 0] for raw in raws], rel=1e-5)


def test_the_text_of_a_target_is_bounded_in_tokens(chat: TextTask) -> None:
    word = " grey"
    assert len(ids_of(chat, word * LONGEST)) == LONGEST
    assert np.isfinite(chat.scores([PROMPT], [TextTarget(word * LONGEST)])[:, 0]).all()
    with pytest.raises(InputError) as error:
        chat.scores([PROMPT], [TextTarget(word * (LONGEST + 1))])
    assert str(error.value) == "The text of a target may have 512 tokens, got 513."


@pytest.mark.parametrize("beyond", [0, 1, 1_000])
def test_a_token_beyond_the_text_is_refused(chat: TextTask, beyond: int) -> None:
    count = len(ids_of(chat, REPLY))
    with pytest.raises(InputError) as error:
        chat.scores([PROMPT], [TextTarget(REPLY, count + beyond)])
    assert str(error.value) == f"The text has {count} tokens, numbered from 0; there is no {count + beyond}."


def test_an_item_is_no_target_of_a_text(chat: TextTask) -> None:
    with pytest.raises(InputError, match="target of this model is a text"):
        chat.scores([PROMPT], [ItemTarget("text")])


def test_a_reply_that_was_cut_is_told_to_be(chat: TextTask) -> None:
    answer = chat.predict(PROMPT)
    assert answer.warnings == ("The reply was cut after 64 tokens.",)


@pytest.mark.parametrize(
    ("written", "last", "cut"), [(64, "word", True), (64, "end", False), (63, "word", False), (1, "end", False)]
)
def test_only_a_reply_without_an_end_was_cut(chat: TextTask, written: int, last: str, cut: bool) -> None:
    token = {"word": 10, "end": chat.pipeline.tokenizer.eos_token_id}[last]
    outputs = {
        "settings": [Settings(max_new_tokens=64)],
        "input_ids": torch.zeros(1, 7, dtype=torch.int64),
        "generated_sequence": torch.tensor([[[10] * (7 + written - 1) + [token]]]),
    }
    assert len(list(chat.remarks(outputs))) == cut


def test_leaving_a_text_ends_its_thread_and_gives_the_accelerator_back(chat: TextTask, steps: list[float]) -> None:
    stream = chat.stream(PROMPT)
    next(stream)
    assert generating() == [f"generate {chat.name}"]
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert generating() == []
    assert 0 < len(steps) < 64
    before = len(steps)
    assert chat.predict(PROMPT).prediction.text  # nobody holds the accelerator
    assert len(steps) > before


def test_an_error_while_writing_reaches_the_visitor(chat: TextTask) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("out of memory")

    handle = chat.pipeline.model.register_forward_pre_hook(fail)
    try:
        with pytest.raises(RuntimeError, match="out of memory"):
            chat.predict(PROMPT)
    finally:
        handle.remove()
    assert generating() == []
    assert chat.predict(PROMPT).prediction.text


def test_who_waits_too_long_for_the_accelerator_is_told_at_once(
    chat: TextTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "patience", 0.05)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with accelerator:
            held.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    with pytest.raises(Busy, match="busy with others' texts"):
        chat.predict(PROMPT)
    assert holder.is_alive()  # nobody had to wait until it was free
    release.set()
    holder.join()
    for thread in threading.enumerate():
        if thread.name.startswith("generate "):
            thread.join(10)  # it finds that nobody waits for it any more
    assert generating() == []


def test_who_leaves_while_others_write_is_noticed_and_nothing_is_written_for_them(chat: TextTask) -> None:
    with accelerator:
        parts = chat.stream(PROMPT)
        assert [next(parts), next(parts)] == ["", ""]
        start = time.perf_counter()
        parts.close()  # type: ignore[attr-defined]  # a generator
        assert time.perf_counter() - start < 1
        assert len(generating()) == 1  # it waits for its turn, and then finds that nobody waits for it
    for thread in threading.enumerate():
        if thread.name.startswith("generate "):
            thread.join(10)
    assert generating() == []


def test_who_waits_too_long_for_a_word_is_told_to_try_again(chat: TextTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "patience", 0.05)
    handle = chat.pipeline.model.register_forward_pre_hook(lambda *_: time.sleep(0.3))
    try:
        with pytest.raises(Busy, match="too long for the next word"):
            chat.predict(PROMPT)
    finally:
        handle.remove()
    assert generating() == []


# Settings


def dialogue(tiny_models: Callable[[str], Path]) -> TextTask:
    task = load(tiny_models("tiny-dialogue"))
    assert isinstance(task, TextTask)
    return task


def test_a_temperature_draws_other_words_and_a_seed_draws_them_again(tiny_models: Callable[[str], Path]) -> None:
    task = dialogue(tiny_models)
    said = {"prompt": TEXTS[0], "max_new_tokens": 8}
    greedy = task.predict(said).prediction.text
    drawn = [task.predict({**said, "temperature": 2, "seed": seed}).prediction.text for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] and len({greedy, *drawn}) == 3
    before = torch.random.get_rng_state()
    task.predict({**said, "temperature": 2, "seed": 1})
    assert torch.equal(before, torch.random.get_rng_state())  # nobody else's draws are moved


def test_each_of_many_gets_what_it_gets_alone_whatever_its_settings(tiny_models: Callable[[str], Path]) -> None:
    task = dialogue(tiny_models)
    asked = [{"prompt": text, "max_new_tokens": n} for text, n in zip(TEXTS, (3, 8, 3, 8), strict=True)]
    asked += [{**each, "temperature": 1.5, "seed": i} for i, each in enumerate(asked)]
    together = [prediction.text for prediction in task.predict_batch(asked)]
    assert together == [task.predict(each).prediction.text for each in asked]
    assert len(set(together)) > 4


def test_a_reply_ends_before_a_stop_word_in_the_stream_too(tiny_models: Callable[[str], Path]) -> None:
    task = dialogue(tiny_models)
    said = {"prompt": TEXTS[0], "max_new_tokens": 24}
    whole = task.predict(said).prediction.text or ""
    stop = whole[9:12]
    *pieces, answer = task.stream({**said, "stop": f"\n{stop}\nnever said"})
    assert isinstance(answer, Answer)
    assert answer.prediction.text == "".join(map(str, pieces)) == whole[: whole.index(stop)]
    assert len(answer.prediction.text) < len(whole)


@pytest.mark.parametrize(
    ("pieces", "stop", "shown"),
    [
        (["One ", "two ", "three"], (), ["One ", "two ", "three"]),
        (["One ", "two ", "three"], ("two",), ["One "]),
        (["a <", "en", "d> b"], ("<end>",), ["a "]),
        (["a <", "en", "x b"], ("<end>",), ["a ", "<enx b"]),
        (["a ", "b <en"], ("<end>",), ["a ", "b ", "<en"]),
        (["xyx"], ("yx", "xy"), []),
    ],
)
def test_what_may_become_a_stop_word_is_held_back(pieces: list[str], stop: tuple[str, ...], shown: list[str]) -> None:
    assert list(until((piece for piece in pieces), stop)) == shown


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("temperature", 3, "Temperature must lie between 0 and 2, got 3."),
        ("max_new_tokens", 0, "Length at most must lie between 1 and 256 tokens, got 0."),
        ("seed", "x", "Seed must be a number between 0 and 999,999, got 'x'."),
        ("stop", "a" * 201, "Stop before may have 200 characters, got 201; shorten it."),
        ("stop", 5, "Stop before must be a text, got int."),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    tiny_models: Callable[[str], Path], setting: str, value: Any, message: str
) -> None:
    with pytest.raises(InputError) as error:
        dialogue(tiny_models).parse({"prompt": TEXTS[0], setting: value})
    assert str(error.value) == message


def test_an_empty_setting_is_its_default(tiny_models: Callable[[str], Path]) -> None:
    task = dialogue(tiny_models)
    assert Settings.of(task.parse({"prompt": TEXTS[0], "stop": " \n"}), {}) == Settings(64)


# What might have been written


def test_another_token_is_scored_in_the_place_of_the_written_one(chat: TextTask) -> None:
    written, other = ids_of(chat, REPLY), ids_of(chat, " red")[0]
    with torch.inference_mode():
        ids = torch.tensor([ids_of(chat, TEXTS[0]) + written[:2]])
        expected = chat.pipeline.model(input_ids=ids).logits[0, -1].double().log_softmax(-1)
    own, instead = TextTarget(REPLY, 2), TextTarget(REPLY, 2, " red")
    found = chat.scores([PROMPT], [own, instead, TextTarget(REPLY), Contrast((own, instead))])[0]
    assert found[:2] == pytest.approx([float(expected[written[2]]), float(expected[other])], rel=1e-4)
    assert found[3] == pytest.approx(found[0] - found[1])
    assert found[2] == pytest.approx(sum(by_hand(chat, TEXTS[0], REPLY)), rel=1e-4)


def test_rivals_are_the_likeliest_others_and_can_be_asked_about(chat: TextTask) -> None:
    text = chat.predict(PROMPT).prediction.text or ""
    raw = chat.parse(PROMPT)
    rivals = chat.rivals(raw, TextTarget(text, 1))
    assert rivals and all(each.contrast[0] == TextTarget(text, 1) for each in rivals)
    scores = chat.scores([raw], [each.contrast[1] for each in rivals])[0].tolist()
    assert scores == sorted(scores, reverse=True)
    assert chat.rivals(raw, rivals[0]) == rivals  # asked about one of them, the others are still offered
    assert chat.rivals(raw, TextTarget(text)) == []
    assert chat.name_of(rivals[0]).startswith("token 2")


def test_another_token_needs_a_place() -> None:
    with pytest.raises(InputError, match="send its number"):
        TextTarget.from_json({"text": "a", "instead": "b"})
    with pytest.raises(InputError):
        TextTarget.from_json({"text": "a", "token": 0, "instead": ""})
    assert TextTarget.from_json(TextTarget("a", 0, "b").to_json()) == TextTarget("a", 0, "b")
    assert "instead" not in TextTarget("a", 0).to_json()

"""How a conversation reaches a causal language model, on a tiny one with a chat template."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import load
from tiny.chat import TEXTS

from inference import draft
from inference.errors import InputError
from inference.fields import Message, MessagesField
from inference.masks import MaskedText
from inference.tasks.text_generation import TextGeneration

TALK = [
    {"role": "user", "content": "The sea is loud."},
    {"role": "assistant", "content": "Grey and <eos> witty."},
    {"role": "user", "content": "Why do leaves turn red?"},
]


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> TextGeneration:
    found = load(tiny_models("tiny-dialogue"))
    assert isinstance(found, TextGeneration)
    return found


def ids(task: TextGeneration, said: Any, **settings: Any) -> list[int]:
    found: list[int] = task.encode([task.parse({"prompt": said, **settings})])["input_ids"][0].tolist()
    return found


def test_a_conversation_goes_in_by_the_models_own_template(task: TextGeneration) -> None:
    talk = [TALK[0], {"role": "assistant", "content": "Grey and witty."}, TALK[2]]
    options = {"tokenize": True, "add_generation_prompt": True, "return_dict": False}
    assert ids(task, talk) == list(task.pipeline.tokenizer.apply_chat_template(talk, **options))


def test_a_typed_special_token_is_plain_text_in_every_message(task: TextGeneration) -> None:
    ends = ids(task, TALK).count(task.pipeline.tokenizer.eos_token_id)
    assert ends == len(TALK)  # those of the template alone


def test_a_text_is_a_conversation_of_one_message(task: TextGeneration) -> None:
    assert ids(task, TEXTS[0]) == ids(task, [{"role": "user", "content": TEXTS[0]}])


def test_earlier_messages_move_the_reply(task: TextGeneration) -> None:
    alone = task.predict({"prompt": TALK[2:], "max_new_tokens": 12}).prediction.text
    assert alone != task.predict({"prompt": TALK, "max_new_tokens": 12}).prediction.text


def long(count: int) -> list[dict[str, str]]:
    """A conversation of 2 · count + 1 messages of about ten tokens each, which can be told apart."""
    turns = [[("user", f"question {i} sea"), ("assistant", f"answer {i} grey")] for i in range(count)]
    said = [each for turn in turns for each in turn] + [("user", "Why do leaves turn red?")]
    return [{"role": role, "content": text} for role, text in said]


def test_of_a_conversation_that_is_too_long_the_oldest_turns_are_left_out_and_that_is_said(
    task: TextGeneration,
) -> None:
    talk = long(12)
    answer = task.predict({"prompt": talk, "max_new_tokens": 8})
    (warning,) = [each for each in answer.warnings if "left out" in each]
    count = int(warning.split("its ")[1].split()[0])
    assert count % 2 == 0 and 0 < count < len(talk)
    raw = task.parse({"prompt": talk, "max_new_tokens": 8})
    kept = task.readable(raw)["prompt"]
    assert [each.to_json() for each in kept] == talk[count:]
    assert task.encode([raw])["input_ids"].shape[1] <= 256 - 8
    shorter = task.encode([task.parse({"prompt": talk[count - 2 :], "max_new_tokens": 8})])
    assert shorter["input_ids"].tolist() == task.encode([raw])["input_ids"].tolist()


def test_a_system_message_stays_when_turns_are_left_out(task: TextGeneration) -> None:
    talk = [{"role": "system", "content": "Be witty."}, *long(12)]
    kept = task.readable(task.parse({"prompt": talk}))["prompt"]
    assert kept[0] == Message("system", "Be witty.")
    assert kept[1].role == "user" and 1 < len(kept) < len(talk)


def test_a_last_message_without_room_for_a_reply_is_refused(task: TextGeneration) -> None:
    with pytest.raises(InputError, match=r"Your message leaves no room for a reply: .* of 192 tokens; shorten it"):
        task.parse({"prompt": "sea " * 400})
    with pytest.raises(InputError, match="of 0 tokens"):
        task.parse({"prompt": "sea", "max_new_tokens": 256})


def test_hidden_words_of_any_message_are_replaced_token_by_token(task: TextGeneration) -> None:
    raw = task.parse({"prompt": TALK})
    first, second, last = raw["prompt"]
    hidden = {**raw, "prompt": (Message("user", MaskedText(first.text, ((0, 3),))), second, last)}
    whole, masked = (task.encode([each])["input_ids"][0].tolist() for each in (raw, hidden))
    changed = [i for i, (a, b) in enumerate(zip(whole, masked, strict=True)) if a != b]
    assert changed
    tokenizer = task.pipeline.tokenizer
    assert tokenizer.decode([whole[i] for i in changed]) == "The"
    assert {masked[i] for i in changed} == {tokenizer.unk_token_id}


def test_a_template_that_refuses_says_so(task: TextGeneration, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = "{{ raise_exception('no system messages') }}"
    monkeypatch.setattr(task.pipeline.tokenizer, "chat_template", refusing)
    with pytest.raises(InputError, match="does not take this conversation: no system messages"):
        task.parse({"prompt": TALK})
    monkeypatch.setattr(task.pipeline.tokenizer, "chat_template", "{{ messages[-1].content }}")
    with pytest.raises(InputError, match="leaves out a part of this conversation"):
        task.parse({"prompt": TALK})


def test_without_a_template_a_hub_model_takes_a_prompt_and_with_one_a_conversation(
    tiny_models: Callable[[str], Path], tmp_path: Path
) -> None:
    for name, kind in (("tiny-chat", "text"), ("tiny-dialogue", "messages")):
        folder = tmp_path / name
        folder.mkdir()
        for file in tiny_models(name).iterdir():
            if file.name != "demo.json":
                (folder / file.name).write_bytes(file.read_bytes())
        about = draft.draft(folder, TextGeneration)
        assert about.fields[0].kind == kind
        assert [field.name for field in about.fields[1:]] == ["temperature", "max_new_tokens", "stop", "seed"]
        assert len(about.examples) == 4


FIELD = MessagesField(name="prompt", label="Talk", max_length=30, max_messages=3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "Talk is missing: write a message."),
        ("", "Talk is missing: write a message."),
        ([], "Talk is missing: write a message."),
        (" \n", "Talk is missing: write a few words."),
        ([{"role": "user", "content": ""}], "Talk is missing: write a few words."),
        (5, "Talk must be a text or a list of messages, got 5."),
        ({"role": "user"}, "Talk must be a text or a list of messages, got {'role': 'user'}."),
        (["hello"], "Talk: each message is {'role': …, 'content': …}, got 'hello'."),
        ([{"role": "user"}], "Talk: each message is {'role': …, 'content': …}, got {'role': 'user'}."),
        ([{"role": "bot", "content": "x"}], "Talk: a role is one of system, user, assistant, got 'bot'."),
        ([{"role": [], "content": "x"}], "Talk: a role is one of system, user, assistant, got []."),
        ([{"role": "user", "content": 5}], "Talk must be a text, got int."),
        ([{"role": "user", "content": "a" * 31}], "Talk may have 30 characters, got 31; shorten it."),
        (TALK[:1] * 4, "Talk may have 3 messages, got 4."),
        (
            [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
            "Talk must go to and fro between user and assistant and end with the user, got 'user, assistant'.",
        ),
        (
            [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}],
            "Talk must go to and fro between user and assistant and end with the user, got 'user, system'.",
        ),
    ],
)
def test_what_is_no_conversation_is_refused(value: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        FIELD.parse(value)
    assert str(error.value) == message


def test_a_conversation_arrives_as_it_was_said() -> None:
    said = [{"role": "system", "content": " Be brief "}, {"role": "user", "content": "<b>猫</b>"}]
    assert [each.to_json() for each in FIELD.parse(said)] == said
    assert FIELD.describe(FIELD.parse(said)) == "Talk: 2 messages, 3 words"
    assert json.loads(json.dumps(FIELD.to_json()))["kind"] == "messages"

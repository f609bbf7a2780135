"""Encoder-decoders, on a tiny T5 and a tiny Marian, whose tokenizer is written in Python and tells no offsets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import load

from inference import registry, tokens
from inference.errors import InputError
from inference.masks import MaskedText
from inference.rewriting import Rewriting
from inference.tasks.translation import Translation
from inference.types import Answer, TextTarget

TEXT = "The sea in winter is grey and loud."
NAMES = ["tiny-translation", "tiny-summarization"]


@pytest.fixture(params=NAMES)
def task(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Rewriting:
    found = load(tiny_models(request.param))
    assert isinstance(found, Rewriting)
    return found


def test_a_text_is_written_as_it_streams(task: Rewriting) -> None:
    *pieces, answer = task.stream({"text": TEXT})
    assert isinstance(answer, Answer) and pieces
    assert "".join(map(str, pieces)).strip() == (answer.prediction.text or "").strip()


def test_the_score_of_a_text_is_what_its_decoder_gives_each_token(task: Rewriting) -> None:
    text, model = "grau und laut", task.pipeline.model
    batch, reply = task.encode([task.parse({"text": TEXT})]), task.reply("grau und laut")
    written, expected = list(task.starts), []
    for token in reply[0].tolist():
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            logits = model(**inputs, decoder_input_ids=torch.tensor([written])).logits[0, -1]
        expected.append(float(logits.double().log_softmax(-1)[token]))
        written.append(token)
    raw = task.parse({"text": TEXT})
    assert task.scores([raw], [TextTarget(text)])[0, 0] == pytest.approx(sum(expected), rel=1e-4)
    assert task.scores([raw], [TextTarget(text, 1)])[0, 0] == pytest.approx(expected[1], rel=1e-4)


def test_generation_takes_the_likeliest_token_each_time(task: Rewriting) -> None:
    outputs = task.forward(task.encode([task.parse({"text": TEXT, "max_new_tokens": 3})]))
    first = int(task.written(outputs)[0])
    batch = task.encode([task.parse({"text": TEXT})])
    (logits,) = task.logits(batch, torch.tensor([[first]]), 1)
    if task.id == "summarization":  # Marian forbids its padding, which stands first in plain logits as well
        assert int(logits[0, 0].argmax()) == first


def test_a_hidden_word_is_replaced_by_the_unknown_token_and_by_nothing_else(task: Rewriting) -> None:
    raw = task.parse({"text": TEXT})
    masked = {**raw, "text": MaskedText(TEXT, ((4, 7),))}
    whole, hidden = (task.encode([each])["input_ids"][0].tolist() for each in (raw, masked))
    changed = [i for i, (a, b) in enumerate(zip(whole, hidden, strict=True)) if a != b]
    assert changed and {hidden[i] for i in changed} == {task.pipeline.tokenizer.unk_token_id}
    pieces = task.pipeline.tokenizer.convert_ids_to_tokens([whole[i] for i in changed])
    assert "".join(pieces).replace("▁", "") == "sea"


def test_the_prefix_of_a_t5_is_never_hidden(tiny_models: Callable[[str], Path]) -> None:
    task = load(tiny_models("tiny-summarization"))
    assert isinstance(task, Rewriting) and task.prefixes == ["summarize: "]
    raw = task.parse({"text": TEXT})
    masked = {**raw, "text": MaskedText(TEXT, ((0, len(TEXT)),))}
    whole, hidden = (task.encode([each])["input_ids"][0].tolist() for each in (raw, masked))
    prefix = len(task.spelled("summarize:"))
    assert hidden[:prefix] == whole[:prefix]
    assert set(hidden[prefix + 1 : -1]) == {task.pipeline.tokenizer.unk_token_id}
    assert hidden[-1] == task.pipeline.tokenizer.eos_token_id


def test_a_text_that_is_too_long_is_cut_and_that_is_said(task: Rewriting) -> None:
    long = " ".join([TEXT] * 8)
    answer = task.predict({"text": long})
    assert any("the model reads 64: the rest was cut off." in warning for warning in answer.warnings)
    raw = task.parse({"text": long})
    kept = task.readable(raw)["text"]
    assert long.startswith(kept) and len(kept) < len(long)
    assert task.encode([raw])["input_ids"].shape[1] == 64
    assert task.readable(task.parse({"text": TEXT})) == task.parse({"text": TEXT})


def test_a_length_that_the_decoder_cannot_write_is_refused(task: Rewriting) -> None:
    with pytest.raises(InputError, match="Length at most may be 63 tokens with this model; set it lower"):
        task.parse({"text": TEXT, "max_new_tokens": 64})


def test_a_typed_special_token_is_plain_text(task: Rewriting) -> None:
    typed = task.encode([task.parse({"text": "The sea </s> is grey"})])["input_ids"][0].tolist()
    assert typed.count(task.pipeline.tokenizer.eos_token_id) == 1


@pytest.mark.parametrize(
    ("text", "pieces", "spans"),
    [
        ("The seaside", ["The", "sea", "side"], [(0, 3), (4, 7), (7, 11)]),
        (" a  b ", ["", "a", "", "b"], [(0, 1), (1, 2), (2, 4), (4, 5)]),
        ("a ½ b", ["a", "1/2", "b"], [(0, 1), (1, 4), (4, 5)]),
        ("½", ["1", "2"], [(0, 1), (0, 1)]),
        ("a", [], []),
    ],
)
def test_pieces_are_found_where_they_stand_and_others_between_them(
    text: str, pieces: list[str], spans: list[tuple[int, int]]
) -> None:
    assert list(tokens.aligned(text, pieces)) == spans


T5 = {
    "summarization": {"prefix": "summarize: "},
    "translation_en_to_de": {"prefix": "translate English to German: "},
    "translation_en_to_fr": {"prefix": "translate English to French: "},
}


def with_languages(tiny_models: Callable[[str], Path], folder: Path) -> Path:
    """The tiny T5 as if it came from a hub, for several tasks and languages, without a demo.json."""
    import json

    for file in tiny_models("tiny-summarization").iterdir():
        if file.name != "demo.json":
            (folder / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "task_specific_params": T5}))
    read = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**read, "model_max_length": 512}))
    return folder


def test_a_model_of_several_languages_is_asked_for_one(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    folder = with_languages(tiny_models, tmp_path)
    (folder / "README.md").write_text("---\npipeline_tag: translation\n---\n")
    task = load(folder)
    assert isinstance(task, Translation)
    (language,) = [field for field in task.demo.fields if field.kind == "category"]
    assert (language.choices, language.default, language.role) == (("German", "French"), "German", "setting")  # type: ignore[union-attr]
    asked: list[Any] = [task.parse({"text": TEXT, **into}) for into in ({}, {"language": "French"})]
    assert [task.prefix(raw) for raw in asked] == [each["prefix"] for each in list(T5.values())[1:]]
    with pytest.raises(InputError, match="Unknown Into 'Klingon'; available are German, French"):
        task.parse({"text": TEXT, "language": "Klingon"})


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("pipeline_tag: translation", "translation"),
        ("tags:\n- translation", "translation"),
        ("tags:\n- summarization\n- translation", "summarization"),
        ("license: mit", "summarization"),
    ],
)
def test_the_card_tells_what_an_encoder_decoder_is_for(
    tiny_models: Callable[[str], Path], tmp_path: Path, card: str, expected: str
) -> None:
    folder = with_languages(tiny_models, tmp_path)
    (folder / "README.md").write_text(f"---\n{card}\n---\n")
    assert registry.task_of(folder) == expected


def test_what_we_name_for_a_task_is_for_that_task(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    owner, name = Translation.default.partition("@")[0].split("/")
    folder = tmp_path / f"models--{owner}--{name}" / "snapshots" / "0"
    folder.mkdir(parents=True)
    with_languages(tiny_models, folder)
    (folder / "README.md").write_text("---\ntags:\n- summarization\n- translation\n---\n")
    assert registry.task_of(folder) == "translation"

"""Texts and pictures on their way into a model: whole or cut, special tokens as plain words, unlike the data or not."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import load
from PIL import Image

from explain.scoring import scorer
from inference import models
from inference.errors import InputError
from inference.inputs import ImageInput, TextInput, strange
from inference.masks import MaskedText
from inference.types import ItemTarget, Raw

SHORT = [
    "A warm, witty film.",
    "good [MASK] film [SEP] bad [CLS]",
    "[MASK]",
    "ΑΒΓ déjà vu 映画 🎬",
    "an unforgettably tedious evening",
]
LONG = [
    "slow " * 511,
    "bad [MASK] film " * 200,
    "unforgettable " * 340,
    "An utterly charming, quietly devastating picture. " * 90,
]
LIMIT = 512


@pytest.fixture(scope="module")
def task() -> Any:
    found = load(models.find()["sentiment"])
    assert isinstance(found, TextInput)
    assert found.pipeline.tokenizer.model_max_length == LIMIT
    return found


def count(task: Any, text: str) -> int:
    """Tokens of a text as the model would read it whole."""
    options = {"truncation": False, "verbose": False, "split_special_tokens": True}
    return len(task.tokenize(text, **options)["input_ids"])


def said(task: Any, raw: Raw) -> Any:
    """Everything that the tokenizer has to do with."""
    encoded = task.encode([raw])
    return encoded["input_ids"].tolist(), list(encoded), list(task.warnings(raw)), task.readable(raw)


def test_many_threads_read_their_texts_as_one_alone_would(task: Any) -> None:
    raws = [{"text": text} for text in SHORT + LONG]
    expected = [said(task, raw) for raw in raws]
    wrong: list[str] = []
    barrier = threading.Barrier(8)

    def work(first: int) -> None:
        barrier.wait()
        for i in range(4 * len(raws)):
            place = (first + i) % len(raws)
            try:
                if said(task, raws[place]) != expected[place]:
                    wrong.append(raws[place]["text"][:30])
            except Exception as error:
                wrong.append(repr(error))

    threads = [threading.Thread(target=work, args=[i]) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("text", SHORT, ids=lambda text: text[:12])
def test_a_typed_special_token_is_read_as_words(task: Any, text: str) -> None:
    tokenizer = task.pipeline.tokenizer
    ids = task.encode([{"text": text}])["input_ids"][0].tolist()
    assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    special = {tokenizer.mask_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id}
    assert not special & set(ids[1:-1])


def test_a_hidden_word_is_the_mask_and_the_rest_stays(task: Any) -> None:
    text = "A warm [MASK] film."
    plain = task.encode([{"text": text}])
    hidden = task.encode([{"text": MaskedText(text, ((2, 6),))}])
    assert list(plain) == list(hidden)
    assert "offset_mapping" not in hidden
    changed = (plain["input_ids"] != hidden["input_ids"])[0].nonzero().flatten().tolist()
    assert len(changed) == 1
    assert hidden["input_ids"][0, changed[0]] == task.pipeline.tokenizer.mask_token_id
    assert task.prepare({"text": MaskedText(text, ((2, 6),))}) == text


@pytest.mark.parametrize(("words", "warned"), [(509, False), (510, False), (511, True), (900, True)])
def test_a_text_is_warned_of_once_the_model_does_not_read_it_whole(task: Any, words: int, warned: bool) -> None:
    text = "slow " * words
    assert count(task, text) == words + 2
    expected = [f"The text has {words + 2:,} tokens and the model reads 512: the rest was cut off."]
    assert list(task.warnings({"text": text})) == (expected if warned else [])
    assert task.encode([{"text": text}])["input_ids"].shape[1] == min(words + 2, LIMIT)


@pytest.mark.parametrize("text", SHORT, ids=lambda text: text[:12])
def test_a_short_text_is_readable_whole(task: Any, text: str) -> None:
    assert task.readable({"text": text}) == {"text": text}
    assert not any("cut off" in warning for warning in task.warnings({"text": text}))


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_the_readable_part_of_a_long_text_is_what_its_score_comes_from(task: Any, text: str) -> None:
    whole = {"text": text}
    cut = task.readable(whole)
    assert list(task.warnings(whole)) and not list(task.warnings(cut))
    assert text.startswith(cut["text"]) and len(cut["text"]) < len(text)
    assert count(task, cut["text"]) == LIMIT
    assert task.encode([cut])["input_ids"].tolist() == task.encode([whole])["input_ids"].tolist()
    target = ItemTarget("positive")
    assert task.scores([cut], [target]) == pytest.approx(task.scores([whole], [target]), rel=1e-6)
    assert task.readable(cut) == cut


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_no_player_stands_beyond_the_cut(task: Any, text: str) -> None:
    raw = {"text": text}
    end = len(task.readable(raw)["text"])
    players, *_ = scorer(task, raw, [ItemTarget("positive")])
    places = [feature.where["chars"] for feature in players.features if feature.where]
    assert len(places) == len(players) > 1
    assert 0 < places[-1][1] <= end < len(text)
    assert max(place[1] for place in places) >= end - 1  # and the last word that is read has one


def test_a_chat_reads_special_tokens_as_words_too(tiny_chat: Path) -> None:
    chat: Any = load(tiny_chat)
    ids = chat.encode([{"prompt": "The sea <eos> <unk>"}])["input_ids"][0].tolist()
    tokenizer = chat.pipeline.tokenizer
    assert not {tokenizer.eos_token_id, tokenizer.unk_token_id} & set(ids)
    hidden = chat.encode([{"prompt": MaskedText("The sea <eos>", ((4, 7),))}])["input_ids"][0].tolist()
    assert tokenizer.unk_token_id in hidden


# A text unlike the data


@pytest.mark.parametrize(
    ("pieces", "usual", "warned"),
    [
        (["the", "film", "was", "slow", "and", "dull"], 2.8, False),
        (["sch", "au", "sp", "ie", "ler", "n"], 2.8, True),
        (["sch", "au", "sp", "ie", "ler"], 2.8, False),  # too few to judge
        (["sch", "au", "sp", "ie", "ler", "!", "42", "..."], 2.8, False),  # signs and numbers do not count
        (["abc"] * 6, 3.0, False),
        (["abc"] * 6, 3.1, True),
        ([], 2.8, False),
    ],
)
def test_words_in_short_pieces_are_spoken_of(pieces: list[str], usual: float, warned: bool) -> None:
    assert bool(list(strange(pieces, usual))) == warned


def test_how_a_language_is_judged_is_said_with_its_figures(task: Any) -> None:
    german = "Leider ist der Bildschirm schon nach zwei Wochen kaputtgegangen."
    assert list(task.warnings({"text": german})) == [
        "The words split into unusually short pieces (2.39 letters on average; 99 % of the training texts have 2.80 or "
        "more): another language, or noise? Take the answer with care."
    ]


def test_without_a_measured_range_no_language_is_judged(tiny_chat: Path) -> None:
    assert list(load(tiny_chat).warnings({"prompt": "ξένη γλώσσα είναι αυτή εδώ"})) == []


def test_what_the_vocabulary_lacks_is_said(task: Any) -> None:
    assert list(task.warnings({"text": "lovely 😀 film 🎬"})) == [
        "The model does not know 2 of the 4 pieces of the text, such as “😀”: it sees a blank there."
    ]


# A picture smaller than the model's input


@pytest.mark.parametrize(
    ("size", "warned"), [((224, 224), False), ((223, 400), True), ((400, 223), True), ((640, 480), False)]
)
def test_a_picture_that_had_to_be_enlarged_is_spoken_of(size: tuple[int, int], warned: bool) -> None:
    found = load(models.find()["mobilenet-v2"])
    with Image.open(found.folder / "examples" / "coffee.jpg") as photo:
        raw = {"image": photo.convert("RGB").resize(size)}
    said = [warning for warning in found.warnings(raw) if "enlarged" in warning]
    expected = f"The picture has {size[0]} × {size[1]} pixels and the model reads 224 × 224: "
    assert said == ([expected + "it was enlarged, which adds no detail."] if warned else [])


class Processor:
    def __init__(self, **given: Any) -> None:
        vars(self).update(given)


@pytest.mark.parametrize(
    ("processor", "size"),
    [
        (Processor(size={"height": 384, "width": 512}), (512, 384)),
        (Processor(size={"shortest_edge": 256}), (256, 256)),
        (
            Processor(size={"shortest_edge": 256}, do_center_crop=True, crop_size={"height": 224, "width": 224}),
            (224, 224),
        ),
        (Processor(size={"shortest_edge": 256}, do_center_crop=False, crop_size={"height": 9, "width": 9}), (256, 256)),
        (Processor(size={"max_height": 100, "max_width": 80}), (0, 0)),
        (Processor(), (0, 0)),
        (None, (0, 0)),
    ],
)
def test_what_a_model_reads_is_in_its_image_processor(processor: Any, size: tuple[int, int]) -> None:
    task: Any = ImageInput.__new__(ImageInput)
    task.pipeline = Processor(image_processor=processor)
    assert task.reads() == size


def test_a_long_prompt_is_refused_before_the_model_and_a_short_one_fits(tiny_chat: Path) -> None:
    chat: Any = load(tiny_chat)
    fits = next(n for n in range(400, 0, -1) if chat.encode_one({"prompt": "x" * n})["input_ids"].shape[1] == 192)
    assert chat.parse({"prompt": "x" * fits}) == {"prompt": "x" * fits}
    with pytest.raises(InputError, match=r"^Prompt leaves no room for a reply: 193 of 192 tokens; shorten it\.$"):
        chat.parse({"prompt": "x" * (fits + 1)})


# What the model gets to see


@pytest.mark.parametrize("text", SHORT)
def test_the_tokens_that_are_shown_are_those_that_the_model_reads(task: Any, text: str) -> None:
    batch = task.encode([{"text": text}])
    sight = task.sight(batch)
    assert len(sight.tokens) == batch["input_ids"].shape[1]
    assert task.prepared({"text": text}, batch).startswith(f"cut into {len(sight.tokens)} tokens")
    first, *words, last = sight.tokens
    assert (first, last) == ("[CLS]", "[SEP]")
    pattern = "".join(r".+?" if word == "[UNK]" else re.escape(word.removeprefix("##")) for word in words)
    normal = task.pipeline.tokenizer.backend_tokenizer.normalizer.normalize_str(text)
    assert re.fullmatch(pattern, "".join(normal.split()))


@pytest.mark.parametrize("text", ["The sea in winter,\n and  why?", "<unk> is <eos> typed"])
def test_the_tokens_of_a_chat_join_to_its_prompt(tiny_chat: Path, text: str) -> None:
    chat = load(tiny_chat)
    sight = chat.sight(chat.encode([{"prompt": text}]))
    assert sight is not None
    assert "".join(sight.tokens) == text


def test_hidden_words_are_seen_as_the_mask(task: Any) -> None:
    batch = task.encode([{"text": MaskedText("a warm film", ((2, 6),))}])
    assert task.sight(batch).tokens == ("[CLS]", "a", "[MASK]", "film", "[SEP]")

"""Splitting a field into players and hiding some of them, for every kind of field."""

import base64
import dataclasses
import io
import itertools
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explain.players import (
    CategoryPlayers,
    ColumnPlayers,
    FieldPlayers,
    HistoryPlayers,
    ImagePlayers,
    Players,
    TextPlayers,
)
from explain.players.image import REGIONS, segment, whereabouts
from explain.players.text import MAX_WORDS, word_spans
from inference.errors import ModelError
from inference.fields import CategoryField, Field, HistoryField, ImageField, NumberField, TextField
from inference.masks import MaskedText
from inference.types import Raw

TEXT = TextField(name="text", label="Review")
PHOTO = ImageField(name="photo", label="Photo")
MOVIES = HistoryField(name="history", label="Movies", items={"7": "Alien", "3": "Brazil", "5": "Chinatown"})
AREA = NumberField(name="area", label="Area", unit="m²")
STYLE = CategoryField(name="style", label="Style", choices=("flat", "house"))


def kinds_of(field: type[Field]) -> set[str]:
    """The kinds that a class of fields and its subclasses declare."""
    own = {each.default for each in dataclasses.fields(field) if each.name == "kind"} - {dataclasses.MISSING}
    return own.union(*(kinds_of(child) for child in field.__subclasses__()))


def kept(*values: int) -> np.ndarray:
    return np.array(values, bool)


# No kind is missing


def test_every_kind_of_field_has_players() -> None:
    assert kinds_of(Field) == set(FieldPlayers.kinds)


def test_every_kind_of_field_has_a_widget() -> None:
    from inference.panels.form import WIDGETS

    assert kinds_of(Field) == set(WIDGETS)


def test_players_are_registered_under_their_own_kind() -> None:
    expected = {
        "text": TextPlayers,
        "image": ImagePlayers,
        "number": ColumnPlayers,
        "category": CategoryPlayers,
        "history": HistoryPlayers,
    }
    assert expected.items() <= FieldPlayers.kinds.items()


# Text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("good", ["good"]),
        ("A warm, witty film.", ["A", "warm,", "witty", "film."]),
        ("  spaces\t\tand\nlines  ", ["spaces", "and", "lines"]),
        ("猫が好き", ["猫", "が", "好", "き"]),
        ("I 愛 Tokyo東京!", ["I", "愛", "Tokyo", "東", "京", "!"]),
        ("カメラ good", ["カ", "メ", "ラ", "good"]),
        ("…", ["…"]),
        ("don't 😀😀 <b>", ["don't", "😀😀", "<b>"]),
    ],
)
def test_words_stand_between_spaces_or_alone_in_scripts_without(text: str, words: list[str]) -> None:
    assert [text[a:b] for a, b in word_spans(text)] == words


@pytest.mark.parametrize("count", [1, 2, MAX_WORDS - 1, MAX_WORDS, MAX_WORDS + 1, 500, 2_000])
@pytest.mark.parametrize("word", ["word ", "猫"])
def test_spans_reassemble_the_text(count: int, word: str) -> None:
    text = f" {word * count}"
    spans = word_spans(text)
    assert len(spans) == min(count, MAX_WORDS)
    ends = [0, *itertools.chain(*spans), len(text)]
    assert ends == sorted(ends)
    between = [text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True)]
    inside = [text[a:b] for a, b in spans]
    assert all(not part.strip() for part in between)
    rebuilt = "".join(itertools.chain(*itertools.zip_longest(between, inside, fillvalue="")))
    assert rebuilt == text


def test_runs_of_a_long_text_are_of_even_length() -> None:
    text = "word " * 500
    lengths = {text[a:b].count("word") for a, b in word_spans(text)}
    assert lengths == {10, 11}


def test_hidden_words_are_spans_of_the_whole_text() -> None:
    players = TextPlayers(TEXT, "A warm film", "[MASK]")
    assert [feature.label for feature in players.features] == ["A", "warm", "film"]
    assert players.features[1].where == {"chars": [2, 6]}
    assert players.show(kept(1, 1, 1)) == MaskedText("A warm film", ())
    assert players.show(kept(0, 1, 0)) == MaskedText("A warm film", ((0, 1), (7, 11)))
    assert players.show(kept(0, 0, 0)).hidden == ((0, 1), (2, 6), (7, 11))
    assert players.baseline == "each hidden token of Review is replaced by [MASK]"


def test_the_same_word_twice_is_two_players() -> None:
    features = TextPlayers(TEXT, "very very good", "[MASK]").features
    assert len({feature.id for feature in features}) == 3


# Pictures


def photo(width: int, height: int) -> Image.Image:
    """A picture with some structure: four coloured quarters under a little noise."""
    pixels = np.zeros((height, width, 3))
    pixels[: height // 2, : width // 2] = (200, 40, 40)
    pixels[: height // 2, width // 2 :] = (40, 200, 40)
    pixels[height // 2 :, : width // 2] = (40, 40, 200)
    noise = np.random.default_rng(0).integers(0, 30, pixels.shape)
    return Image.fromarray((pixels + noise).astype(np.uint8))


def decoded(players: ImagePlayers) -> np.ndarray:
    assert players.label_map is not None
    head, _, body = players.label_map.png.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))


@pytest.mark.parametrize("size", [(200, 150), (256, 256), (700, 400), (90, 300)])
def test_the_label_map_has_one_index_per_feature(size: tuple[int, int]) -> None:
    players = ImagePlayers(PHOTO, photo(*size), "")
    labels = decoded(players)
    assert labels.dtype == np.uint8
    assert sorted(np.unique(labels)) == list(range(len(players.features)))
    assert [feature.where for feature in players.features] == [{"region": i} for i in range(len(players.features))]
    assert players.label_map is not None
    assert (players.label_map.width, players.label_map.height) == labels.shape[::-1]
    assert max(labels.shape) <= 256
    assert players.label_map.field == "photo"


def test_all_kept_is_the_picture_itself() -> None:
    picture = photo(300, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.ones(len(players.features), bool))
    assert np.array_equal(np.asarray(shown.composed()), np.asarray(picture))


def test_all_hidden_is_blurred_everywhere() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.zeros(len(players.features), bool)).composed()
    assert players.baseline == "hidden regions of Photo are blurred beyond recognition"
    assert shown.size == picture.size
    assert np.abs(np.diff(np.asarray(shown, int), axis=0)).max() < 10
    assert np.asarray(shown).mean() == pytest.approx(np.asarray(picture).mean(), rel=0.02)


def test_a_second_means_covers_with_the_mean_colour() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    players.otherwise()
    shown = np.asarray(players.show(np.zeros(len(players.features), bool)).composed())
    assert players.baseline == "hidden regions of Photo get the picture's mean colour"
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 1
    assert shown.mean((0, 1)) == pytest.approx(np.asarray(picture).mean((0, 1)), abs=3)


def test_hiding_one_region_changes_that_region_alone() -> None:
    picture = photo(256, 200)
    players = ImagePlayers(PHOTO, picture, "")
    labels = decoded(players)
    for hidden in range(len(players.features)):
        shown = np.asarray(players.show(np.arange(len(players.features)) != hidden).composed())
        changed = (shown != np.asarray(picture)).any(-1)
        assert changed[labels == hidden].any()
        assert not changed[labels != hidden].any()


def test_the_picture_itself_is_not_changed() -> None:
    picture = photo(300, 200)
    before = picture.tobytes()
    players = ImagePlayers(PHOTO, picture, "")
    players.show(np.zeros(len(players.features), bool))
    assert (picture.size, picture.tobytes()) == ((300, 200), before)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2), (5, 5), (1024, 700)])
@pytest.mark.parametrize("flat", [False, True])
def test_a_picture_of_any_shape_has_at_most_so_many_regions(size: tuple[int, int], flat: bool) -> None:
    picture = Image.new("RGB", size) if flat else photo(*size)
    players = ImagePlayers(PHOTO, picture, "")
    assert 1 <= len(players.features) <= REGIONS
    assert players.show(np.zeros(len(players.features), bool)).composed().size == size


def test_regions_are_numbered_without_gaps() -> None:
    labels = segment(np.asarray(photo(128, 128)))
    assert labels.shape == (128, 128)
    assert sorted(np.unique(labels)) == list(range(labels.max() + 1))


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (slice(0, 3), slice(0, 3), "upper left"),
        (slice(0, 3), slice(3, 6), "upper"),
        (slice(0, 3), slice(6, 9), "upper right"),
        (slice(3, 6), slice(0, 3), "left"),
        (slice(3, 6), slice(3, 6), "centre"),
        (slice(6, 9), slice(6, 9), "lower right"),
        (slice(0, 9), slice(0, 9), "centre"),
        (slice(8, 9), slice(0, 9), "lower"),
    ],
)
def test_a_region_is_said_to_be_where_its_middle_is(rows: slice, columns: slice, words: str) -> None:
    mask = np.zeros((9, 9), bool)
    mask[rows, columns] = True
    assert whereabouts(mask) == words


# Histories


def test_a_hidden_item_was_never_there() -> None:
    players = HistoryPlayers(MOVIES, ("7", "5", "3"), "")
    assert [feature.label for feature in players.features] == ["Alien", "Chinatown", "Brazil"]
    assert players.features[1].where == {"item": "5", "position": 1}
    assert players.show(kept(1, 1, 1)) == ("7", "5", "3")
    assert players.show(kept(1, 0, 1)) == ("7", "3")
    assert players.show(kept(0, 0, 0)) == ()
    assert players.baseline == "hidden entries are absent from Movies"


# Tables

BACKGROUND: list[Raw] = [
    {"area": 40.0, "style": "flat"},
    {"area": 40.0, "style": "flat"},
    {"area": 60.0, "style": "flat"},
    {"area": 200.0, "style": "house"},
]


def table(raw: Raw | None = None) -> Players:
    return Players([AREA, STYLE], raw or {"area": 100.0, "style": "house"}, BACKGROUND, "")


@pytest.mark.parametrize("coalition", list(itertools.product([0, 1], repeat=2)))
def test_weights_add_up_to_one(coalition: tuple[int, ...]) -> None:
    assert sum(weight for weight, _ in table().inputs(kept(*coalition))) == pytest.approx(1)


@pytest.mark.parametrize(
    ("coalition", "expected"),
    [
        ((1, 1), {(100.0, "house"): 1.0}),
        ((0, 1), {(40.0, "house"): 0.5, (60.0, "house"): 0.25, (200.0, "house"): 0.25}),
        ((1, 0), {(100.0, "flat"): 0.75, (100.0, "house"): 0.25}),
        ((0, 0), {(40.0, "flat"): 0.5, (60.0, "flat"): 0.25, (200.0, "house"): 0.25}),
    ],
)
def test_hidden_columns_take_the_rows_of_the_background(
    coalition: tuple[int, int], expected: dict[tuple[float, str], float]
) -> None:
    found = {(raw["area"], raw["style"]): weight for weight, raw in table().inputs(kept(*coalition))}
    assert found == pytest.approx(expected)


def test_columns_hidden_together_come_from_one_row() -> None:
    rows = {(row["area"], row["style"]) for row in BACKGROUND}
    assert {(raw["area"], raw["style"]) for _, raw in table().inputs(kept(0, 0))} == rows
    assert (60.0, "house") not in rows


def test_all_hidden_averages_the_background() -> None:
    mean = sum(weight * raw["area"] for weight, raw in table().inputs(kept(0, 0)))
    assert mean == pytest.approx(np.mean([row["area"] for row in BACKGROUND]))


def test_a_table_needs_reference_rows() -> None:
    with pytest.raises(ModelError) as error:
        Players([AREA], {"area": 1.0}, [], "")
    assert str(error.value) == (
        "Explaining a table needs reference rows: name a CSV of them as background in demo.json."
    )


def test_a_column_says_its_value_and_unit() -> None:
    features = table().features
    assert [(feature.id, feature.label, feature.where) for feature in features] == [
        ("area", "Area = 100 m²", None),
        ("style", "Style = house", None),
    ]
    assert table().baseline == "hidden columns take their values from the reference rows, averaged"


# A whole input


def whole(**raw: Any) -> Players:
    fields = [
        TEXT,
        AREA,
        NumberField(name="heat", label="Heat", role="setting"),
        MOVIES,
    ]
    values = {"text": "warm film", "area": 100.0, "heat": 0.5, "history": ("7", "3"), **raw}
    return Players(fields, values, BACKGROUND, "[MASK]")


def test_the_players_of_a_whole_input_stand_one_after_the_other() -> None:
    players = whole()
    assert len(players) == 5
    assert [feature.field for feature in players.features] == ["text", "text", "area", "history", "history"]
    assert len({feature.id for feature in players.features}) == 5
    assert players.baseline.split("; ") == [
        "each hidden token of Review is replaced by [MASK]",
        "hidden columns take their values from the reference rows, averaged",
        "hidden entries are absent from Movies",
    ]
    assert players.label_map is None


def test_each_field_is_shown_its_own_part_of_a_coalition() -> None:
    ((weight, raw),) = whole().inputs(kept(0, 1, 1, 0, 1))
    assert weight == 1
    assert raw == {"text": MaskedText("warm film", ((0, 4),)), "area": 100.0, "heat": 0.5, "history": ("3",)}


def test_a_setting_is_never_hidden() -> None:
    assert {raw["heat"] for _, raw in whole().inputs(kept(0, 0, 0, 0, 0))} == {0.5}


def test_the_input_itself_is_not_changed() -> None:
    players = whole()
    before = dict(players.raw)
    list(players.inputs(kept(0, 0, 0, 0, 0)))
    assert players.raw == before

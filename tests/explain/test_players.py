"""Splitting a field into players and hiding some of them, for every kind of field."""

import base64
import dataclasses
import io
import itertools
from dataclasses import replace
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
    LabelsPlayers,
    Players,
    Reference,
    ScenePlayers,
    TextPlayers,
)
from explain.players.field import several, singles
from explain.players.segments import LARGEST, PATCHES, REGIONS, cut, segment, whereabouts
from explain.players.text import DIRECT, FEWEST, MOST, sentences, word_spans
from explain.types import Feature, Partition
from inference.errors import ModelError
from inference.fields import CategoryField, Field, HistoryField, ImageField, LabelsField, NumberField, TextField
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
    from inference.panels.widgets import WIDGETS

    assert kinds_of(Field) == set(WIDGETS)


def test_players_are_registered_under_their_own_kind() -> None:
    expected = {
        "text": TextPlayers,
        "image": ImagePlayers,
        "number": ColumnPlayers,
        "category": CategoryPlayers,
        "history": HistoryPlayers,
        "labels": LabelsPlayers,
        "scene": ScenePlayers,
    }
    assert expected.items() <= FieldPlayers.kinds.items()


# Text


def text_players(text: str) -> Players:
    return Players([TEXT], {"text": text}, Reference.every([]), "[MASK]")


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


@pytest.mark.parametrize("count", [1, 2, 500, 2_000, 10_000])
@pytest.mark.parametrize("word", ["word ", "猫"])
def test_words_reassemble_the_text(count: int, word: str) -> None:
    text = f" {word * count}"
    spans = word_spans(text)
    assert len(spans) == count
    ends = [0, *itertools.chain(*spans), len(text)]
    assert ends == sorted(ends)
    between = [text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True)]
    inside = [text[a:b] for a, b in spans]
    assert all(not part.strip() for part in between)
    rebuilt = "".join(itertools.chain(*itertools.zip_longest(between, inside, fillvalue="")))
    assert rebuilt == text


@pytest.mark.parametrize("count", [1, 2, DIRECT])
def test_the_words_of_a_short_text_are_players_at_once(count: int) -> None:
    players = text_players("word. " * count)
    assert players.groups == singles(count)
    assert {feature.parent for feature in players.features} == {None}


LONG = {
    "even sentences": "One two three four five six seven eight. " * 20,
    "short sentences": "Yes! No? " * 200,
    "one sentence": "word " * 2_000,
    "10,000 words": "A film of ten words that is not so good. " * 1_000,
    "no spaces": "猫が好きです。" * 100,
    "no spaces, no stops": "猫" * 700,
    "one long, many short": "word " * 300 + ". " + "Yes. " * 100,
    "lines": "four words a line\n" * 40,
    "just too long": "word " * (DIRECT + 1),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_begins_with_a_dozen_or_so_runs_of_its_words(text: str) -> None:
    players = text_players(text)
    words = len(word_spans(text))
    assert len(players) == words > DIRECT
    assert FEWEST - 1 <= len(players.groups) <= MOST
    assert list(itertools.chain(*players.groups)) == list(range(words))
    assert max(map(len, players.groups)) <= 2 * -(-words // FEWEST)


def test_sentences_stay_whole_where_they_are_of_a_length() -> None:
    players = text_players(LONG["even sentences"])
    labels = [feature.label for feature in players.level(players.groups)]
    assert labels == ["One two three four five six seven eight."] * 20


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("He said “stop.” Then it went", "Then"),
        ("猫が好きです。」犬も", "犬"),
        ("It cost 3.5 pounds and more\nNext line", "Next"),
        ("Why?! Because (so.) it is", "Because"),
    ],
)
def test_a_sentence_ends_with_a_stop_or_a_line(text: str, second: str) -> None:
    spans = word_spans(text)
    padded = text + " x" * FEWEST * len(spans)
    begins = [padded[word_spans(padded)[group[0]][0] :] for group in sentences(padded, word_spans(padded))]
    assert begins[1].startswith(second)


def test_a_word_of_a_long_text_names_its_sentence_and_a_sentence_nothing() -> None:
    players = text_players(LONG["even sentences"])
    sentence, *_ = players.level(players.groups)
    assert sentence == Feature("text:0-40", "text", LONG["even sentences"][:40], {"chars": [0, 40]}, None)
    assert {feature.parent for feature in players.features[:8]} == {sentence.id}
    assert players.features[0].label == "One"
    (run,) = players.level(((1, 2, 3),))
    assert (run.label, run.parent) == ("two three four", sentence.id)


def test_a_word_that_is_a_sentence_of_its_own_has_no_parent() -> None:
    players = text_players("\n".join(["Indeed.", *(["one two three four five six seven eight nine"] * 12)]))
    assert players.groups[0] == (0,)
    assert players.features[0].parent is None


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


def decoded(players: ImagePlayers, of: Partition | None = None) -> np.ndarray:
    label_map = players.label_map(of or singles(len(players.features)))
    assert label_map.field == "photo"
    head, _, body = label_map.png.partition(",")
    assert head == "data:image/png;base64"
    labels = np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))
    assert (label_map.width, label_map.height) == labels.shape[::-1]
    return labels


@pytest.mark.parametrize("size", [(200, 150), (256, 256), (700, 400), (90, 300)])
def test_the_label_map_has_one_index_per_player_of_a_level(size: tuple[int, int]) -> None:
    players = ImagePlayers(PHOTO, photo(*size), "")
    first, *others = players.groups
    mixed = (*((atom,) for atom in first), *others)
    for level in (players.groups, singles(len(players.features)), mixed):
        labels = decoded(players, level)
        assert labels.dtype == np.uint8
        assert max(labels.shape) <= 256
        indices = [(players.together(atoms).where or {})["region"] for atoms in level]
        assert sorted(indices) == sorted(np.unique(labels))
        for atoms, index in zip(level, indices, strict=True):
            assert np.array_equal(labels == index, np.isin(players.atoms, atoms))


def test_a_region_is_called_the_same_whether_others_are_taken_apart_or_not() -> None:
    players = ImagePlayers(PHOTO, photo(256, 256), "")
    regions = [players.together(group) for group in players.groups]
    assert [region.where for region in regions] == [{"region": i} for i in range(len(regions))]
    assert [region.label.split(",")[0] for region in regions] == [f"region {i + 1}" for i in range(len(regions))]
    parts = {players.together([atom]).id for group in players.groups if len(group) > 1 for atom in group}
    assert not parts & {region.id for region in regions}


def test_a_patch_lies_in_one_region_and_names_it() -> None:
    picture = photo(256, 200)
    regions = segment(np.asarray(picture))
    patches = cut(np.asarray(picture), regions)
    assert sorted(np.unique(patches)) == list(range(patches.max() + 1))
    assert all(len(np.unique(regions[patches == patch])) == 1 for patch in range(patches.max() + 1))
    players = Players([PHOTO], {"photo": picture}, Reference.every([]), "")
    assert players.groups == tuple(tuple(np.unique(patches[regions == i])) for i in range(regions.max() + 1))
    for group in players.groups:
        whole = players.together(group)
        for atom in group:
            assert players.features[atom].parent == (whole.id if len(group) > 1 else None)


def test_a_photo_has_a_few_dozen_patches_of_similar_size() -> None:
    players = ImagePlayers(PHOTO, photo(256, 256), "")
    sizes = np.bincount(players.atoms.ravel())
    assert PATCHES / 2 <= len(sizes) <= PATCHES + REGIONS
    assert sizes.max() <= 0.1 * sizes.sum()


def test_all_kept_is_the_picture_itself() -> None:
    picture = photo(300, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.ones(len(players.features), bool))
    assert np.array_equal(np.asarray(shown.composed()), np.asarray(picture))


def test_all_hidden_is_blurred_everywhere() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.zeros(len(players.features), bool)).composed()
    assert players.baseline == "hidden regions of Photo (found by SLIC) are blurred beyond recognition"
    assert shown.size == picture.size
    assert np.abs(np.diff(np.asarray(shown, int), axis=0)).max() < 10
    assert np.asarray(shown).mean() == pytest.approx(np.asarray(picture).mean(), rel=0.02)


def test_a_second_means_covers_with_the_mean_colour() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    players.otherwise()
    shown = np.asarray(players.show(np.zeros(len(players.features), bool)).composed())
    assert players.baseline == "hidden regions of Photo (found by SLIC) get the picture's mean colour"
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 1
    assert shown.mean((0, 1)) == pytest.approx(np.asarray(picture).mean((0, 1)), abs=3)


def test_hiding_one_patch_changes_that_patch_alone() -> None:
    picture = photo(256, 200)
    players = ImagePlayers(PHOTO, picture, "")
    labels = players.atoms
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
    assert 1 <= len(players.groups) <= REGIONS
    assert len(players.features) <= PATCHES + REGIONS
    assert max(map(len, players.groups)) <= LARGEST
    assert decoded(players).shape == players.atoms.shape
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


def test_where_nothing_stands_in_for_a_word_it_is_left_out_at_first() -> None:
    players = Players([TEXT], {"text": "warm film"}, Reference.every([]), "")
    assert players.baseline == "the hidden tokens of Review are left out"
    ((_, raw),) = players.inputs(kept(0, 1))
    assert raw == {"text": MaskedText("warm film", ((0, 4),), dropped=True)}
    other = Players([TEXT], {"text": "warm film"}, Reference.every([]), "", second_baseline=True)
    ((_, raw),) = other.inputs(kept(0, 1))
    assert raw == {"text": MaskedText("warm film", ((0, 4),))}
    assert "replaced" in other.baseline


# Labels


def test_a_hidden_label_is_not_offered() -> None:
    players = LabelsPlayers(LabelsField(name="labels", label="Labels"), ("sport", "tax law", "cooking"), "")
    assert [feature.label for feature in players.features] == ["sport", "tax law", "cooking"]
    assert players.features[1].where == {"item": "tax law", "position": 1}
    assert players.show(kept(1, 0, 1)) == ("sport", "cooking")
    assert players.baseline == "hidden entries of Labels are not offered"


# Histories


def test_a_hidden_item_was_never_there() -> None:
    players = HistoryPlayers(MOVIES, ("7", "5", "3"), "")
    assert [feature.label for feature in players.features] == ["Alien", "Chinatown", "Brazil"]
    assert players.features[1].where == {"item": "5", "position": 1}
    assert players.show(kept(1, 1, 1)) == ("7", "5", "3")
    assert players.show(kept(1, 0, 1)) == ("7", "3")
    assert players.show(kept(0, 0, 0)) == ()
    assert players.baseline == "hidden entries are absent from Movies"


def test_a_rating_is_hidden_with_its_item_and_kept_beside_it() -> None:
    field = HistoryField(name="history", label="Movies", items=dict(MOVIES.catalogue), ratings=(1.0, 5.0))
    players = HistoryPlayers(field, {"7": 4.5, "5": None, "3": 1.0}, "")
    assert [feature.label for feature in players.features] == ["Alien", "Chinatown", "Brazil"]
    assert players.features[0].where == {"item": "7", "position": 0, "rating": 4.5}
    assert players.features[1].where == {"item": "5", "position": 1}
    assert players.show(kept(0, 1, 1)) == {"5": None, "3": 1.0}
    assert players.show(kept(0, 0, 0)) == {}


NAMES = {str(i): f"Film {i}" for i in range(60)}


def test_a_long_history_begins_with_runs_of_neighbours() -> None:
    field = HistoryField(name="history", label="Movies", items=NAMES, max_items=60)
    players = Players([field], {"history": tuple(NAMES)}, Reference.every([]), "")
    assert [len(group) for group in players.groups] == [4] * 12 + [3] * 4
    assert list(itertools.chain(*players.groups)) == list(range(60))
    run = players.level(players.groups)[0]
    assert run.label == "Film 0, Film 1 and 2 more"
    assert run.where == {"items": ["0", "1", "2", "3"], "position": 0}
    assert players.features[3].parent == run.id
    assert len({feature.id for feature in players.level(players.groups)}) == 16


@pytest.mark.parametrize("count", [0, 1, 48])
def test_the_items_of_a_short_history_are_players_at_once(count: int) -> None:
    field = HistoryField(name="history", label="Movies", items=NAMES, max_items=60)
    assert HistoryPlayers(field, tuple(NAMES)[:count], "").groups == singles(count)


@pytest.mark.parametrize(
    ("names", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c", "d", "e"], "a, b and 3 more")]
)
def test_several_names_are_said_briefly(names: list[str], said: str) -> None:
    assert several(names) == said


# Tables

BACKGROUND: list[Raw] = [
    {"area": 40.0, "style": "flat"},
    {"area": 40.0, "style": "flat"},
    {"area": 60.0, "style": "flat"},
    {"area": 200.0, "style": "house"},
]


def table(raw: Raw | None = None) -> Players:
    return Players([AREA, STYLE], raw or {"area": 100.0, "style": "house"}, Reference.every(BACKGROUND), "")


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
        Players([AREA], {"area": 1.0}, Reference.every([]), "")
    assert str(error.value) == (
        "Explaining a table needs reference rows: name a CSV of them as background in demo.json."
    )


def test_a_column_says_its_value_and_unit() -> None:
    features = table().features
    assert [(feature.id, feature.label, feature.where) for feature in features] == [
        ("area", "Area = 100 m²", None),
        ("style", "Style = house", None),
    ]
    assert table().baseline == "hidden columns take their values from 4 reference rows, averaged (interventional)"


WIDE = [NumberField(name=f"c{i}", label=f"Column {i}") for i in range(6)]


def wide(*clusters: tuple[str, ...]) -> Players:
    row = {field.name: 1.0 for field in WIDE}
    reference = replace(Reference.every([{name: 0.0 for name in row}] * 3), available=200, clusters=clusters)
    return Players(WIDE, row, reference, "")


def test_columns_of_a_cluster_are_one_player_that_names_them() -> None:
    players = wide(("c4", "c0", "c2"), ("c5", "c1"))
    assert players.groups == ((3,), (4, 0, 2), (5, 1))
    alone, three, two = players.level(players.groups)
    assert alone == Feature("c3", "c3", "Column 3 = 1")
    assert three == Feature("c4+2", "c4", "Column 4, Column 0 and 1 more", {"fields": ["c4", "c0", "c2"]})
    assert two.label == "Column 5 and Column 1"
    assert [feature.parent for feature in players.features] == ["c4+2", "c5+1", "c4+2", None, "c4+2", "c5+1"]
    (part,) = players.level(((4, 0),))
    assert (part.id, part.parent) == ("c4+1", "c4+2")


def test_how_many_reference_rows_of_how_many_is_said() -> None:
    assert wide().baseline == "hidden columns take their values from 3 of 200 reference rows, averaged (interventional)"
    one = Players([AREA], {"area": 1.0}, Reference.every(BACKGROUND[:1]), "")
    assert one.baseline == "hidden columns take their values from 1 reference row, averaged (interventional)"


def test_weights_of_reference_rows_count() -> None:
    reference = Reference(tuple(BACKGROUND[1:]), np.array([0.5, 0.25, 0.25]), 4)
    players = Players([AREA, STYLE], {"area": 100.0, "style": "house"}, reference, "")
    found = {raw["area"]: weight for weight, raw in players.inputs(kept(0, 1))}
    assert found == {40.0: 0.5, 60.0: 0.25, 200.0: 0.25}
    assert (players.rows, players.weights.tolist()) == (reference.rows, [0.5, 0.25, 0.25])


def test_reference_rows_that_are_all_the_same_are_asked_once() -> None:
    players = Players([AREA], {"area": 1.0}, Reference.every([{"area": 5.0}] * 100), "")
    ((weight, raw),) = players.inputs(kept(0))
    assert (round(weight, 12), raw) == (1, {"area": 5.0})


# A whole input


def whole(**raw: Any) -> Players:
    fields = [
        TEXT,
        AREA,
        NumberField(name="heat", label="Heat", role="setting"),
        MOVIES,
    ]
    values = {"text": "warm film", "area": 100.0, "heat": 0.5, "history": ("7", "3"), **raw}
    return Players(fields, values, Reference.every(BACKGROUND), "[MASK]")


def test_the_players_of_a_whole_input_stand_one_after_the_other() -> None:
    players = whole()
    assert len(players) == 5
    assert [feature.field for feature in players.features] == ["text", "text", "area", "history", "history"]
    assert len({feature.id for feature in players.features}) == 5
    assert players.baseline.split("; ") == [
        "each hidden token of Review is replaced by [MASK]",
        "hidden columns take their values from 4 reference rows, averaged (interventional)",
        "hidden entries are absent from Movies",
    ]
    assert players.label_map(players.groups) is None


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

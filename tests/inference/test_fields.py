"""Every kind of field: what it takes, what it refuses, and in which words."""

import base64
import dataclasses
import io
import math
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.EpsImagePlugin
import pytest
from PIL import Image

from inference.errors import InputError
from inference.fields import (
    AnyField,
    AudioField,
    CategoryField,
    Field,
    HistoryField,
    ImageField,
    LabelsField,
    MessagesField,
    NumberField,
    SceneField,
    SeriesColumn,
    SeriesField,
    TextField,
)
from inference.pictures import MAX_PIXELS
from inference.types import from_json

TEXT = TextField(name="text", label="Review", max_length=20)
AREA = NumberField(name="area", label="Living area", unit="m²", limits=(20, 1000), seen=(40, 300))
RATIO = NumberField(name="ratio", label="Ratio")
STYLE = CategoryField(name="style", label="Style", choices=("One storey", "Two storeys"))
OPEN = CategoryField(name="style", label="Style", choices=("One storey", "Two storeys"), unseen=True)
MOVIES = HistoryField(
    name="history", label="Movies", items={"1": "Alien", "2": "Brazil", "3": "Chinatown"}, max_items=2
)
PHOTO = ImageField(name="photo", label="Photo", max_side=64)
LABELS = LabelsField(name="labels", label="Labels", most=3, max_length=12)
SPOKEN = AudioField(name="speech", label="Recording")  # more in test_fields_audio.py
WEATHER = SeriesField(
    name="days", label="Days", columns=(SeriesColumn(name="temperature", label="Temperature", unit="°C"),), length=3
)
TALK = MessagesField(name="talk", label="Talk")
ROAD = SceneField(name="scene", label="Road")  # more in test_scene.py
FIELDS: list[Field] = [TEXT, AREA, RATIO, STYLE, OPEN, MOVIES, PHOTO, SPOKEN, WEATHER, TALK, LABELS, ROAD]


def refusal(field: Field, value: Any) -> str:
    with pytest.raises(InputError) as error:
        field.parse(value)
    return str(error.value)


# What all have in common


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_json_both_ways(field: Field) -> None:
    assert from_json(AnyField, field.to_json(), "field") == field


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_an_unknown_key_is_refused_with_its_kind_named(field: Field) -> None:
    with pytest.raises(InputError) as error:
        from_json(AnyField, {**field.to_json(), "colour": "red"}, "field")
    assert str(error.value) == f"field: {field.kind}.colour: Unexpected keyword argument."


def test_an_unknown_kind_is_refused_with_the_kinds_that_exist() -> None:
    with pytest.raises(InputError) as error:
        from_json(AnyField, {"kind": "smell", "name": "a", "label": "A"}, "field")
    assert "'smell'" in str(error.value)
    assert all(f"'{field.kind}'" in str(error.value) for field in FIELDS)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (TEXT, None, "Review is missing: write a few words."),
        (TEXT, "", "Review is missing: write a few words."),
        (TEXT, " \n\t", "Review is missing: write a few words."),
        (AREA, None, "Living area is missing: enter a number between 20 and 1,000 m²."),
        (AREA, "", "Living area is missing: enter a number between 20 and 1,000 m²."),
        (RATIO, None, "Ratio is missing: enter a number."),
        (STYLE, None, "Style is missing: choose one of One storey, Two storeys."),
        (STYLE, "", "Style is missing: choose one of One storey, Two storeys."),
        (MOVIES, None, "Movies is missing: choose at least one."),
        (TEXT, "\u200b\x00 ", "Review is missing: write a few words."),
        (MOVIES, [], "Movies is missing: choose at least one."),
        (PHOTO, None, "Photo is missing: choose a picture."),
        (PHOTO, "", "Photo is missing: choose a picture."),
    ],
)
def test_an_empty_value_is_missing(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


# Text


def test_half_a_character_is_refused() -> None:
    assert "lone surrogate" in refusal(TEXT, "a \ud800 b")


@pytest.mark.parametrize("value", ["good", "a" * 20, " spaces stay ", "line\nbreak", "猫が好き", "<script>", "a\x00b"])
def test_a_text_arrives_as_it_was_written(value: str) -> None:
    assert TEXT.parse(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "Review must be a text, got int."),
        (b"bytes", "Review must be a text, got bytes."),
        (["a"], "Review must be a text, got list."),
        ("a" * 21, "Review may have 20 characters, got 21; shorten it."),
        ("a" * 12_345, "Review may have 20 characters, got 12,345; shorten it."),
    ],
)
def test_what_is_no_text_is_refused(value: Any, message: str) -> None:
    assert refusal(TEXT, value) == message


def test_a_text_is_described_by_its_length() -> None:
    assert TEXT.describe("one two  three") == "Review: 14 characters, 3 words"


# Numbers


@pytest.mark.parametrize(
    ("value", "parsed"),
    [(20, 20.0), (1000, 1000.0), (55.5, 55.5), ("55.5", 55.5), (" 55 ", 55.0), ("1e2", 100.0), (np.float32(40), 40.0)],
)
def test_numbers_and_numeric_strings_are_read(value: Any, parsed: float) -> None:
    result = AREA.parse(value)
    assert result == parsed
    assert type(result) is float


@pytest.mark.parametrize(("value", "inside"), [(20, True), (1000, True), (math.nextafter(20, 0), False)])
def test_limits_are_inclusive(value: float, inside: bool) -> None:
    if inside:
        assert AREA.parse(value) == value
    else:
        assert refusal(AREA, value).startswith("Living area must lie between 20 and 1,000 m², got ")


def test_zero_is_a_number_and_not_missing() -> None:
    assert RATIO.parse(0) == 0
    assert NumberField(name="a", label="A", limits=(0, 0)).parse("0") == 0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (AREA, 9000, "Living area must lie between 20 and 1,000 m², got 9000."),
        (AREA, "19", "Living area must lie between 20 and 1,000 m², got '19'."),
        (AREA, True, "Living area must be a number between 20 and 1,000 m², got True."),
        (AREA, math.nan, "Living area must be a number between 20 and 1,000 m², got nan."),
        (AREA, "NaN", "Living area must be a number between 20 and 1,000 m², got 'NaN'."),
        (AREA, math.inf, "Living area must be a number between 20 and 1,000 m², got inf."),
        (AREA, "-inf", "Living area must be a number between 20 and 1,000 m², got '-inf'."),
        (AREA, [50], "Living area must be a number between 20 and 1,000 m², got [50]."),
        (AREA, {}, "Living area must be a number between 20 and 1,000 m², got {}."),
        (AREA, 1j, "Living area must be a number between 20 and 1,000 m², got 1j."),
        (RATIO, "1,000", "Ratio must be a number, got '1,000'."),
        (RATIO, "half", "Ratio must be a number, got 'half'."),
        (RATIO, False, "Ratio must be a number, got False."),
        (RATIO, "x" * 99, f"Ratio must be a number, got '{'x' * 36}…."),
        (RATIO, 10**400, f"Ratio must be a number, got 1{'0' * 36}…."),
    ],
)
def test_what_is_no_fit_number_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


def test_a_currency_stands_in_front_in_messages_too() -> None:
    price = NumberField(name="price", label="Price", unit="$", limits=(0, 5000))
    assert refusal(price, -1) == "Price must lie between 0 and $5,000, got -1."


@pytest.mark.parametrize("digits", [400, 5_000])
def test_a_whole_number_of_any_length_gets_a_message(digits: int) -> None:
    assert refusal(RATIO, 10**digits).startswith("Ratio must be a number, got ")


@pytest.mark.parametrize("value", [40, 300, 120.5])
def test_a_usual_number_warns_of_nothing(value: float) -> None:
    assert list(AREA.warnings(value)) == []


@pytest.mark.parametrize(("value", "got"), [(39, "39 m²"), (301.5, "302 m²")])
def test_a_number_outside_the_training_data_warns(value: float, got: str) -> None:
    assert list(AREA.warnings(AREA.parse(value))) == [
        f"Living area {got} lies outside the training data (40 m² to 300 m²): take the answer with care."
    ]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (AREA, 1440.0, "Living area = 1,440 m²"),
        (NumberField(name="y", label="Year", step=1), 1972.0, "Year = 1972"),
        (NumberField(name="y", label="Year", step=1), 3000.0, "Year = 3,000"),
        (NumberField(name="y", label="Plot", step=1, unit="m²"), 1972.0, "Plot = 1,972 m²"),
        (STYLE, "One storey", "Style = One storey"),
    ],
)
def test_a_value_is_described_in_a_few_words(field: Field, value: Any, text: str) -> None:
    assert field.describe(value) == text


# Categories


@pytest.mark.parametrize("field", [STYLE, OPEN])
@pytest.mark.parametrize("value", STYLE.choices)
def test_every_choice_is_taken_without_a_warning(field: CategoryField, value: str) -> None:
    assert field.parse(value) == value
    assert list(field.warnings(value)) == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (STYLE, "one storey", "Unknown Style 'one storey'; available are One storey, Two storeys."),
        (STYLE, 1, "Style must be one of its choices as a text, got 1."),
        (OPEN, ["One storey"], "Style must be one of its choices as a text, got ['One storey']."),
        (OPEN, True, "Style must be one of its choices as a text, got True."),
    ],
)
def test_what_is_no_choice_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


def test_an_unseen_category_warns_where_the_model_has_a_slot_for_it() -> None:
    assert OPEN.parse("Treehouse") == "Treehouse"
    assert list(OPEN.warnings("Treehouse")) == [
        "Style 'Treehouse' does not occur in the training data: the model takes it as unknown."
    ]


# Histories


RATED = replace(MOVIES, ratings=(0.5, 5.0), max_items=3)
SAME = HistoryField(name="h", label="Movies", items={"1": "Psycho", "2": "Psycho", "300": "Quiz Show", "4": "300"})


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (["1"], ("1",)),
        (("3", "1"), ("3", "1")),
        (["2", "2", "1", "2"], ("2", "1")),
        ([1, "1", 2], ("1", "2")),
        ([{"item": "1"}, {"item": 2, "rating": None}], ("1", "2")),
        ({"2": None, "1": ""}, ("2", "1")),
        (["  aLIEN ", "3"], ("1", "3")),
    ],
)
def test_a_history_keeps_one_of_each_in_order(value: Any, parsed: tuple[str, ...]) -> None:
    assert MOVIES.parse(value) == parsed


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (["3", "1"], {"3": None, "1": None}),
        ({"3": 4.5, "1": 2}, {"3": 4.5, "1": 2.0}),
        ([{"item": "1", "rating": 0.5}, "2", {"item": "3"}], {"1": 0.5, "2": None, "3": None}),
        ({"Alien": 5, "1": 1}, {"1": 5.0}),
    ],
)
def test_a_history_with_ratings_has_one_form_however_it_was_sent(value: Any, parsed: dict[str, Any]) -> None:
    found = RATED.parse(value)
    assert (found, list(found)) == (parsed, list(parsed))
    assert RATED.parse(found) == found


def test_an_id_goes_before_a_title() -> None:
    assert SAME.parse(["300"]) == ("300",)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (MOVIES, "1", "Movies must be a list of ids, got '1'."),
        (MOVIES, {"1": 4}, "Movies must be a list of ids: this model takes no ratings, got 4."),
        (MOVIES, 7, "Movies must be a list of ids, got 7."),
        (MOVIES, ["9"], "Unknown entry in Movies '9'; available are 1 (Alien), 2 (Brazil), 3 (Chinatown)."),
        (MOVIES, ["brasil"], "Unknown entry in Movies 'brasil'; the nearest are 2 (Brazil)."),
        (MOVIES, ["china"], "Unknown entry in Movies 'china'; the nearest are 3 (Chinatown)."),
        (MOVIES, ["1", None], "An entry of Movies is an id, got None."),
        (MOVIES, ["1", ["2"]], "An entry of Movies is an id, got ['2']."),
        (MOVIES, [True], "An entry of Movies is an id, got True."),
        (MOVIES, ["1", "2", "3"], "Movies may have 2 entries, got 3: leave some out."),
        (SAME, ["psycho"], "Movies: 'psycho' is the title of 1 (Psycho), 2 (Psycho); send the id you mean."),
        (RATED, {"1": 6}, "The rating of '1' in Movies must be a number from 0.5 to 5, got 6."),
        (RATED, {"1": "good"}, "The rating of '1' in Movies must be a number from 0.5 to 5, got 'good'."),
        (RATED, {"1": float("nan")}, "The rating of '1' in Movies must be a number from 0.5 to 5, got nan."),
        (RATED, {"1": True}, "The rating of '1' in Movies must be a number from 0.5 to 5, got True."),
        (RATED, [{"id": "1"}], "An entry of Movies is an id, or an object with item and rating, got {'id': '1'}."),
    ],
)
def test_what_is_no_fit_history_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


@pytest.mark.parametrize("value", [["a" * 10**6], [10**5000], {"1": 10**5000}, {}, []])
def test_enormous_and_empty_histories_are_refused_in_few_words(value: Any) -> None:
    assert len(refusal(RATED, value)) < 250


def test_duplicates_do_not_count_against_the_limit() -> None:
    assert MOVIES.parse(["1", "2", "1", "2", "1"]) == ("1", "2")


def test_a_history_is_described_by_its_share() -> None:
    assert MOVIES.describe(("1", "2")) == "Movies: 2 of 3"
    assert RATED.describe({"1": None, "2": None}) == "Movies: 2 of 3"
    assert RATED.describe({"1": 4.5, "2": None}) == "Movies: 2 of 3, 1 rated"


@pytest.mark.parametrize("ratings", [(5.0, 0.5), (1.0, 1.0)])
def test_ratings_go_from_low_to_high(ratings: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="from low to high"):
        replace(MOVIES, ratings=ratings)


@pytest.mark.parametrize("popularity", ["12 %", "1.5", "-0.1", "nan", ""])
def test_popularity_is_a_share(popularity: str) -> None:
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        replace(MOVIES, facts={"1": {"popularity": popularity}})


def test_what_is_known_of_items_stays_out_of_what_programs_are_told_of_a_model() -> None:
    known = replace(MOVIES, facts={"1": {"year": "1979", "popularity": "0.25"}})
    assert known == MOVIES
    assert known.to_json() == MOVIES.to_json()


# Pictures

RNG = np.random.default_rng(0)
NOISE = Image.fromarray(RNG.integers(0, 256, (24, 32, 3), dtype=np.uint8))


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def uri(data: bytes, subtype: str = "png") -> str:
    return f"data:image/{subtype};base64,{base64.b64encode(data).decode()}"


def parsed(picture: Image.Image, kind: str = "PNG", **options: Any) -> Image.Image:
    return PHOTO.parse(uri(saved(picture, kind, **options), kind.lower()))


def test_a_data_uri_gives_the_very_pixels() -> None:
    result = parsed(NOISE)
    assert result.mode == "RGB"
    assert np.array_equal(np.asarray(result), np.asarray(NOISE))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "JPEG"])
def test_the_formats_that_the_message_names_are_read(kind: str) -> None:
    flat = Image.new("RGB", (16, 12), (200, 40, 40))
    result = parsed(flat, kind)
    assert result.size == (16, 12)
    assert np.abs(np.asarray(result, int) - [200, 40, 40]).max() <= 4


def test_a_path_that_code_passes_is_opened(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "noise.png")
    assert np.array_equal(np.asarray(PHOTO.parse(tmp_path / "noise.png")), np.asarray(NOISE))


def test_a_path_that_a_visitor_writes_is_never_opened(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "noise.png")
    value = str(tmp_path / "noise.png")
    message = refusal(PHOTO, value)
    assert message.startswith("Photo must be a picture file or a data URI (data:image/png;base64,…), got '")


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("examples/cat.jpg", "'examples/cat.jpg'"),
        ("https://example.org/cat.png", "'https://example.org/cat.png'"),
        ("data:image/png,notbase64", "'data:image/png,notbase64'"),
        (5, "5"),
        ({"path": "/etc/hosts"}, "{'path': '/etc/hosts'}"),
    ],
)
def test_what_is_no_picture_at_all_is_refused(value: Any, got: str) -> None:
    assert refusal(PHOTO, value) == (
        f"Photo must be a picture file or a data URI (data:image/png;base64,…), got {got}."
    )


UNREADABLE = "Photo could not be read: send a whole JPEG, PNG, WebP or GIF file."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just some words",
        b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        saved(NOISE)[:-60],
        saved(NOISE, "JPEG")[:300],
        saved(NOISE, "WEBP")[:200],
    ],
    ids=["empty", "text", "svg", "png-head", "gif-head", "png-cut", "jpeg-cut", "webp-cut"],
)
def test_what_only_poses_as_a_picture_is_refused(data: bytes) -> None:
    assert refusal(PHOTO, uri(data)) == UNREADABLE


def test_a_missing_file_is_refused_without_its_path(tmp_path: Path) -> None:
    assert refusal(PHOTO, tmp_path / "nothing.png") == UNREADABLE


@pytest.mark.parametrize("body", ["%%%", "AAA", "AA AA", "Zm9v\nYmFy"])
def test_damaged_base64_is_said_to_be_damaged(body: str) -> None:
    assert refusal(PHOTO, f"data:image/png;base64,{body}") == (
        "Photo is a data URI whose base64 is damaged; encode the file again."
    )


@pytest.mark.parametrize("body", ["A" * 20_000_000, "é" * 1_000_000], ids=["zeros", "not-ascii"])
def test_a_huge_base64_gets_a_short_message(body: str) -> None:
    assert refusal(PHOTO, f"data:image/png;base64,{body}") == UNREADABLE


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on the damage; what counts here is the error
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_damaged_file_never_raises_anything_but_an_input_error(kind: str) -> None:
    rng = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = saved(NOISE, kind, **({} if kind == "GIF" else {"exif": exif}))
    refused = 0
    for _ in range(250):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 5):
            damaged[place] = rng.integers(256)
        try:
            assert PHOTO.parse(uri(bytes(damaged))).mode == "RGB"
        except InputError as error:
            assert str(error) in (UNREADABLE, f"Photo may have {MAX_PIXELS:,} pixels; send a smaller picture.")
            refused += 1
    assert refused > 0


def test_a_file_never_starts_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []

    def ghostscript(*args: Any, **_: Any) -> Any:
        started.append(args)
        return Image.new("RGB", (8, 8)).im

    monkeypatch.setattr(PIL.EpsImagePlugin, "Ghostscript", ghostscript)
    assert refusal(PHOTO, uri(saved(NOISE, "EPS"))) == UNREADABLE
    assert started == []


@pytest.mark.parametrize(("size", "result"), [((64, 64), (64, 64)), ((640, 320), (64, 32)), ((65, 1), (64, 1))])
def test_a_picture_is_brought_to_max_side(size: tuple[int, int], result: tuple[int, int]) -> None:
    assert parsed(Image.new("RGB", size)).size == result


def test_a_small_picture_is_not_enlarged() -> None:
    assert parsed(Image.new("RGB", (3, 2))).size == (3, 2)


TURNS = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
    8: lambda pixels: np.rot90(pixels),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_is_turned_by_its_exif_and_the_metadata_dropped(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = parsed(NOISE, exif=exif)
    assert np.array_equal(np.asarray(result), TURNS[orientation](np.asarray(NOISE)))
    assert set(result.info) == {"size"}
    assert not result.getexif()


@pytest.mark.parametrize(
    ("alpha", "pixel"), [(0, (255, 255, 255)), (255, (200, 0, 0)), (51, (244, 204, 204)), (128, (227, 127, 127))]
)
def test_transparency_lies_on_white(alpha: int, pixel: tuple[int, int, int]) -> None:
    result = parsed(Image.new("RGBA", (4, 4), (200, 0, 0, alpha)))
    assert np.abs(np.asarray(result, int)[0, 0] - pixel).max() <= 1


def test_grey_with_alpha_lies_on_white() -> None:
    assert parsed(Image.new("LA", (4, 4), (0, 0))).getpixel((1, 1)) == (255, 255, 255)
    assert parsed(Image.new("LA", (4, 4), (90, 255))).getpixel((1, 1)) == (90, 90, 90)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 255])], ids=["one", "each"])
@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_transparency_lies_on_white(kind: str, transparency: int | bytes) -> None:
    if kind == "GIF" and not isinstance(transparency, int):
        transparency = 1
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([10, 20, 30, 0, 128, 0, 40, 50, 60])
    picture.putpixel((0, 0), 2)
    result = parsed(picture, kind, transparency=transparency)
    assert result.getpixel((3, 3)) == (255, 255, 255)
    assert result.getpixel((0, 0)) == (40, 50, 60)


def test_a_transparent_colour_lies_on_white() -> None:
    picture = Image.new("RGB", (4, 4), (255, 0, 0))
    picture.putpixel((0, 0), (0, 0, 255))
    result = parsed(picture, transparency=(255, 0, 0))
    assert result.getpixel((3, 3)) == (255, 255, 255)
    assert result.getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize(("ink", "pixel"), [((0, 0, 0, 0), 255), ((0, 0, 0, 255), 0)])
def test_cmyk_becomes_rgb(ink: tuple[int, int, int, int], pixel: int) -> None:
    result = parsed(Image.new("CMYK", (16, 16), ink), "JPEG")
    assert result.mode == "RGB"
    assert np.abs(np.asarray(result, int) - pixel).max() <= 2


def test_lab_keeps_its_colours() -> None:
    lab = Image.merge("LAB", [Image.new("L", (8, 8), level) for level in (0, 128, 128)])
    assert max(PHOTO.parse(lab).getpixel((4, 4))) <= 2  # lightness 0 is black


@pytest.mark.parametrize(("mode", "grey"), [("L", 0), ("L", 77), ("L", 255), ("1", 255), ("1", 0)])
def test_greyscale_becomes_rgb(mode: str, grey: int) -> None:
    assert parsed(Image.new(mode, (4, 4), grey)).getpixel((2, 2)) == (grey,) * 3


def test_sixteen_bits_of_grey_become_eight_without_clipping() -> None:
    levels = np.array([[0, 257, 32_768, 65_535]], np.uint16)
    result = np.asarray(parsed(Image.fromarray(levels)))[..., 0]
    assert np.abs(result.astype(int) - [[0, 1, 127, 255]]).max() <= 1


def test_a_large_picture_of_sixteen_bits_is_brought_to_max_side() -> None:
    ramp = np.linspace(0, 65_535, 640).astype(np.uint16)[None].repeat(320, 0)
    result = np.asarray(parsed(Image.fromarray(ramp)), int)
    assert result.shape == (32, 64, 3)
    assert np.abs(result[16, :, 0] - np.linspace(2, 253, 64)).max() <= 3


def test_a_transparent_grey_of_sixteen_bits_lies_on_white() -> None:
    result = parsed(Image.fromarray(np.full((4, 4), 30_000, np.uint16)), transparency=30_000)
    assert result.getpixel((2, 2)) == (255, 255, 255)


def test_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    assert parsed(frames[0], "GIF", save_all=True, append_images=frames[1:]).getpixel((4, 4)) == (255, 0, 0)


@pytest.fixture
def lazy() -> Iterator[Image.Image]:
    with Image.open(io.BytesIO(saved(Image.new("RGB", (600, 400), "teal"), "JPEG"))) as picture:
        yield picture


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16"])
def test_the_callers_picture_is_not_modified(mode: str) -> None:
    picture = Image.new(mode, (200, 100))
    picture.info["note"] = "mine"
    before = picture.tobytes()
    result = PHOTO.parse(picture)
    result.putpixel((0, 0), (1, 2, 3))
    assert (picture.size, picture.mode, picture.info) == ((200, 100), mode, {"note": "mine"})
    assert picture.tobytes() == before


def test_the_callers_small_rgb_picture_is_copied() -> None:
    picture = Image.new("RGB", (10, 10))
    PHOTO.parse(picture).putpixel((0, 0), (1, 2, 3))
    assert picture.getpixel((0, 0)) == (0, 0, 0)


def test_the_callers_opened_jpeg_is_not_modified(lazy: Image.Image) -> None:
    assert PHOTO.parse(lazy).size == (64, 43)
    assert lazy.size == (600, 400)
    assert lazy.copy().size == (600, 400)


def test_a_picture_is_described_by_its_size() -> None:
    assert PHOTO.describe(parsed(NOISE)) == "Photo: 32 × 24 pixels, RGB"


# Pictures too large to hold


def blank_png(width: int, height: int) -> bytes:
    """A 1-bit PNG made row by row, a few kilobytes however large the picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    squeeze, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    body = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


TOO_MANY = "Photo may have 50,000,000 pixels; send a smaller picture."


@pytest.mark.parametrize("size", [(13_000, 13_000), (8_000, 6_251), (50_000_001, 1)])
def test_a_picture_over_the_limit_is_refused(size: tuple[int, int]) -> None:
    assert refusal(PHOTO, uri(blank_png(*size))) == TOO_MANY


def test_a_callers_picture_over_the_limit_is_refused_too() -> None:
    assert refusal(PHOTO, Image.new("1", (8_000, 6_251))) == TOO_MANY


@pytest.mark.parametrize("size", [(5_000, 4_000), (6_000, 5_000), (8_000, 6_250)])
def test_a_picture_up_to_the_limit_is_read_without_a_warning(size: tuple[int, int]) -> None:
    assert max(PHOTO.parse(uri(blank_png(*size))).size) == 64


MEASURE = """
import sys
from inference.errors import InputError
from inference.fields import ImageField

def peak():  # of this program alone, in KiB; ru_maxrss would count the parent's
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

value, before = sys.stdin.read(), peak()
try:
    ImageField(name="photo", label="Photo").parse(value)
except InputError as error:
    print(peak() - before, error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_picture_over_the_limit_is_refused_before_a_pixel_is_decoded() -> None:
    command = [sys.executable, "-c", MEASURE]
    value = uri(blank_png(13_000, 13_000))
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, input=value, capture_output=True, text=True, check=True, timeout=30)
    grown, message = done.stdout.strip().split(" ", 1)
    assert message == TOO_MANY
    assert int(grown) < 16 * 1024  # decoded, it would take 165 MiB


def test_every_kind_of_field_is_tested_here() -> None:
    declared = {
        next(f.default for f in dataclasses.fields(kind) if f.name == "kind") for kind in Field.__subclasses__()
    }
    assert declared == {field.kind for field in FIELDS}


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_reduced_photo_tells_the_size_it_came_in(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(buffer, "JPEG", exif=exif)
    field = ImageField(name="photo", label="Photo", max_side=100)
    found = field.parse("data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode())
    assert max(found.size) == 100
    assert field.describe(found) == f"Photo: {'900 × 600' if orientation == 1 else '600 × 900'} pixels, RGB"


def test_an_optional_number_may_be_left_empty_and_says_so() -> None:
    field = NumberField(name="a", label="Depth", limits=(0, 9), optional=True)
    for empty in (None, ""):
        assert math.isnan(field.parse(empty))
    assert list(field.warnings(math.nan)) == ["Depth is not known: the answer goes by the rest."]
    assert field.describe(math.nan) == "Depth not known"
    with pytest.raises(InputError, match="Depth must be a number"):
        field.parse("nan")


# Labels


def test_labels_keep_their_order_and_lose_their_spaces() -> None:
    assert LABELS.parse([" tax   law ", "sport", ""]) == ("tax law", "sport")
    assert LABELS.parse(("a", "b", "c")) == ("a", "b", "c")


def test_a_text_is_taken_apart_into_labels() -> None:
    assert LABELS.parse("sport, tax law;\ncooking") == ("sport", "tax law", "cooking")


def test_labels_are_described_by_their_names() -> None:
    assert LABELS.describe(("sport", "tax law")) == "Labels: sport, tax law"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Labels is missing: name at least 2."),
        ("", "Labels is missing: name at least 2."),
        ({"no": "value"}, "Labels must be a list of texts, got {'no': 'value'}."),
        (["a", 1], "Labels must be a list of texts, got 1 in it."),
        (["a", "b", "c", "d"], "Labels may have 2 to 3 entries, got 4."),
        (["Oil", "oil"], "Labels has 'oil' 2 times; once is enough."),
        (["a", "x" * 13], "An entry of Labels may have 12 characters, got 13."),
    ],
)
def test_what_are_no_labels_is_refused(value: Any, said: str) -> None:
    assert refusal(LABELS, value) == said

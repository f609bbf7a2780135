"""What arrives → what happens: every bad input through the real endpoints, in Python and over REST.

Each row says what is sent, the status, and words of the answer: of the error, or of a warning beside the prediction.
"""

import base64
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image, ImageDraw, ImageFilter
from starlette.testclient import TestClient

from explain.figures import draw
from explain.streams import STREAMS
from inference import models
from inference.errors import SeeWhyError
from inference.panels import answer as panel
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints, report
from inference.types import Answer

Asked = tuple[int, dict[str, Any]]
OURS = ("mobilenet-v2", "sentiment", "ames-house-prices", "movies", "new-york-weather", "any-series", "highway")


@pytest.fixture(scope="module")
def endpoints(tiny_chat: Path) -> Endpoints:
    return Endpoints(Catalogue({name: models.find()[name] for name in OURS} | {"tiny-chat": tiny_chat}), STREAMS)


@pytest.fixture(scope="module")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


@pytest.fixture
def ask(endpoints: Endpoints, client: TestClient) -> Callable[[str, Any], Asked]:
    """(status, answer) of a prediction; that Python and REST agree is part of every test."""

    def ask(model: str, inputs: Any) -> Asked:
        body = json.dumps({"model": model, "inputs": inputs}).encode()
        response = client.post("/predict", content=body, headers={"content-type": "application/json"})
        status, found = response.status_code, response.json()
        assert "Traceback" not in response.text
        assert str(ROOT) not in response.text
        try:
            direct = endpoints.predict(model, inputs)
            assert (status, found["prediction"], found["warnings"]) == (200, direct["prediction"], direct["warnings"])
        except SeeWhyError as error:
            assert (status, found["detail"]) == (report(error).status, str(error))
        return status, found

    return ask


# Pictures


def uri(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photo() -> Image.Image:
    return Image.open(models.find()["mobilenet-v2"] / "examples" / "coffee.jpg").convert("RGB")


def bomb(side: int = 13_000) -> bytes:
    """A PNG of side × side black pixels in less than 200 KB."""
    packer, rows = zlib.compressobj(9), bytes(100 * (1 + side))
    packed = b"".join(packer.compress(rows) for _ in range(side // 100)) + packer.flush()
    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in parts
    )


def transparent(picture: Image.Image) -> Image.Image:
    """The picture, all of it to be seen."""
    picture.putalpha(255)
    return picture


def deep(picture: Image.Image) -> Image.Image:
    """16 bits of grey."""
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


def animated(kind: str) -> bytes:
    frames = [photo(), Image.new("RGB", photo().size, "red")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def turned() -> bytes:
    """Stored lying on its side, with an EXIF mark that says how to hold it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(photo().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


def noise(side: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))


def drawing() -> Image.Image:
    picture = Image.new("RGB", (400, 300), "navy")
    ImageDraw.Draw(picture).rectangle((50, 50, 250, 200), fill="gold", outline="black", width=4)
    return picture


JPEG = saved(photo(), "JPEG")

REFUSED_PICTURES = {
    "none": (None, "Photo is missing: choose a picture."),
    "an empty text": ("", "Photo is missing"),
    "a truncated JPEG": (uri(JPEG[: len(JPEG) // 2]), "could not be read: send a whole JPEG, PNG, WebP or GIF"),
    "a truncated PNG": (uri(saved(photo(), "PNG")[:5_000]), "could not be read"),
    "an empty file": (uri(b""), "could not be read"),
    "a text": (uri(b"I am a picture, believe me."), "could not be read"),
    "an SVG": (uri(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), "could not be read"),
    "a PDF": (uri(b"%PDF-1.4\n"), "could not be read"),
    "13,000 × 13,000 pixels": (uri(bomb()), "may have 50,000,000 pixels; send a smaller picture"),
    "an address": ("https://example.com/cat.jpg", "must be a picture file or a data URI"),
    "a path": ("/etc/passwd", "must be a picture file or a data URI"),
    "damaged base64": ("data:image/png;base64,???", "base64 is damaged"),
    "a number": (7, "must be a picture file or a data URI"),
}


@pytest.mark.parametrize(("sent", "said"), REFUSED_PICTURES.values(), ids=REFUSED_PICTURES)
def test_what_is_no_picture_gets_a_message(ask: Callable[[str, Any], Asked], sent: Any, said: str) -> None:
    status, found = ask("mobilenet-v2", {"image": sent})
    assert (status, said in found["detail"]) == (422, True), found
    assert len(found["detail"]) < 200


CONVERTED = {
    "an animated GIF: its first frame": uri(animated("GIF")),
    "an animated WebP: its first frame": uri(animated("WEBP")),
    "a PNG of 16 bits": uri(saved(deep(photo()), "PNG")),
    "a CMYK JPEG": uri(saved(photo().convert("CMYK"), "JPEG")),
    "a PNG with alpha": uri(saved(transparent(photo()), "PNG")),
    "a greyscale JPEG": uri(saved(photo().convert("L"), "JPEG")),
    "a palette": uri(saved(photo().quantize(), "PNG")),
    "a JPEG turned by EXIF": uri(turned()),
    "a JPEG called PNG": uri(JPEG, "png"),
}


@pytest.mark.parametrize("sent", CONVERTED.values(), ids=CONVERTED)
def test_an_unusual_picture_is_converted_and_recognised_as_before(ask: Callable[[str, Any], Asked], sent: str) -> None:
    status, found = ask("mobilenet-v2", {"image": sent})
    assert (status, found["prediction"]["items"][0]["id"]) == (200, "espresso")


WARNED_PICTURES = {
    "a sound photo": (photo(), None),
    "blank": (Image.new("RGB", (300, 300), "teal"), "nearly one colour"),
    "tiny": (photo().resize((40, 20)), "only 40 × 20 pixels"),
    "smaller than the model's input": (photo().resize((150, 100)), "150 × 100 pixels and the model reads 224 × 224"),
    "dark": (photo().point(lambda v: v // 6), "very dark"),
    "overexposed": (photo().point(lambda v: min(255, v * 12)), "plain white: overexposed"),
    "blurred": (photo().filter(ImageFilter.GaussianBlur(6)), "looks blurred"),
    "noise": (noise(300), "looks like noise"),
    "drawn": (drawing(), "flat and of few colours"),
    "unlike any label": (noise(300), "The model is unsure: its first label has only"),
}


@pytest.mark.parametrize(("picture", "said"), WARNED_PICTURES.values(), ids=WARNED_PICTURES)
def test_a_picture_unlike_the_data_is_answered_with_a_warning(
    ask: Callable[[str, Any], Asked], picture: Image.Image, said: str | None
) -> None:
    status, found = ask("mobilenet-v2", {"image": uri(saved(picture, "PNG"))})
    assert status == 200
    if said is None:
        assert found["warnings"] == []
    else:
        assert any(said in warning for warning in found["warnings"]), found["warnings"]


PEAK = """
import json, resource, sys
from starlette.testclient import TestClient
from explain.streams import STREAMS
from inference import models
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

sys.path.insert(0, "tests")
from test_bad_input import JPEG, bomb, uri

catalogue = Catalogue({"mobilenet-v2": models.find()["mobilenet-v2"]})
client = TestClient(rest(Endpoints(catalogue, STREAMS)), base_url="http://testserver/api/v1")
peaks, statuses = [], []
for sent in (uri(JPEG), uri(bomb()), uri(bomb())):
    body = {"model": "mobilenet-v2", "inputs": {"image": sent}}
    statuses.append(client.post("/predict", json=body).status_code)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps([statuses, peaks]))
"""


def test_a_picture_of_169_million_pixels_takes_no_memory() -> None:
    run = [sys.executable, "-W", "ignore", "-c", PEAK]
    found = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    statuses, (before, *after) = json.loads(found.stdout.splitlines()[-1])
    assert statuses == [200, 422, 422]
    assert max(after) - before < 60  # MB; decoded, it would take 169 as grey and 507 as RGB


# Texts

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)> & a lovely film"
ARABIC = "كان الفيلم طويلا جدا لكن الممثلين أقنعوني."

REFUSED_TEXTS = {
    "nothing": ("", "Text is missing: write a few words."),
    "null": (None, "Text is missing"),
    "white space": (" \n\t\u00a0", "Text is missing"),
    "control characters alone": ("\x00\x07\x1b", "Text is missing"),
    "zero-width characters alone": ("\u200b\u2060\ufeff", "Text is missing"),
    "200,000 characters": ("word " * 40_000, "Text may have 5,000 characters, got 200,000; shorten it."),
    "half a character": ("good \ud83d film", "half a character"),
    "a list": (["good"], "Text must be a text, got list."),
}


@pytest.mark.parametrize(("sent", "said"), REFUSED_TEXTS.values(), ids=REFUSED_TEXTS)
def test_what_is_no_text_gets_a_message(ask: Callable[[str, Any], Asked], sent: Any, said: str) -> None:
    status, found = ask("sentiment", {"text": sent})
    assert (status, said in found["detail"]) == (422, True), found


ANSWERED_TEXTS = {
    "a plain review": ("A warm, witty film with a slow start.", None),
    "control characters": ("\x00\x07 a \x1b[31mgood\x7f film", None),
    "a right-to-left override": ("a \u202egood\u202c film", None),
    "HTML and scripts": (SCRIPT, None),
    "more than the model reads": ("word " * 1_000, "1,002 tokens and the model reads 512: the rest was cut off"),
    "right to left, another language": (ARABIC, "another language, or noise?"),
    "German": ("Der Film war viel zu lang, aber die Schauspieler haben mich überzeugt.", "another language"),
    "keys hit at random": ("asdf jkl qwertz uiop ghj fgh", "another language, or noise?"),
    "emoji": ("A lovely film 😀👍🏽", "does not know 1 of the 4 pieces of the text, such as “😀👍🏽”"),
    "emoji alone": ("😀", "does not know 1 of the 1 pieces"),
}


@pytest.mark.parametrize(("sent", "said"), ANSWERED_TEXTS.values(), ids=ANSWERED_TEXTS)
def test_any_text_is_answered_and_what_is_unusual_is_said(
    ask: Callable[[str, Any], Asked], sent: str, said: str | None
) -> None:
    status, found = ask("sentiment", {"text": sent})
    assert (status, found["prediction"]["items"][0]["score"] >= 0.5) == (200, True)
    if said is None:
        assert found["warnings"] == []
    else:
        assert any(said in warning for warning in found["warnings"]), found["warnings"]


def test_a_typed_mask_is_plain_text(endpoints: Endpoints) -> None:
    task = endpoints.catalogue.task("sentiment")
    ids = task.encode([task.parse({"text": "a [MASK] film [SEP]"})])["input_ids"][0].tolist()
    special = task.pipeline.tokenizer.all_special_ids
    assert [i for i in ids if i in special] == [ids[0], ids[-1]]  # the two that frame every text


def test_a_prompt_that_leaves_no_room_for_the_reply_gets_a_message(ask: Callable[[str, Any], Asked]) -> None:
    status, found = ask("tiny-chat", {"prompt": "x " * 400})
    assert (status, "leaves no room for a reply: " in found["detail"]) == (422, True)


@pytest.mark.parametrize(("model", "field"), [("sentiment", "text"), ("tiny-chat", "prompt")])
def test_scripts_are_shown_escaped_wherever_a_text_is_shown(endpoints: Endpoints, model: str, field: str) -> None:
    inputs = {field: SCRIPT + " 😀"}
    task = endpoints.catalogue.task(model)
    *_, found = endpoints.answers(model, inputs)
    assert isinstance(found, Answer)
    *_, explanation = endpoints.explanations(model, inputs, None, 32)
    figure = draw(explanation, task.parse(inputs))  # type: ignore[arg-type]
    shown = [panel.answer(found, task.demo), panel.path(found), figure.html, figure.table, panel.failure(SCRIPT)]
    shown += [panel.writing(SCRIPT)]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html
    assert "&lt;" in figure.html
    assert "&lt;script&gt;" in panel.failure(SCRIPT)


def test_a_script_that_a_warning_quotes_is_escaped(endpoints: Endpoints) -> None:
    *_, found = endpoints.answers("sentiment", {"text": "fine 😀"})
    assert isinstance(found, Answer)
    quoting = Answer(**{**vars(found), "warnings": (SCRIPT,)})
    html = panel.answer(quoting, endpoints.catalogue.about("sentiment"))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html


# Rows of a table

HOUSE = models.find()["ames-house-prices"]

BAD_NUMBERS = {
    "missing": (None, "Living area is missing: enter a number between 200 and 6,000 ft²."),
    "empty": ("", "Living area is missing"),
    "a word": ("large", "Living area must be a number between 200 and 6,000 ft², got 'large'."),
    "NaN as a text": ("NaN", "must be a number between 200 and 6,000 ft², got 'NaN'."),
    "NaN": (float("nan"), "must be a number between 200 and 6,000 ft², got nan."),
    "infinite": (float("inf"), "must be a number between 200 and 6,000 ft², got inf."),
    "minus infinity as a text": ("-inf", "got '-inf'."),
    "too large a number to hold": ("1e400", "got '1e400'."),
    "above the limits": (6_001, "Living area must lie between 200 and 6,000 ft², got 6001"),
    "below the limits": (-1, "must lie between 200 and 6,000 ft², got -1"),
    "a truth value": (True, "must be a number between 200 and 6,000 ft², got True."),
    "a list": ([1_000], "must be a number between 200 and 6,000 ft², got [1000]."),
}


@pytest.fixture(scope="module")
def house(endpoints: Endpoints) -> dict[str, Any]:
    return dict(endpoints.catalogue.about("ames-house-prices").examples[0].inputs)


@pytest.mark.parametrize(("sent", "said"), BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_an_unfit_number_is_refused_with_its_field_its_range_and_what_arrived(
    ask: Callable[[str, Any], Asked], house: dict[str, Any], sent: Any, said: str
) -> None:
    status, found = ask("ames-house-prices", {**house, "Gr_Liv_Area": sent})
    assert (status, said in found["detail"]) == (422, True), found


def test_a_number_outside_the_training_data_is_answered_with_a_warning(
    ask: Callable[[str, Any], Asked], house: dict[str, Any]
) -> None:
    status, found = ask("ames-house-prices", {**house, "Gr_Liv_Area": 6_000})
    assert status == 200
    assert any("Living area 6,000 ft² lies outside the training data" in warning for warning in found["warnings"])


def test_an_unknown_category_is_refused_with_the_choices_or_warned_of(
    ask: Callable[[str, Any], Asked], house: dict[str, Any], endpoints: Endpoints
) -> None:
    field = next(f for f in endpoints.catalogue.about("ames-house-prices").fields if f.name == "Neighborhood")
    status, found = ask("ames-house-prices", {**house, "Neighborhood": "Atlantis"})
    if getattr(field, "unseen", False):
        assert (status, "'Atlantis' does not occur in the training data" in str(found["warnings"])) == (200, True)
    else:
        assert (status, "'Atlantis'; available are" in found["detail"]) == (422, True)


# Series

DAYS = models.ASSETS / "models" / "new-york-weather" / "demo.json"
BAD_SERIES = {
    "no text": (7, "got int"),
    "nothing but a header": ("date,temperature", "no row of numbers"),
    "a word for a number": (("10.9", "cold"), "enter a number, got 'cold'"),
    "no number": (("10.9", "NaN"), "enter a number, got 'NaN'"),
    "a missing day": (("2013-11-03", "2013-11-04"), "2013-11-03 is missing"),
    "a day twice": (("2013-11-03", "2013-11-02"), "comes twice"),
    "an impossible day": (("2013-11-03", "2013-11-31"), "must be written as 2013-01-31"),
    "another header": (("late_dew_point", "wetness"), "lacks the column late_dew_point"),
    "an impossible number": (("10.9", "400"), "must lie between -40 and 50 °C"),
    "a cut line": (("10.9,", ""), "cells where the first line has"),
}


@pytest.mark.parametrize(("bad", "said"), BAD_SERIES.values(), ids=BAD_SERIES)
def test_a_series_that_cannot_be_read_is_refused_with_the_place(
    ask: Callable[[str, Any], Asked], bad: Any, said: str
) -> None:
    good = json.loads(DAYS.read_text(encoding="utf-8"))["examples"][0]["inputs"]["days"].replace("11.0,", "10.9,", 1)
    status, found = ask("new-york-weather", {"days": good.replace(*bad, 1) if isinstance(bad, tuple) else bad})
    assert (status, said in found["detail"], "The last seven days" in found["detail"]) == (422, True, True), found


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e12, -5.0])
def test_a_series_that_never_moves_is_answered(ask: Callable[[str, Any], Asked], value: float) -> None:
    status, found = ask("any-series", {"series": [value] * 60})
    assert (status, found["prediction"]["items"][0]["score"]) == (200, pytest.approx(value, rel=1e-5))


def test_a_series_that_is_too_long_is_cut_and_that_is_said(ask: Callable[[str, Any], Asked]) -> None:
    status, found = ask("any-series", {"series": list(range(5_000))})
    assert status == 200
    assert "Your series has 5,000 steps: the model reads the last 90." in found["warnings"]


# Calls

EXPLAIN, PREDICT = "/explain", "/predict"
TEXT = {"text": "A warm film."}
BAD_CALLS = {
    "an unknown model": (PREDICT, {"model": "nonsense", "inputs": TEXT}, 404, "available are"),
    "a path as the model": (PREDICT, {"model": "../../etc", "inputs": TEXT}, 404, "available are"),
    "a task, which is not asked for": (PREDICT, {"model": "sentiment", "task": "x", "inputs": TEXT}, 422, "task"),
    "an unknown target": (
        EXPLAIN,
        {"model": "sentiment", "inputs": TEXT, "target": "angry"},
        422,
        "negative, positive",
    ),
    "a target of another kind": (
        EXPLAIN,
        {"model": "tiny-chat", "inputs": {"prompt": "a"}, "target": "x"},
        422,
        "text",
    ),
    "an extra field": (PREDICT, {"model": "sentiment", "inputs": {**TEXT, "more": 1}}, 422, "available are text"),
    "a missing field": (PREDICT, {"model": "sentiment", "inputs": {}}, 422, "Text is missing"),
    "no inputs": (PREDICT, {"model": "sentiment"}, 422, "inputs: Field required"),
    "an extra key": (PREDICT, {"model": "sentiment", "inputs": TEXT, "more": 1}, 422, "more"),
    "inputs that are no object": (PREDICT, {"model": "sentiment", "inputs": [1]}, 422, "inputs"),
    "an unknown movie": (PREDICT, {"model": "movies", "inputs": {"history": ["Star Wras"]}}, 422, "the nearest are"),
    "a lane that is not there": (
        PREDICT,
        {"model": "highway", "inputs": {"scene": {"lane": 7, "speed": 90}}},
        422,
        "the road has 3 lanes",
    ),
    "a road that is a list": (PREDICT, {"model": "highway", "inputs": {"scene": [1]}}, 422, "must be an object"),
    "no movie": (PREDICT, {"model": "movies", "inputs": {"history": []}}, 422, "choose at least one"),
    "too many evaluations": (EXPLAIN, {"model": "sentiment", "inputs": TEXT, "evaluations": 10**9}, 422, "16,384"),
}


@pytest.mark.parametrize(("path", "body", "status", "said"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_call_that_cannot_be_meant_is_refused_with_the_choices(
    client: TestClient, path: str, body: Any, status: int, said: str
) -> None:
    response = client.post(path, json=body)
    assert (response.status_code, said in response.json()["detail"]) == (status, True), response.text
    assert "Traceback" not in response.text
    assert str(ROOT) not in response.text

"""The tiles of the first page: safe, each with a picture and an address, in a settled order."""

import base64
import io
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from inference import demo, models
from inference.demo import Demo
from inference.fields import (
    AudioField,
    CategoryField,
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
from inference.panels import form, landing

EVIL = "<script>alert(1)</script>\"'&"
FIRST: dict[str, Any] = {
    "image": ImageField(name="f", label="F"),
    "audio": AudioField(name="f", label="F"),
    "text": TextField(name="f", label="F"),
    "messages": MessagesField(name="f", label="F"),
    "category": CategoryField(name="f", label="F", choices=("a",)),
    "number": NumberField(name="f", label="F"),
    "history": HistoryField(name="f", label="F", items={"1": "One"}),
    "labels": LabelsField(name="f", label="F"),
    "scene": SceneField(name="f", label="F"),
    "series": SeriesField(name="f", label="F", columns=(SeriesColumn(name="c", label="C"),), length=3),
}


def about(kind: str = "text", **more: Any) -> Demo:
    return Demo(**{"task": "t", "title": "T", "summary": "S", "fields": (FIRST[kind],), **more})


def shown(uri: str) -> tuple[str, bytes]:
    """The media type and content of a data URI."""
    head, _, body = uri.partition(";base64,")
    return head.removeprefix("data:"), base64.b64decode(body)


def test_titles_sentences_and_names_are_no_markup(tmp_path: Path) -> None:
    html = landing.tile(EVIL, about(title=EVIL, summary=EVIL), tmp_path)
    assert "<script" not in html
    assert unescape(html).count(EVIL) == 3  # model, title, sentence
    assert "<script" not in landing.heading(EVIL)
    attributes = re.findall(r' ([\w-]+)="[^"]*"', html)
    assert attributes == ["class", "href", "data-model", "src", "alt", "loading"]


def test_a_tile_is_a_link_with_an_address_of_its_own(tmp_path: Path) -> None:
    html = landing.tiles({"first": about(), "second": about()}, {"first": tmp_path, "second": tmp_path})
    assert re.findall(r'<a class="tile" href="(.*?)" data-model="(.*?)">', html) == [
        ("?model=first", "first"),
        ("?model=second", "second"),
    ]
    assert html.startswith('<nav class="models" aria-label="Models">')


@pytest.mark.parametrize("name", ["R&D", "50% off", "a+b", "c#d", "ü?x=1"])
def test_an_address_names_its_model_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (href,) = re.findall(r'href="(.*?)"', landing.tile(name, about(), tmp_path))
    assert parse_qs(urlsplit(unescape(href)).query) == {"model": [name]}


def test_the_way_back_leads_to_no_model() -> None:
    assert '<a href="?" data-model="" class="back">All models</a>' in landing.heading("Title")


def test_models_stand_under_what_they_take_first(tmp_path: Path) -> None:
    demos = {kind: about(kind) for kind in reversed(landing.GROUPS)}
    html = landing.tiles(demos, dict.fromkeys(demos, tmp_path))
    found = dict(re.findall(r'<h2>(.*?)</h2><div class="tiles">(.*?)</div>', html))
    assert list(found) == list(dict.fromkeys(landing.GROUPS.values()))
    for kind, title in landing.GROUPS.items():
        assert f'data-model="{kind}"' in found[title]


def test_models_of_one_group_need_no_heading(tmp_path: Path) -> None:
    html = landing.tiles({"a": about("number"), "b": about("category")}, {"a": tmp_path, "b": tmp_path})
    assert "Tables" not in html and "<h2></h2>" in html


def test_models_of_one_kind_keep_their_order(tmp_path: Path) -> None:
    demos = {name: about("text") for name in ("b", "a", "c")}
    assert re.findall(r'data-model="(.*?)"', landing.tiles(demos, dict.fromkeys(demos, tmp_path))) == ["b", "a", "c"]


@pytest.mark.parametrize("kind", form.WIDGETS)
def test_a_model_without_a_picture_gets_that_of_its_first_fields_kind(tmp_path: Path, kind: str) -> None:
    assert kind in landing.GROUPS
    for missing in (None, "nothing.png"):
        media, content = shown(landing.picture(tmp_path, about(kind, picture=missing)))
        assert media == "image/svg+xml"
        assert content == (models.ASSETS / "pictures" / f"{kind}.svg").read_bytes()


def test_a_picture_of_ones_own_is_made_small(tmp_path: Path) -> None:
    Image.new("RGBA", (1200, 900), (200, 10, 10, 128)).save(tmp_path / "own.png")
    media, content = shown(landing.picture(tmp_path, about(picture="own.png")))
    assert media == "image/jpeg"
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (400, 300)


def test_a_script_in_an_svg_cannot_run_because_it_is_an_image(tmp_path: Path) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{EVIL}</svg>'
    (tmp_path / "own.svg").write_text(svg)
    html = landing.tile("m", about(picture="own.svg"), tmp_path)
    assert "<script" not in html and "<svg" not in html
    source = re.findall(r'<img src="(.*?)"', html)
    assert [shown(each) for each in source] == [("image/svg+xml", svg.encode())]


def test_a_picture_outside_the_folder_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg>secret</svg>")
    (tmp_path / "m").mkdir()
    _, content = shown(landing.picture(tmp_path / "m", about(picture="../secret.svg")))
    assert b"secret" not in content


@pytest.mark.parametrize("name", models.find())
def test_every_model_of_ours_has_a_picture_of_its_own(name: str) -> None:
    folder = models.find()[name]
    own = demo.read(folder)
    assert own.picture
    fallback = (models.ASSETS / "pictures" / f"{own.inputs[0].kind}.svg").read_bytes()
    media, content = shown(landing.picture(folder, own))
    assert content != fallback
    assert media in ("image/svg+xml", "image/jpeg")
    assert len(content) < 60_000  # the first page stays light

"""What a visitor does, in Chromium: pick an example, give one's own input, read the answer.

No request may leave the machine, and the console must stay free of errors.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from visiting import (
    ABOUTS,
    CHAT,
    EXPLAINED,
    HISTORY,
    PHONE,
    PHOTO,
    ROW,
    SCHEMES,
    TEXT,
    Visit,
    assert_no_sideways_scrolling,
    choose,
    example,
    faded,
    predict,
    read,
)

from inference import models

pytestmark = pytest.mark.browser
NASTY = "{{value}} ${1+1} <img src=x onerror=alert(1)> </script> <b>warm</b> &amp; film"


# Each modality, on each screen, in both schemes


ASKED: list[tuple[str, int, list[str]]] = [
    (PHOTO, 0, ["Egyptian Mau", "Tag the photo", "region", "resized from"]),
    (TEXT, 0, ["positive", "Share the praise", "spoke for", "tokens"]),
    (ROW, 1, ["$", "Living area =", "lowers it", "Sale price"]),
    (HISTORY, 0, ["Star Wars", "first of the suggestions", "spoke for", "the best 10"]),
]


@pytest.mark.parametrize(("model", "number", "parts"), ASKED, ids=[name for name, *_ in ASKED])
def test_an_example_of_each_modality(visit: Visit, model: str, number: int, parts: list[str]) -> None:
    page = visit.page
    choose(page, model)
    example(page, number).click()
    shown = " ".join(read(page))
    for part in parts:
        assert part in shown
    assert page.locator("figure.regions img").count() == (2 if model == PHOTO else 0)
    assert page.locator(".path img.sight").count() == (1 if model == PHOTO else 0)
    assert page.locator(".path .tokens code").count() > 0 or model != TEXT
    if page.viewport_size == PHONE["viewport"]:
        expect(page.locator("#answer .headline")).to_be_in_viewport()  # the page went there
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body.dark")).to_have_count(int(scheme == "dark"))
        faded(page)
        for part in ("body", "#answer .card", "#why .card"):
            assert (brightness(page, part, "backgroundColor") < 0.25) == (scheme == "dark"), part
            assert (brightness(page, part, "color") > 0.75) == (scheme == "dark"), part
        assert_no_sideways_scrolling(page)


def brightness(page: Page, selector: str, of: str) -> float:
    """How bright a colour of an element is, from 0 to 1."""
    colour = page.locator(selector).first.evaluate(f"(element) => getComputedStyle(element).{of}")
    red, green, blue = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return (red + green + blue) / 765


# One's own input


def test_a_photo_of_ones_own(visit: Visit) -> None:
    choose(visit.page, PHOTO)
    own = models.find()[PHOTO] / "examples" / "coffee.jpg"
    visit.page.locator("input[type=file]").set_input_files(own)  # its upload asks at once
    expect(visit.page.locator("#answer .headline")).to_contain_text("espresso", timeout=EXPLAINED)


def test_a_photo_is_looked_at_another_way(page: Page) -> None:
    choose(page, "cat-or-dog")
    page.get_by_role("button", name=ABOUTS["cat-or-dog"].examples[0].title).click()
    prediction, why, _ = read(page)
    assert "cat" in prediction and "other" in prediction
    assert "region" in why


def test_whatever_is_typed_is_shown_as_it_was_typed(visit: Visit) -> None:
    choose(visit.page, TEXT)
    visit.page.get_by_role("textbox", name="Text").fill(NASTY)
    predict(visit.page)
    read(visit.page)
    assert visit.page.locator("#why .words").inner_text() == NASTY
    assert visit.page.locator(".words b, .words img, #why script").count() == 0
    told = visit.page.locator("#why .effects .name").all_inner_texts()
    names = [name.removesuffix("\xa0✓") for name in told]  # the mark of a settled place
    assert "{{value}}" in names and "${1+1}" in names
    visit.page.get_by_text("Ask the same from a program").click()
    for code in visit.page.locator(".take code").all():
        assert "<img src=x onerror=alert(1)> </script>" in code.inner_text()
    visit.page.get_by_text("As a table").click()
    assert "{{value}}" in visit.page.locator("#why table").inner_text()
    kept = json.loads(visit.page.locator("#why [data-case]").get_attribute("data-json") or "")
    assert " ".join(feature["label"] for feature in kept["features"]) == " ".join(NASTY.split())
    assert visit.page.locator("img[onerror]").count() == 0


def test_a_written_reply_shows_whatever_was_asked(page: Page) -> None:
    choose(page, CHAT)
    page.get_by_role("textbox", name="Prompt").fill(NASTY)
    predict(page)
    read(page)
    expect(page.locator("#why .words")).to_have_text(NASTY)
    assert page.locator("img[onerror], .card b.warm, .reply img").count() == 0


def test_a_history_and_a_text_that_is_written(visit: Visit) -> None:
    choose(visit.page, HISTORY)
    visit.page.get_by_text("Space and the future").click()
    read(visit.page)
    visit.page.get_by_text("How far can you trust this?").click()
    expect(visit.page.get_by_text("closed form")).to_be_visible()
    choose(visit.page, CHAT)
    visit.page.get_by_role("textbox", name="Prompt").fill("The sea in winter")
    predict(visit.page)
    _, why, path = read(visit.page)
    assert "winter" in why
    assert "log-probability" in path

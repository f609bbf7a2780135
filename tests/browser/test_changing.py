"""Mistakes, and changing one's mind, in Chromium."""

import io
import secrets
import tempfile
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect
from visiting import (
    ABOUTS,
    CHAT,
    EXPLAINED,
    HISTORY,
    PHOTO,
    ROW,
    TEXT,
    Visit,
    choose,
    example,
    predict,
    read,
    settled,
)

from inference import models

pytestmark = pytest.mark.browser
LONG = "The sea in winter is grey and loud and why do leaves turn red in autumn. " * 4
"""A prompt whose reply takes a while to explain."""


def test_a_mistake_is_explained_and_can_be_mended(visit: Visit) -> None:
    choose(visit.page, ROW)
    example(visit.page, 1).click()
    settled(visit.page)
    area = visit.page.get_by_role("spinbutton", name="Living area (ft²)")
    area.fill("9000")  # leaving the box, its slider would take it back to 6000
    expect(visit.page.get_by_role("alert")).to_contain_text("Living area must lie between 200 and 6,000 ft², got 9000")
    expect(visit.page.get_by_role("alert")).to_have_count(1)
    for part in ("#why", "#path"):
        expect(visit.page.locator(f"{part} .card")).to_have_count(0)
    area.fill("1500")
    read(visit.page)
    assert visit.page.get_by_role("alert").count() == 0


def test_a_damaged_picture_gets_our_own_message(page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((models.find()[PHOTO] / "examples" / "cat.jpg").read_bytes()[:2000])
    choose(page, PHOTO)
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("could not be read", timeout=EXPLAINED)


def test_where_a_photo_was_taken_is_forgotten_as_soon_as_it_is_chosen(visit: Visit, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Leica of Mr Smith"
    own = tmp_path / f"{secrets.token_hex(8)}.jpg"
    with Image.open(models.find()["mobilenet-v2"] / "examples" / "coffee.jpg") as photo:
        photo.save(own, exif=exif)
    choose(visit.page, PHOTO)
    visit.page.locator("input[type=file]").set_input_files(own)
    for _ in range(100):
        kept = list(Path(tempfile.gettempdir()).glob(f"seewhy-*/gradio/*/{own.name}"))
        if kept and not any(b"Leica" in path.read_bytes() for path in kept):
            return
        visit.page.wait_for_timeout(100)
    pytest.fail(f"the photo's metadata stay in {len(kept)} files")


def own_photo(page: Page) -> None:
    """Give the model of photos one that is none of its examples, so that nothing is known of it, and ask."""
    file = io.BytesIO()
    with Image.open(models.find()[PHOTO] / "examples" / "cat.jpg") as photo:
        ImageOps.mirror(photo).save(file, "JPEG")
    page.locator("input[type=file]").set_input_files(
        {"name": "own.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    )
    predict(page)


def test_the_explanation_of_an_example_is_there_at_once_and_says_that_it_was_known(visit: Visit) -> None:
    choose(visit.page, PHOTO)
    visit.page.evaluate(
        "window.busy = false; new MutationObserver(() => { window.busy ||= !!document.querySelector('#why progress') })"
        ".observe(document.body, {childList: true, subtree: true})"
    )
    example(visit.page).click()
    _, why, _ = read(visit.page)
    assert "Known already" in why
    assert visit.page.evaluate("window.busy") is False  # nothing was sharpened
    visit.page.get_by_role("button", name="Test it: hide the strongest parts").click()
    check = visit.page.get_by_role("region", name="Check")
    expect(check).to_contain_text("Tested", timeout=EXPLAINED)
    visit.page.locator("#answer [data-target]").nth(1).click()  # of another label, nothing is known
    expect(visit.page.locator("#why progress")).to_be_visible(timeout=EXPLAINED)


def test_stop_ends_the_sharpening_and_keeps_the_figure(visit: Visit) -> None:
    choose(visit.page, PHOTO)
    expect(visit.page.get_by_role("button", name="Stop")).to_be_hidden()  # nothing runs yet
    own_photo(visit.page)
    why = visit.page.get_by_role("region", name="Explanation")
    expect(why.locator("progress")).to_be_visible(timeout=EXPLAINED)
    visit.page.get_by_role("button", name="Stop").click()
    visit.page.wait_for_timeout(1500)
    expect(why.locator("progress")).to_have_count(0)
    expect(why.locator(".progress")).to_contain_text("stopped")
    stopped = why.inner_text()
    visit.page.wait_for_timeout(2000)
    assert why.inner_text() == stopped
    assert why.locator(".effects li").count() > 5


def test_a_new_text_ends_the_explanation_of_a_reply(page: Page) -> None:
    choose(page, CHAT)
    box = page.get_by_role("textbox", name="Prompt")
    box.fill(LONG)
    predict(page)
    expect(page.locator("#why .card")).to_be_visible(timeout=EXPLAINED)
    box.press_sequentially("!")
    expect(page.locator("#why progress")).to_have_count(0, timeout=EXPLAINED)  # it finishes, or says that it ended


def test_another_model_starts_with_a_clean_page(visit: Visit) -> None:
    choose(visit.page, PHOTO)
    own_photo(visit.page)
    expect(visit.page.get_by_role("region", name="Prediction")).to_be_visible(timeout=EXPLAINED)
    choose(visit.page, TEXT)
    visit.page.wait_for_timeout(3000)  # what still ran for the photo must not write into this page
    expect(visit.page.locator("#answer .empty")).to_be_visible()
    for part in ("#why", "#path", "#take"):
        expect(visit.page.locator(f"{part} .card")).to_have_count(0)


def test_another_example_is_answered_while_one_is_explained(visit: Visit) -> None:
    choose(visit.page, PHOTO)
    own_photo(visit.page)
    expect(visit.page.locator("#why progress")).to_be_visible(timeout=EXPLAINED)
    visit.page.get_by_role("button", name="Espresso").click()
    expect(visit.page.locator("#answer .headline")).to_contain_text("espresso", timeout=EXPLAINED)
    prediction, why, _ = read(visit.page)
    assert "espresso" in prediction
    assert "espresso" in why


def test_a_text_sent_by_keyboard_replaces_the_one_being_explained(page: Page) -> None:
    choose(page, CHAT)
    box = page.get_by_role("textbox", name="Prompt")
    box.fill(LONG)
    box.press("Shift+Enter")
    expect(page.locator("#why .card")).to_be_visible(timeout=EXPLAINED)
    box.fill("A warm film")
    box.press("Shift+Enter")
    expect(page.locator("#why .words")).to_have_text("A warm film", timeout=EXPLAINED)
    settled(page)
    page.wait_for_timeout(1500)  # nothing of the first may come between
    expect(page.locator("#why .words")).to_have_text("A warm film")
    expect(page.locator("#why progress")).to_have_count(0)


def test_going_through_all_models_leaves_nothing_behind(visit: Visit) -> None:
    first = {HISTORY: "Space and the future", TEXT: "Film: plain praise", ROW: "A typical house", CHAT: "Text 0"}
    for model, title in first.items():
        choose(visit.page, model)
        if model in (TEXT, CHAT):
            expect(visit.page.locator(".fields textarea")).to_have_value("")
        visit.page.get_by_text(title, exact=True).click()
        expect(visit.page.get_by_role("region", name="Prediction")).to_be_visible(timeout=EXPLAINED)
    choose(visit.page, PHOTO)
    assert visit.page.locator(".fields img").count() == 0
    for _ in first:  # each was chosen from the first page
        visit.page.go_back()
        visit.page.go_back()
    expect(visit.page.get_by_role("heading", name=ABOUTS[HISTORY].title)).to_be_visible()


def test_every_value_is_in_the_table_too(page: Page) -> None:
    choose(page, TEXT)
    page.get_by_text("Film: plain praise").click()
    settled(page)
    page.get_by_text("As a table").click()
    text = ABOUTS[TEXT].examples[0].inputs["text"]
    expect(page.locator("#why table tbody tr")).to_have_count(len(text.split()))

"""What a visitor does, in Chromium: pick an example, give one's own photo, sentence or form, read the answer.

No request may leave the machine, and the console must stay free of errors.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gradio.utils import get_upload_folder
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from inference import demo, models

pytestmark = pytest.mark.browser

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
EXPLAINED = 60_000  # milliseconds that an explanation may take on a slow machine


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "the browser tests need Chromium; on Debian: apt-get install chromium"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    running = playwright.chromium.launch(executable_path=found, args=arguments)
    yield running
    running.close()


@dataclass
class Visit:
    """An open page with what it asked for and what it complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(**request.param)
    visit = Visit(context.new_page())
    local = (server, "data:", "blob:")
    visit.page.on("request", lambda r: None if r.url.startswith(local) else visit.outside.append(r.url))
    visit.page.on("console", lambda m: visit.complaints.append(m.text) if m.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.goto(server)
    yield visit
    context.close()
    assert visit.outside == []
    assert visit.complaints == []


def choose(page: Page, title: str) -> None:
    """Pick a model by its title."""
    page.get_by_role("radio", name=title).locator("..").click()


def read(page: Page) -> tuple[str, str, str]:
    """The texts of prediction, explanation and path, once the figure has finished sharpening."""
    why = page.get_by_role("region", name="Explanation")
    expect(why.locator(".effects li").first).to_be_visible(timeout=EXPLAINED)
    expect(why.locator("progress")).to_have_count(0, timeout=EXPLAINED)
    regions = [page.get_by_role("region", name=name) for name in ("Prediction", "Explanation", "Path of the input")]
    assert_no_sideways_scrolling(page)
    return tuple(region.inner_text() for region in regions)  # type: ignore[return-value]


def assert_no_sideways_scrolling(page: Page) -> None:
    """The page is no wider than the screen; `innerWidth` would grow with it on a phone."""
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_first_page_says_what_to_do(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="SeeWhy")).to_be_visible()
    expect(visit.page.get_by_text("Pick an example, or enter your own.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Predict and explain")).to_be_visible()
    assert_no_sideways_scrolling(visit.page)


def test_an_example_photo_then_ones_own(visit: Visit) -> None:
    choose(visit.page, "Everyday photos")
    visit.page.get_by_label("Try one of these").locator("button").first.or_(
        visit.page.locator(".gallery-item").first
    ).first.click()
    prediction, why, path = read(visit.page)
    assert "Egyptian Mau" in prediction
    assert "Tag the photo" in prediction
    assert "region" in why
    assert "pixel_values float32[1, 3, 224, 224]" in path
    assert visit.page.locator("figure.regions img").count() == 2
    visit.page.get_by_role("button", name=re.compile("Remove|Clear")).first.click()
    own = models.find()["mobilenet-v2"] / "examples" / "coffee.jpg"
    visit.page.locator("input[type=file]").set_input_files(own)
    visit.page.get_by_role("button", name="Predict and explain").click()
    expect(visit.page.locator("#answer .headline")).to_contain_text("espresso", timeout=EXPLAINED)


def test_a_sentence_of_ones_own(visit: Visit) -> None:
    choose(visit.page, "Praise or complaint")
    box = visit.page.get_by_role("textbox", name="Text")
    box.fill("A <b>wonderful</b>, warm film <script>alert(1)</script>")
    visit.page.get_by_role("button", name="Predict and explain").click()
    prediction, why, path = read(visit.page)
    assert "positive" in prediction
    assert "Share the praise" in prediction
    assert "<b>wonderful</b>," in why  # shown as typed, not as markup
    assert visit.page.locator(".words b, .words script").count() == 0
    assert "input_ids int64" in path


def test_a_row_changed_by_hand(visit: Visit) -> None:
    choose(visit.page, "House prices in Ames, Iowa")
    visit.page.get_by_text("A typical house").click()
    expect(visit.page.locator("#answer .headline")).to_be_in_viewport(timeout=EXPLAINED)
    before, why, path = read(visit.page)
    assert "$" in before
    assert "Living area" in why
    assert "numbers float32[1, 9]" in path
    area = visit.page.get_by_label("Living area (ft²)")
    area.fill("3000")
    visit.page.get_by_role("button", name="Predict and explain").click()
    expect(visit.page.locator("#why")).to_contain_text("Living area = 3,000 ft²", timeout=EXPLAINED)
    assert read(visit.page)[0] != before


def test_a_history_and_a_text_that_is_written(visit: Visit) -> None:
    choose(visit.page, "Movies you may like")
    visit.page.get_by_text("Space and the future").click()
    prediction, _, _ = read(visit.page)
    assert "Star Wars" in prediction
    visit.page.get_by_text("How exact is this?").click()
    expect(visit.page.get_by_text("closed form")).to_be_visible()
    choose(visit.page, "Tiny chat")
    visit.page.get_by_role("textbox", name="Prompt").fill("The sea in winter")
    visit.page.get_by_role("button", name="Predict and explain").click()
    _, why, path = read(visit.page)
    assert "winter" in why
    assert "log-probability" in path


def test_a_mistake_is_explained_and_can_be_mended(visit: Visit) -> None:
    choose(visit.page, "House prices in Ames, Iowa")
    area = visit.page.get_by_label("Living area (ft²)")
    area.fill("9000")
    visit.page.get_by_role("button", name="Predict and explain").click()
    expect(visit.page.get_by_role("alert")).to_contain_text(
        "Living area must lie between 200 and 6,000 ft², got 9000", timeout=EXPLAINED
    )
    area.fill("1500")
    visit.page.get_by_role("button", name="Predict and explain").click()
    read(visit.page)
    assert visit.page.get_by_role("alert").count() == 0


def test_a_damaged_picture_gets_our_own_message(visit: Visit, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((models.find()["mobilenet-v2"] / "examples" / "cat.jpg").read_bytes()[:2000])
    choose(visit.page, "Everyday photos")
    visit.page.locator("input[type=file]").set_input_files(broken)
    visit.page.get_by_role("button", name="Predict and explain").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("could not be read", timeout=EXPLAINED)


def test_where_a_photo_was_taken_is_forgotten_as_soon_as_it_is_chosen(visit: Visit, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Leica of Mr Smith"
    own = tmp_path / f"{secrets.token_hex(8)}.jpg"
    with Image.open(models.find()["mobilenet-v2"] / "examples" / "coffee.jpg") as photo:
        photo.save(own, exif=exif)
    choose(visit.page, "Everyday photos")
    visit.page.locator("input[type=file]").set_input_files(own)
    for _ in range(100):  # nothing has been predicted yet
        kept = list(Path(get_upload_folder()).rglob(own.name))
        if kept and not any(b"Leica" in path.read_bytes() for path in kept):
            return
        visit.page.wait_for_timeout(100)
    pytest.fail(f"the photo's metadata stay in {len(kept)} files")


def test_stop_ends_the_sharpening_and_keeps_the_figure(visit: Visit) -> None:
    choose(visit.page, "Everyday photos")
    visit.page.locator(".gallery-item").first.click()
    why = visit.page.get_by_role("region", name="Explanation")
    expect(why.locator("progress")).to_be_visible(timeout=EXPLAINED)
    visit.page.get_by_role("button", name="Stop").click()
    visit.page.wait_for_timeout(1500)
    expect(why.locator("progress")).to_have_count(0)
    expect(why.locator(".progress")).to_contain_text("stopped")
    stopped = why.inner_text()
    visit.page.wait_for_timeout(2500)
    assert why.inner_text() == stopped
    assert why.locator(".effects li").count() > 5


def test_another_model_starts_with_a_clean_page(visit: Visit) -> None:
    choose(visit.page, "Everyday photos")
    visit.page.locator(".gallery-item").first.click()
    expect(visit.page.get_by_role("region", name="Prediction")).to_be_visible(timeout=EXPLAINED)
    choose(visit.page, "Praise or complaint")
    expect(visit.page.get_by_text("Pick an example, or enter your own.")).to_be_visible()
    visit.page.wait_for_timeout(3000)  # what still ran for the photo must not write into this page
    expect(visit.page.get_by_text("Pick an example, or enter your own.")).to_be_visible()
    for part in ("#why", "#path"):
        expect(visit.page.locator(f"{part} .card")).to_have_count(0)


def test_another_example_is_answered_while_one_is_explained(visit: Visit) -> None:
    choose(visit.page, "Everyday photos")
    visit.page.get_by_role("button", name="Cat").click()
    expect(visit.page.locator("#why progress")).to_be_visible(timeout=EXPLAINED)
    visit.page.get_by_role("button", name="Espresso").click()
    expect(visit.page.locator("#answer .headline")).to_contain_text("espresso", timeout=EXPLAINED)
    prediction, why, _ = read(visit.page)
    assert "espresso" in prediction
    assert "espresso" in why


def test_a_text_sent_by_keyboard_replaces_the_one_being_explained(visit: Visit) -> None:
    choose(visit.page, "Tiny chat")
    box = visit.page.get_by_role("textbox", name="Prompt")
    box.fill("The sea in winter is grey and loud and why do leaves turn red in autumn")
    box.press("Shift+Enter")
    expect(visit.page.locator("#why progress")).to_be_visible(timeout=EXPLAINED)
    box.fill("A warm film")
    box.press("Shift+Enter")
    expect(visit.page.locator("#why .words")).to_have_text("A warm film", timeout=EXPLAINED)
    read(visit.page)
    visit.page.wait_for_timeout(1500)  # nothing of the first may come between
    expect(visit.page.locator("#why .words")).to_have_text("A warm film")
    expect(visit.page.locator("#why progress")).to_have_count(0)


def test_models_and_examples_can_be_chosen_by_keyboard(visit: Visit) -> None:
    visit.page.get_by_role("radio", name="Everyday photos").focus()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.get_by_role("radio", name="Movies you may like")).to_be_checked()
    expect(visit.page.get_by_text("Space and the future")).to_be_visible()
    visit.page.keyboard.press("ArrowLeft")
    expect(visit.page.get_by_role("radio", name="Everyday photos")).to_be_checked()
    visit.page.get_by_role("button", name="Espresso").press("Enter")
    expect(visit.page.locator("#answer .headline")).to_contain_text("espresso", timeout=EXPLAINED)


def test_going_through_all_models_leaves_nothing_behind(visit: Visit, tiny_chat: Path) -> None:
    abouts = [demo.read(folder) for folder in [*models.find().values(), tiny_chat]]
    summaries = {about.title: about.summary for about in abouts}
    first = {
        "Movies you may like": "Space and the future",
        "Praise or complaint": "Film: plain praise",
        "House prices in Ames, Iowa": "A typical house",
        "Tiny chat": "Text 0",
        "Everyday photos": "",
    }
    for title, example in first.items():
        choose(visit.page, title)
        expect(visit.page.get_by_text("Pick an example, or enter your own.")).to_be_visible()
        expect(visit.page.locator(".summary")).to_contain_text(summaries[title])
        if title in ("Praise or complaint", "Tiny chat"):
            expect(visit.page.locator(".fields textarea")).to_have_value("")
        if example:
            visit.page.get_by_text(example, exact=True).click()
            expect(visit.page.get_by_role("region", name="Prediction")).to_be_visible(timeout=EXPLAINED)
    assert visit.page.locator(".fields img").count() == 0


def test_every_value_is_in_the_table_too(visit: Visit) -> None:
    choose(visit.page, "Praise or complaint")
    visit.page.get_by_text("Film: plain praise").click()
    read(visit.page)
    visit.page.get_by_text("As a table").click()
    example = json.loads((models.find()["sentiment"] / "demo.json").read_text())["examples"][0]["inputs"]["text"]
    expect(visit.page.locator("table tbody tr")).to_have_count(len(example.split()))

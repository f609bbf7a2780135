"""What a visitor does, in Chromium: hear the story, pick an example, give one's own input, read the answer.

No request may leave the machine, and the console must stay free of errors.
"""

import io
import json
import re
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import BESIDE
from gradio.utils import get_upload_folder
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Download, Page, expect
from visiting import (
    ABOUTS,
    CHAT,
    DESKTOP,
    EXPLAINED,
    HISTORY,
    PHONE,
    PHOTO,
    ROW,
    SCHEMES,
    STORY,
    TEXT,
    Visit,
    assert_no_sideways_scrolling,
    choose,
    example,
    faded,
    predict,
    read,
    settled,
    visiting,
)

from inference import models

pytestmark = pytest.mark.browser

LONG = "The sea in winter is grey and loud and why do leaves turn red in autumn. " * 4
"""A prompt whose reply takes a while to explain."""

NASTY = "{{value}} ${1+1} <img src=x onerror=alert(1)> </script> <b>warm</b> &amp; film"


# The first page


def test_the_first_page_offers_the_story_and_every_model(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="SeeWhy")).to_be_visible()
    expect(visit.page.get_by_role("link", name="Show me")).to_be_visible()
    models_on_offer = visit.page.get_by_role("navigation", name="Models").get_by_role("link")
    titles = [about.title for name, about in ABOUTS.items() if models.weights(models.find()[name])]
    expect(models_on_offer).to_have_count(len(titles) + len(BESIDE))
    for title in titles:
        expect(models_on_offer.filter(has_text=title)).to_be_visible()
    visit.page.evaluate("[...document.images].forEach((image) => (image.loading = 'eager'))")  # those further down
    visit.page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    expect(visit.page.get_by_role("button", name="Predict and explain")).to_have_count(0)
    assert_no_sideways_scrolling(visit.page)


def test_the_story_is_told_in_one_click_without_asking_a_model(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.get_by_role("link", name="Show me").click()
    expect(visit.page.get_by_role("region", name="Prediction")).to_be_visible(timeout=EXPLAINED)
    visit.page.on("request", lambda request: asked.append(request.post_data or ""))
    prediction, why, path = read(visit.page)
    assert "spam" in prediction and "Block" in prediction
    assert "spoke for" in why and "Nothing hidden" in why
    assert "Forward pass" in path
    expect(visit.page.locator("#why progress")).to_have_count(0)
    text = ABOUTS[STORY].examples[0].inputs["text"]
    expect(visit.page.get_by_role("textbox", name="Message")).to_have_value(text)
    visit.page.wait_for_timeout(1200)  # longer than a rest
    assert not [data for data in asked if "fn_index" in data]
    assert visit.page.url.endswith(f"?model={STORY}#story")


def test_the_story_goes_on_with_ones_own_words(page: Page) -> None:
    page.get_by_role("link", name="Show me").click()
    settled(page)
    page.get_by_role("textbox", name="Message").fill("See you at home, I will cook.")
    expect(page.locator("#answer .headline")).to_contain_text("ham", timeout=EXPLAINED)
    expect(page.locator("#why .words")).to_have_text("See you at home, I will cook.", timeout=EXPLAINED)


def test_each_model_has_an_address_and_the_browser_goes_back_and_forward(visit: Visit, server: str) -> None:
    page = visit.page
    choose(page, ROW)
    assert page.url == f"{server}/?model={ROW}"
    page.get_by_role("link", name="All models").click()
    expect(page.get_by_role("link", name="Show me")).to_be_visible()
    expect(page.locator(".heading")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name=ABOUTS[ROW].title)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Show me")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name=ABOUTS[ROW].title)).to_be_visible()
    expect(page.get_by_role("link", name="Show me")).to_be_hidden()
    page.goto(f"{server}/?model={HISTORY}")
    expect(page.get_by_role("heading", name=ABOUTS[HISTORY].title)).to_be_visible()
    expect(page.locator("a.tile").first).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name=ABOUTS[HISTORY].title)).to_be_visible()


def test_a_tile_opens_in_a_tab_of_its_own_like_any_link(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.locator(f'a.tile[data-model="{HISTORY}"]').click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name=ABOUTS[HISTORY].title)).to_be_visible(timeout=EXPLAINED)
    expect(page.get_by_role("link", name="Show me")).to_be_visible()


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


# What follows typing


def fresh(server: str, model: str, inputs: dict[str, Any]) -> Any:
    """The prediction that a program gets for the same."""
    sent = {"model": model, "inputs": inputs}
    return httpx.post(f"{server}/api/v1/predict", json=sent, timeout=60).json()["prediction"]["items"][0]


def test_prediction_and_explanation_follow_quick_typing_to_its_end(visit: Visit, server: str) -> None:
    choose(visit.page, TEXT)
    box, text = visit.page.get_by_role("textbox", name="Text"), "A dull film that I loved in the end"
    box.press_sequentially(text, delay=25)
    expect(visit.page.locator("#why .words")).to_have_text(text, timeout=EXPLAINED)
    settled(visit.page)
    visit.page.wait_for_timeout(1000)  # nothing older may come after
    item = fresh(server, TEXT, {"text": text})
    assert saved(visit.page)["answer"]["prediction"]["items"][0] == pytest.approx(item)
    assert saved(visit.page)["explanation"]["score"] == pytest.approx(item["score"], abs=1e-4)
    assert saved(visit.page)["inputs"] == {"text": text}
    expect(visit.page.locator("#why .words")).to_have_text(text)
    expect(visit.page.locator("#why progress, [aria-busy=true]")).to_have_count(0)


def saved(page: Page) -> dict[str, Any]:
    """What the page would save of its case."""
    found: dict[str, Any] = page.evaluate("theCase()")
    return found


def test_until_the_explanation_follows_it_is_shown_to_be_older(page: Page) -> None:
    choose(page, TEXT)
    example(page).click()
    settled(page)
    page.get_by_role("textbox", name="Text").fill("A dull film.")
    expect(page.locator("#why.stale")).to_have_count(1)
    expect(page.locator("#why .words")).to_have_text("A dull film.", timeout=EXPLAINED)
    expect(page.locator("#why.stale")).to_have_count(0)


def test_a_slider_moved_updates_price_and_explanation(visit: Visit, server: str) -> None:
    choose(visit.page, ROW)
    example(visit.page, 1).click()
    before, _, _ = read(visit.page)
    slider = visit.page.get_by_role("slider", name="Living area (ft²)")
    slider.focus()
    for _ in range(12):
        slider.press("PageUp")
    area = float(slider.input_value())
    inputs = {**ABOUTS[ROW].examples[1].inputs, "Gr_Liv_Area": area}
    assert area > ABOUTS[ROW].examples[1].inputs["Gr_Liv_Area"]
    expect(visit.page.locator("#why")).to_contain_text(f"Living area = {area:,.0f} ft²", timeout=EXPLAINED)
    assert read(visit.page)[0] != before
    expected = fresh(server, ROW, inputs)["score"]
    assert saved(visit.page)["answer"]["prediction"]["items"][0]["score"] == pytest.approx(expected)


def test_a_number_changed_by_hand(visit: Visit) -> None:
    choose(visit.page, ROW)
    visit.page.get_by_role("spinbutton", name="Living area (ft²)").fill("3000")
    expect(visit.page.locator("#why")).to_contain_text("Living area = 3,000 ft²", timeout=EXPLAINED)
    read(visit.page)


def test_a_choice_changed_by_hand(page: Page) -> None:
    choose(page, ROW)
    page.get_by_role("combobox", name="Condition").click()
    page.get_by_role("option", name="Excellent", exact=True).click()
    expect(page.locator("#why")).to_contain_text("Condition = Excellent", timeout=EXPLAINED)


def test_a_text_that_is_written_waits_until_it_is_asked_for(page: Page) -> None:
    choose(page, CHAT)
    page.get_by_role("textbox", name="Prompt").press_sequentially("The sea", delay=20)
    page.wait_for_timeout(1500)
    expect(page.locator("#answer .empty")).to_be_visible()


# Any output can be asked about


def test_another_label_is_explained_by_a_click(visit: Visit) -> None:
    choose(visit.page, TEXT)
    example(visit.page).click()
    settled(visit.page)
    expect(visit.page.locator("#why h2")).to_have_text("Why “positive”?")
    visit.page.get_by_role("button", name=re.compile("^negative")).click()
    expect(visit.page.locator("#why h2")).to_have_text("Why “negative”?", timeout=EXPLAINED)
    settled(visit.page)
    assert saved(visit.page)["explanation"]["target"] == {"item": "negative"}
    expect(visit.page.get_by_role("button", name=re.compile("^negative"))).to_have_attribute("aria-pressed", "true")
    visit.page.get_by_role("button", name=re.compile("^positive")).click()  # and back, and the same once more
    expect(visit.page.locator("#why h2")).to_have_text("Why “positive”?", timeout=EXPLAINED)


def test_a_piece_of_a_reply_is_explained_by_a_click(page: Page) -> None:
    choose(page, CHAT)
    page.get_by_role("textbox", name="Prompt").fill("The sea in winter")
    predict(page)
    settled(page)
    page.locator(".reply button.ask").nth(2).click()
    expect(page.locator("#why h2").first).to_contain_text("of the reply", timeout=EXPLAINED)
    settled(page)
    assert saved(page)["explanation"]["target"]["token"] >= 0


def test_the_strength_of_the_colours_can_be_set(page: Page) -> None:
    choose(page, PHOTO)
    example(page).click()
    settled(page)
    veil, slider = page.locator(".regions .veil"), page.get_by_role("slider", name="Strength of the colours")
    expect(veil).to_have_css("opacity", "0.85")
    slider.fill("20")
    expect(veil).to_have_css("opacity", "0.2")
    slider.press("Home")
    expect(veil).to_have_css("opacity", "0")


# Taken along


def download(page: Page, button: str) -> Download:
    """The file that a button saves."""
    with page.expect_download(timeout=EXPLAINED) as saving:
        page.get_by_role("button", name=button).click()
    return saving.value


@pytest.mark.parametrize("model", [TEXT, ROW, PHOTO])
def test_a_case_is_saved_as_json_and_as_a_picture(page: Page, model: str, tmp_path: Path) -> None:
    choose(page, model)
    example(page).click()
    settled(page)
    file = download(page, "Save as JSON")
    assert file.suggested_filename == f"seewhy-{model}.json"
    file.save_as(tmp_path / "case.json")
    case = json.loads((tmp_path / "case.json").read_text())
    assert case["model"] == model
    assert set(case) == {"model", "inputs", "answer", "explanation"}
    assert set(case["inputs"]) == {field.name for field in ABOUTS[model].inputs}
    if model == PHOTO:
        assert case["inputs"]["image"].startswith("data:image/jpeg;base64,")
    else:
        assert case["inputs"] == ABOUTS[model].examples[0].inputs
    assert case["explanation"]["score"] == pytest.approx(case["answer"]["prediction"]["items"][0]["score"], rel=1e-4)
    picture = download(page, "Save as PNG")
    assert picture.suggested_filename == f"seewhy-{model}.png"
    picture.save_as(tmp_path / "case.png")
    content = (tmp_path / "case.png").read_bytes()
    assert len(content) > 20_000
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG" and image.width == 1520
        colours = image.convert("RGB").getcolors(2**24)
        assert colours is not None and len(colours) > 50  # the case, not an empty sheet


def test_samples_are_copied_with_the_address_of_the_page(browser: Browser, server: str) -> None:
    with visiting(browser, server, **DESKTOP, permissions=["clipboard-read", "clipboard-write"]) as visit:
        choose(visit.page, TEXT)
        example(visit.page).click()
        settled(visit.page)
        visit.page.get_by_text("Ask the same from a program").click()
        for number, part in enumerate(("/api/v1/predict", "from gradio_client import Client")):
            button = visit.page.get_by_role("button", name="Copy").nth(number)
            button.click()
            expect(visit.page.get_by_role("button", name="Copied")).to_be_visible()
            copied = visit.page.evaluate("navigator.clipboard.readText()")
            assert part in copied and server in copied and "127.0.0.1:7860" not in copied
            expect(visit.page.get_by_role("button", name="Copied")).to_have_count(0)


def test_on_paper_stands_the_case_alone(page: Page) -> None:
    choose(page, TEXT)
    example(page).click()
    settled(page)
    page.emulate_media(media="print")
    for hidden in ("Predict and explain", "Save as PNG", "Print"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    expect(example(page)).to_be_hidden()
    expect(page.get_by_text("As a table")).to_be_hidden()
    for shown in ("#answer .headline", "#why .effects", "#path ol", ".heading h2"):
        expect(page.locator(shown)).to_be_visible()


# Mistakes, and changing one's mind


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
        kept = list(Path(get_upload_folder()).rglob(own.name))
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


# How far to trust it


@pytest.mark.parametrize(
    ("check", "said"), [("Test it", "random orders"), ("Try another baseline", "Hidden in another way")]
)
def test_an_explanation_is_put_to_the_test(visit: Visit, check: str, said: str) -> None:
    page = visit.page
    choose(page, ROW)
    example(page).click()
    settled(page)
    page.get_by_role("button", name=check).click()
    found = page.get_by_role("region", name="Check")
    expect(found).to_contain_text(said, timeout=EXPLAINED)
    expect(page.locator("#said")).to_have_text(found.locator(".sentence").inner_text())
    assert_no_sideways_scrolling(page)
    found.get_by_text("As a table").click()
    assert_no_sideways_scrolling(page)
    example(page, 1).click()  # another case has other reasons
    expect(found).to_have_count(0)
    settled(page)


def test_one_answer_is_asked_about_rather_than_another(visit: Visit) -> None:
    page = visit.page
    choose(page, TEXT)
    example(page).click()
    settled(page)
    asked = page.locator("#why .rather")
    expect(asked).to_contain_text("Why positive rather than")
    asked.get_by_role("button", name="Ask").click()
    expect(page.locator("#why h2")).to_have_text("Why “positive rather than negative”?", timeout=EXPLAINED)
    settled(page)
    expect(asked.get_by_role("combobox")).to_have_value('{"item":"negative"}')
    assert_no_sideways_scrolling(page)

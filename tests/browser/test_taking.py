"""A case is taken along: saved, copied, printed, in Chromium."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Download, Page, expect
from visiting import (
    ABOUTS,
    DESKTOP,
    EXPLAINED,
    PHOTO,
    ROW,
    TEXT,
    choose,
    example,
    settled,
    visiting,
)

pytestmark = pytest.mark.browser


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
            button = visit.page.get_by_role("button", name="Copy", exact=True).nth(number)
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

"""The first page, the story that it tells, and the addresses of the models, in Chromium."""

import pytest
from conftest import BESIDE
from playwright.sync_api import Page, expect
from visiting import (
    ABOUTS,
    EXPLAINED,
    HISTORY,
    ROW,
    STORY,
    Visit,
    assert_no_sideways_scrolling,
    choose,
    read,
    settled,
)

from inference import models

pytestmark = pytest.mark.browser


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

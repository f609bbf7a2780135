"""Any output can be asked about, and its explanation put to the test, in Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect
from visiting import (
    CHAT,
    EXPLAINED,
    PHOTO,
    ROW,
    TEXT,
    Visit,
    assert_no_sideways_scrolling,
    choose,
    example,
    predict,
    saved,
    settled,
)

pytestmark = pytest.mark.browser


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

"""A conversation in the browser: Enter sends, a reply is continued, a word is asked about and held against another."""

import json

import pytest
from playwright.sync_api import Page, expect

PATIENCE = 60_000

pytestmark = pytest.mark.browser


def test_a_conversation_goes_on(server: str, page: Page) -> None:
    page.goto(f"{server}/?model=tiny-dialogue")
    box = page.get_by_label("Your message")
    box.fill("Why is <b>the sea</b> grey?")
    box.press("Enter")
    grid = page.get_by_role("region", name="Which part led to which word")
    expect(grid).to_be_visible(timeout=PATIENCE)
    asked = json.loads(page.locator(".take").get_attribute("data-asked") or "")["inputs"]["prompt"]
    assert asked == [{"role": "user", "content": "Why is <b>the sea</b> grey?"}]
    page.get_by_role("button", name="Continue the conversation").click()
    earlier = page.locator(".conversation .talk li")
    expect(earlier).to_have_count(2)
    expect(earlier.first).to_contain_text("Why is <b>the sea</b> grey?")  # as text, not as markup
    expect(box).to_have_value("")
    box.fill("And loud?")
    box.press("Enter")
    expect(page.locator("#why .talk li")).to_have_count(3, timeout=PATIENCE)
    page.get_by_role("button", name="Start anew").click()
    expect(earlier).to_have_count(0)


def test_a_word_is_held_against_another(server: str, page: Page) -> None:
    page.goto(f"{server}/?model=tiny-dialogue")
    page.get_by_role("button", name="Talk 0").click()
    expect(page.get_by_role("region", name="Which part led to which word")).to_be_visible(timeout=PATIENCE)
    page.locator(".reply button.ask").nth(3).click()
    rather = page.locator("#why .rather")
    expect(rather).to_be_visible(timeout=PATIENCE)
    rather.get_by_role("button", name="Ask").click()
    expect(page.locator("#why h2").first).to_contain_text("rather than", timeout=PATIENCE)


def test_an_example_fills_the_conversation_in(server: str, page: Page) -> None:
    page.goto(f"{server}/?model=tiny-dialogue")
    page.get_by_role("button", name="Talk 1").click()
    expect(page.locator(".conversation .talk li")).to_have_count(2)
    expect(page.get_by_label("Your message")).to_have_value("What would be done?")

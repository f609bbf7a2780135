"""Prediction and explanation follow what is typed, moved and chosen, in Chromium."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from visiting import (
    ABOUTS,
    CHAT,
    EXPLAINED,
    ROW,
    TEXT,
    Visit,
    choose,
    example,
    read,
    saved,
    settled,
)

pytestmark = pytest.mark.browser


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

"""What if, in the browser: a word, a region and a column are changed by mouse, keyboard and finger, and taken back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visiting import (
    EXPLAINED,
    LOOKS,
    PHOTO,
    ROW,
    TEXT,
    assert_no_sideways_scrolling,
    choose,
    example,
    settled,
    visiting,
)

pytestmark = pytest.mark.browser


@pytest.fixture(params=["desktop-light", "phone-dark"])
def page(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with visiting(browser, server, **LOOKS[request.param]) as visit:
        yield visit.page


@pytest.fixture
def desk(browser: Browser, server: str) -> Iterator[Page]:
    with visiting(browser, server, **LOOKS["desktop-light"]) as visit:
        yield visit.page


def begun(page: Page, model: str) -> None:
    """The first example of a model, answered and explained."""
    choose(page, model)
    example(page).click()
    settled(page)
    expect(card(page)).to_be_visible()


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="What if", exact=True)


def steps(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Steps tried").get_by_role("button")


def changed(page: Page) -> None:
    """Wait until the change is answered and explained."""
    expect(card(page).locator(".part")).to_be_visible(timeout=EXPLAINED)
    assert_no_sideways_scrolling(page)


def test_a_word_is_left_out_by_a_click_and_one_goes_back(page: Page) -> None:
    begun(page, TEXT)
    box = page.get_by_role("textbox", name="Text")
    before = box.input_value()
    page.locator("#why mark", has_text="effortlessly").click()
    page.get_by_role("group", name="What is chosen").get_by_role("button", name="Leave out").click()
    changed(page)
    expect(box).to_have_value(before.replace("effortlessly ", ""))
    expect(card(page).locator("del")).to_have_text("effortlessly")
    expect(steps(page)).to_have_count(2)
    steps(page).first.click()
    expect(box).to_have_value(before)
    expect(steps(page).first).to_have_attribute("aria-current", "step")
    expect(steps(page)).to_have_count(2)
    settled(page)
    example(page, 1).click()  # another case has a trail of its own
    expect(page.get_by_role("navigation", name="Steps tried")).to_have_count(0)
    settled(page)


def test_by_keyboard_a_row_is_chosen_let_go_and_hidden(desk: Page) -> None:
    begun(desk, TEXT)
    row = desk.locator("#why .effects .pick").first
    bar = desk.get_by_role("group", name="What is chosen")
    row.focus()
    desk.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(bar.get_by_role("button", name="Leave out")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    expect(row).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    changed(desk)
    expect(steps(desk)).to_have_count(2)
    desk.get_by_role("button", name="Start again from here").click()
    expect(card(desk)).to_contain_text("old and new will stand side by side")


def test_regions_are_brushed_away_from_a_picture(page: Page) -> None:
    begun(page, PHOTO)
    figure = page.locator("#why figure.brushable")
    figure.scroll_into_view_if_needed()
    place = figure.bounding_box()
    assert place is not None
    spots = [(place["x"] + place["width"] * share, place["y"] + place["height"] / 2) for share in (0.45, 0.6)]
    if page.evaluate("navigator.maxTouchPoints"):
        for x, y in spots:
            page.touchscreen.tap(x, y)
    else:  # in one stroke
        page.mouse.move(*spots[0])
        page.mouse.down()
        page.mouse.move(*spots[1], steps=20)
        page.mouse.up()
    page.get_by_role("button", name="Brush away").click()
    expect(card(page).get_by_alt_text("The picture now")).to_be_visible(timeout=EXPLAINED)
    expect(steps(page).nth(1)).to_contain_text("of Photo” brushed away")
    assert_no_sideways_scrolling(page)
    settled(page)


def test_what_would_flip_a_decision_is_tried_and_a_field_is_gone_over(page: Page) -> None:
    begun(page, ROW)
    expect(page.locator("#answer .decision b")).to_have_text("Use the online estimate")
    page.get_by_role("button", name="Draw the curve").click()
    expect(page.locator("svg.sweep")).to_be_visible(timeout=EXPLAINED)
    page.get_by_role("button", name="What would flip it?").click()
    page.get_by_role("button", name="Try it").first.click(timeout=EXPLAINED)
    expect(page.locator("#answer .decision b")).to_have_text("Send an appraiser", timeout=EXPLAINED)
    changed(page)
    row = card(page).get_by_role("row", name="What would be done")
    expect(row).to_contain_text("Use the online estimate")
    expect(row).to_contain_text("Send an appraiser")
    expect(page.get_by_role("button", name="Try it")).to_have_count(0)


def test_typing_is_compared_at_once_and_becomes_a_step(desk: Page) -> None:
    begun(desk, ROW)
    box = desk.get_by_label("number input for Living area (ft²)")
    box.fill("2000")
    box.press("Tab")
    expect(card(desk)).to_contain_text("2,000 ft²")
    changed(desk)
    expect(steps(desk).nth(1)).to_contain_text("Living area 2,000 ft² instead of 1,040 ft²")

"""A series in Chromium: its table changed by keyboard, a CSV pasted and opened, and the chart that follows."""

import pytest
from playwright.sync_api import Page, expect
from visiting import ABOUTS, EXPLAINED, SERIES, WEATHER, Visit, choose, example, predict, read, settled

pytestmark = pytest.mark.browser

WEEKS = "\n".join(
    ["day;visits", *(f"2024-{i // 28 + 1:02d}-{i % 28 + 1:02d};{100 + 50 * (i % 7)},5" for i in range(84))]
)


def headline(page: Page) -> str:
    return page.locator("#answer .headline").inner_text()


def test_a_week_is_drawn_with_what_comes_next_and_why(visit: Visit) -> None:
    choose(visit.page, WEATHER)
    example(visit.page).click()
    answer, why, _ = read(visit.page)
    assert "°C" in answer
    assert "Late dew point" in why
    assert visit.page.locator("#answer svg.course").get_attribute("aria-label").startswith("7 steps")  # type: ignore[union-attr]
    expect(visit.page.locator("#why .series-values svg")).to_have_count(2)


def test_a_cell_changed_by_keyboard_changes_the_answer_and_keeps_the_focus(page: Page) -> None:
    choose(page, WEATHER)
    example(page).click()
    settled(page)
    before = headline(page)
    cell = page.get_by_label("Late dew point (°C), 2013-11-03")
    cell.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("12.5")
    expect(page.locator("#answer .headline")).not_to_have_text(before)
    expect(cell).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Late pressure (hPa), 2013-11-03")).to_be_focused()
    settled(page)
    assert "12.5 °C" in page.locator("#why").inner_text()


def test_a_mistake_in_a_cell_is_named_by_its_place(page: Page) -> None:
    choose(page, WEATHER)
    example(page).click()
    settled(page)
    page.get_by_label("Late dew point (°C), 2013-11-03").fill("cold")
    expect(page.get_by_role("alert")).to_contain_text("row 7 (2013-11-03), Late dew point: enter a number, got 'cold'")


def test_a_csv_is_pasted_and_fills_the_table(page: Page) -> None:
    choose(page, WEATHER)
    expect(page.locator(".series td input")).to_have_count(7 * 7)
    page.get_by_text("Paste or open a CSV").click()
    page.get_by_label("The last seven days, as CSV").fill(ABOUTS[WEATHER].examples[1].inputs["days"])
    expect(page.locator(".series td input").first).to_have_value("2013-11-15")
    predict(page)
    settled(page)
    page.get_by_label("The last seven days, as CSV").fill("nothing of the kind")
    expect(page.locator(".series .grid")).to_be_hidden()
    example(page, 3).click()
    expect(page.locator(".series td input").first).to_have_value("2013-12-22", timeout=EXPLAINED)


def test_a_file_is_opened(visit: Visit) -> None:
    choose(visit.page, SERIES)
    file = {"name": "visits.csv", "mimeType": "text/csv", "buffer": WEEKS.encode()}
    visit.page.get_by_label("Open a CSV file").set_input_files(files=[file])  # type: ignore[list-item]
    expect(visit.page.get_by_label("Your series, as CSV")).to_have_value(WEEKS)
    predict(visit.page)
    answer, why, _ = read(visit.page)
    assert "Next value" in answer
    assert "Mar" in why

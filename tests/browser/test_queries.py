"""A visitor's queries come back with the model, can be named and deleted; rows are compared with another file."""

import re

import pytest
from playwright.sync_api import Page, expect
from visiting import EXPLAINED, Visit, assert_no_sideways_scrolling

from inference import models

pytestmark = pytest.mark.browser

RESUMES = models.find()["hiring"]
QUERY, OTHER = 'computer_skills == "no"', "years_experience > 12"


def measured(page: Page, server: str) -> None:
    """The rows that come with the model, which name the advertisement that each answered."""
    page.goto(f"{server}/?model=hiring#evaluate")
    page.get_by_role("button", name="Or take the model's own rows").click(timeout=EXPLAINED)
    expect(page.get_by_role("combobox", name="Rows belong together by")).to_have_value("advertisement")
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.locator("#part-measures")).to_contain_text("drawn by advertisement, 397 of them", timeout=EXPLAINED)
    expect(page).to_have_url(re.compile("#evaluate-"), timeout=EXPLAINED)
    page.wait_for_timeout(1500)  # until the new screen can hear


def test_queries_come_back_named_and_leave_when_deleted(visit: Visit, server: str) -> None:
    page = visit.page
    measured(page, server)
    slices, kept = page.locator("#part-slices"), page.get_by_role("list", name="Your queries")
    for query in (QUERY, OTHER):
        slices.get_by_label("Or by a query").fill(query)
        slices.get_by_role("button", name="Slice", exact=True).click()
        expect(kept.get_by_role("button", name=query, exact=True)).to_have_attribute("aria-pressed", "true")
    slices.get_by_label("Or by a query").fill("nothing > 3")
    slices.get_by_role("button", name="Slice", exact=True).click()
    expect(slices.get_by_role("alert")).to_contain_text("Unknown column")
    kept.get_by_role("button", name=f"Name {QUERY}").click()
    kept.get_by_role("textbox").fill("No <b>computer")
    kept.get_by_role("button", name="Keep").click()
    expect(slices.get_by_role("table").get_by_role("button", name="No <b>computer")).to_be_visible()
    assert_no_sideways_scrolling(page)
    measured(page, server)  # anew, as another day
    expect(kept.get_by_role("listitem")).to_have_count(2)
    expect(slices).not_to_contain_text("By query")
    kept.get_by_role("button", name="No <b>computer", exact=True).click()
    expect(slices.get_by_role("table").get_by_role("button", name="No <b>computer")).to_be_visible()
    kept.get_by_role("button", name="Delete No <b>computer").click()
    expect(kept.get_by_role("listitem")).to_have_count(1)
    page.goto(f"{server}/?model=home-loans")
    measured(page, server)
    expect(kept.get_by_role("button", name=OTHER, exact=True)).to_be_visible()
    expect(kept.get_by_role("listitem")).to_have_count(1)


def test_what_others_wrote_into_the_browser_harms_nothing(page: Page, server: str) -> None:
    page.evaluate("localStorage.setItem('seewhy.queries', JSON.stringify({hiring: [3, ['a'], ['<i>', 'b'], null]}))")
    measured(page, server)
    kept = page.get_by_role("list", name="Your queries")
    expect(kept.get_by_role("listitem")).to_have_count(1)
    expect(kept.get_by_role("button", name="<i>", exact=True)).to_be_visible()
    kept.get_by_role("button", name="<i>", exact=True).click()
    expect(page.locator("#part-slices").get_by_role("alert")).to_contain_text("'b' is neither true nor false")
    page.evaluate("localStorage.setItem('seewhy.queries', '[')")
    measured(page, server)
    expect(page.locator("#part-slices form.query")).to_be_visible()
    expect(kept).to_have_count(0)


def test_rows_are_compared_with_another_file(visit: Visit, server: str) -> None:
    page = visit.page
    measured(page, server)
    page.locator(".another input[type=file]").set_input_files(RESUMES / "background.csv")
    expect(page.locator("#part-against")).to_contain_text("Distributed like background.csv", timeout=EXPLAINED)
    page.reload()
    expect(page.locator("#part-against")).to_contain_text("Beside background.csv", timeout=EXPLAINED)
    assert_no_sideways_scrolling(page)

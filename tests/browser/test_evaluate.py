"""An inspector measures a model on its own rows, moves the threshold, opens an error, and comes back."""

import re

import pytest
from playwright.sync_api import Page, expect
from visiting import EXPLAINED, Visit, assert_no_sideways_scrolling, choose

pytestmark = pytest.mark.browser

MODEL = "home-loans"


def measured(page: Page) -> None:
    """Open the view and measure the rows that come with the model."""
    choose(page, MODEL)
    page.get_by_role("link", name="Evaluate").click()
    page.get_by_role("button", name="Or take the model's own rows").click()
    expect(page.get_by_role("combobox", name="Truth")).to_have_value("truth")
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.get_by_role("heading", name="How right is it?")).to_be_visible(timeout=EXPLAINED)


def cell(page: Page, truth: int, flagged: int) -> int:
    """A count of the confusion matrix."""
    return int(page.locator(f'[data-cell="{truth},{flagged}"]').inner_text().replace(",", ""))


def test_one_slider_moves_confusion_decisions_costs_and_groups(visit: Visit) -> None:
    page = visit.page
    measured(page)
    expect(page.locator("#measures")).to_contain_text("714 rows")
    slider = page.get_by_role("slider", name="Threshold")
    expect(page.locator(".slide output")).to_have_text("0.6")
    assert (cell(page, 1, 1), cell(page, 0, 1)) == (10, 5)
    before = [page.locator(part).first.inner_text() for part in (".share", ".bill", ".fair table")]
    mark = page.locator('svg[data-curve="roc"] .at')
    stood = mark.get_attribute("cx")
    slider.fill("300")
    after = [page.locator(part).first.inner_text() for part in (".share", ".bill", ".fair table")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert cell(page, 1, 1) > 10 and mark.get_attribute("cx") != stood
    assert sum(cell(page, truth, flagged) for truth in (0, 1) for flagged in (0, 1)) == 714
    assert_no_sideways_scrolling(page)


def test_the_cheapest_threshold_follows_the_costs(visit: Visit) -> None:
    page = visit.page
    measured(page)
    page.get_by_label("Missed").fill("5")
    page.get_by_role("button", name=re.compile("Go to the cheapest")).click()
    expect(page.locator(".slide output")).to_have_text("0.1583")  # as the API finds it among all
    expect(page.get_by_role("button", name="This is the cheapest threshold")).to_be_disabled()


def test_an_error_opens_as_a_case_and_leads_back(visit: Visit) -> None:
    page = visit.page
    measured(page)
    address = page.url
    page.locator('[data-cell="0,1"]').click()
    rows = page.locator("#rows")
    expect(rows).to_contain_text("5 rows not “denied” and flagged at 0.6", timeout=EXPLAINED)
    rows.get_by_role("link").first.click()
    expect(page.locator(".opened")).to_contain_text("where the file says approved")
    expect(page.locator("#answer .headline")).to_contain_text("denied", timeout=EXPLAINED)
    page.go_back()
    expect(page.get_by_role("heading", name="What does a threshold do?")).to_be_visible(timeout=EXPLAINED)
    assert page.url == address


def test_thresholds_for_each_group_and_columns_to_do_without(visit: Visit) -> None:
    page = visit.page
    measured(page)
    page.get_by_role("group", name="Goals for Black applicant").get_by_role("button", name="Flag equally many").click()
    told = page.locator("#part-groups")
    expect(told).to_contain_text("must be known when the decision is made", timeout=EXPLAINED)
    page.get_by_role("button", name="Scramble the columns one by one").click()
    expect(page.locator("#part-removal")).to_contain_text("costs nothing", timeout=EXPLAINED)
    expect(page.locator("#part-removal .removals li")).to_have_count(9)
    assert_no_sideways_scrolling(page)

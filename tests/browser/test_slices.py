"""A visitor looks where a model is at its worst: a column, a query, the rows of a slice, and one of them as a case."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect
from visiting import EXPLAINED, Visit, assert_no_sideways_scrolling

from inference import models

pytestmark = pytest.mark.browser

LOANS = models.find()["home-loans"]


def test_from_the_worst_slice_to_one_row(visit: Visit, server: str, tmp_path: Path) -> None:
    rows = pd.read_csv(LOANS / "evaluation.csv").drop(columns="split").iloc[:800]
    rows["payments"] = (rows["payments"] * 1.4).round(1)
    file = tmp_path / "loans.csv"
    rows.to_csv(file, index=False)
    page = visit.page
    page.goto(f"{server}/?model=home-loans#evaluate")
    page.locator("input[type=file]").first.set_input_files(file, timeout=EXPLAINED)
    page.get_by_role("button", name="Measure", exact=True).click()
    slices = page.locator("#part-slices")
    expect(slices).to_contain_text("Where is it at its worst?", timeout=EXPLAINED)
    expect(page.locator("#part-drift")).to_contain_text("Unlike the model's reference rows: All debt payments")
    expect(page.locator("#part-quality")).to_contain_text("problem")
    slices.get_by_role("button", name="Loan to value", exact=True).click()
    expect(slices.get_by_role("heading", name="By Loan to value")).to_be_visible()
    slices.get_by_label("Or by a query").fill('loan_to_value > 80 and condominium == "yes"')
    slices.get_by_role("button", name="Slice", exact=True).click()
    named = slices.locator(".ask", has_text='loan_to_value > 80 and condominium == "yes"')  # beside the kept query
    expect(named).to_be_visible()
    assert_no_sideways_scrolling(page)
    named.click()
    listed = page.locator("#part-rows")
    expect(listed).to_contain_text("rows where loan_to_value > 80")
    listed.get_by_role("link").first.click()
    expect(page.locator(".opened")).to_contain_text("of loans.csv", timeout=EXPLAINED)
    expect(page.locator("#answer .like")).to_be_visible(timeout=EXPLAINED)

"""An inspector sees what a model goes by over a file, stops it, and takes a report along."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from visiting import EXPLAINED, Visit, assert_no_sideways_scrolling, choose

pytestmark = pytest.mark.browser


def test_rows_are_explained_until_stopped_and_a_report_is_taken_along(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    choose(page, "home-loans")
    page.get_by_role("link", name="Evaluate").click()
    page.get_by_role("button", name="Or take the model's own rows").click()
    page.get_by_role("button", name="Measure", exact=True).click()
    part = page.locator("#part-goes-by")
    part.get_by_role("button", name="500").click(timeout=EXPLAINED)
    expect(part).to_contain_text("moves “denied” most", timeout=EXPLAINED)
    part.get_by_role("button", name="Stop").click()
    expect(part.locator("progress")).to_have_count(0, timeout=EXPLAINED)
    expect(part).to_contain_text(re.compile(r"\d+ of 1,903 rows, drawn at random"))
    assert_no_sideways_scrolling(page)
    page.get_by_role("button", name="Make a report").click()
    link = page.get_by_role("link", name="Download the report").or_(
        page.get_by_role("button", name="Download the report")
    )
    with page.expect_download(timeout=EXPLAINED) as download:
        link.first.click(timeout=EXPLAINED)
    download.value.save_as(tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Home loans" in html and "<script" not in html

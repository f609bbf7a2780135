"""The journey of an inspector: a file in, measures, a threshold moved, the worst slice, an error opened, explained and
flipped, and a report taken along."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from visiting import EXPLAINED

from inference import models

pytestmark = pytest.mark.browser


def planted(folder: Path) -> Path:
    """Labelled rows of which the model is wrong about nearly all self-employed: their truth is turned round."""
    rows = pd.read_csv(models.find()["home-loans"] / "evaluation.csv").drop(columns="split")
    other = rows["truth"].map({"approved": "denied", "denied": "approved"})
    rows["truth"] = rows["truth"].where(rows["self_employed"] == "no", other)
    rows.to_csv(folder / "applications.csv", index=False)
    return folder / "applications.csv"


def test_from_a_file_to_a_flipped_error_and_a_report(page: Page, server: str, tmp_path: Path) -> None:
    page.goto(f"{server}/?model=home-loans#evaluate")
    page.locator("input[type=file]").first.set_input_files(planted(tmp_path), timeout=EXPLAINED)
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.locator("#measures")).to_contain_text("Balanced accuracy", timeout=EXPLAINED)

    confusion = page.locator("[data-cell]").first
    before = confusion.inner_text()
    page.get_by_role("slider", name="Threshold").fill("100")
    assert confusion.inner_text() != before

    worst = page.locator("#part-slices").get_by_role("button", name="Self-employed is yes").first
    worst.click(timeout=EXPLAINED)
    listed = page.locator("#part-rows")
    expect(listed).to_contain_text("rows where", timeout=EXPLAINED)
    listed.get_by_role("link").first.click()
    expect(page.locator(".opened")).to_contain_text("where the file says", timeout=EXPLAINED)
    expect(page.locator("#why [data-case]")).to_be_attached(timeout=EXPLAINED)

    decision = page.locator("#answer .decision b").inner_text()
    page.get_by_role("button", name="What would flip it?").click()
    page.get_by_role("button", name="Try it").first.click(timeout=EXPLAINED)
    expect(page.locator("#answer .decision b")).not_to_have_text(decision, timeout=EXPLAINED)

    page.go_back()
    page.get_by_role("button", name="Make a report").click(timeout=EXPLAINED)
    link = page.get_by_role("link", name="Download the report").or_(
        page.get_by_role("button", name="Download the report")
    )
    with page.expect_download(timeout=EXPLAINED) as download:
        link.first.click(timeout=EXPLAINED)
    download.value.save_as(tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "applications.csv" in report and "Self-employed" in report and "<script" not in report

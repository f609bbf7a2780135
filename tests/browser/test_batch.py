"""A visitor sends a whole file: sees what does not fit, runs it, stops it, and takes the answers along."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visiting import EXPLAINED, Visit, assert_no_sideways_scrolling

pytestmark = pytest.mark.browser


def opened(page: Page, server: str, model: str) -> None:
    page.goto(f"{server}/?model={model}#batch")
    expect(page.locator("#batch .empty")).to_be_visible(timeout=EXPLAINED)


def answers(page: Page, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the answers").or_(
            page.get_by_role("button", name="Download the answers")
        ).first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_is_checked_answered_and_taken_along(visit: Visit, server: str, tmp_path: Path) -> None:
    page = visit.page
    opened(page, server, "sentiment")
    file = tmp_path / "reviews.csv"
    file.write_text('id,review\n1,A warm and witty film.\n2,\n3,"Dull, slow and far too long."\n', encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#batch .warnings")).to_contain_text("Row 2, review")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch")).to_contain_text("3 rows in", timeout=EXPLAINED)
    expect(page.locator("#batch .tally")).to_contain_text("Share the praise")
    assert_no_sideways_scrolling(page)
    found = answers(page, tmp_path)
    assert [(row["id"], row["prediction"]) for row in found] == [("1", "positive"), ("2", ""), ("3", "negative")]


def test_the_models_own_rows_are_a_click_away(page: Page, server: str) -> None:
    opened(page, server, "home-loans")
    page.get_by_role("button", name="Or try it with the model's own rows").click()
    expect(page.locator("#batch table")).to_contain_text("Loan to value")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch .tally")).to_contain_text("Approve", timeout=EXPLAINED)


def test_a_column_of_another_name_can_be_chosen_and_a_file_that_is_none_is_told(
    page: Page, server: str, tmp_path: Path
) -> None:
    opened(page, server, "sentiment")
    file = tmp_path / "notes.csv"
    file.write_text("id,words\n1,Great.\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#batch")).to_contain_text("No column for Text: the file has id, words.")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    page.get_by_text("Which column is which field?").click()
    page.get_by_label("Text").click()
    page.get_by_role("option", name="words").click()
    expect(page.locator("#batch table")).to_contain_text("Great.")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()

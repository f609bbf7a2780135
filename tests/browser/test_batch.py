"""A visitor sends a whole file: sees what does not fit, runs it, stops it, and takes the answers along."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from visiting import DESKTOP, EXPLAINED, Visit, assert_no_sideways_scrolling, visiting

from inference import models

pytestmark = pytest.mark.browser


def opened(page: Page, server: str, model: str) -> None:
    page.goto(f"{server}/?model={model}#batch")
    expect(page.locator("#opened .empty")).to_be_visible(timeout=EXPLAINED)


def answers(page: Page, folder: Path) -> list[dict[str, str]]:
    page.wait_for_timeout(500)  # Gradio gives its button the new file some moments after what is said of it
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
    expect(page.locator("#opened .warnings")).to_contain_text("Row 2, review")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch")).to_contain_text("3 rows in", timeout=EXPLAINED)
    expect(page.locator("#batch .tally")).to_contain_text("Share the praise")
    assert_no_sideways_scrolling(page)
    found = answers(page, tmp_path)
    assert [(row["id"], row["prediction"]) for row in found] == [("1", "positive"), ("2", ""), ("3", "negative")]


def test_the_models_own_rows_are_a_click_away(page: Page, server: str) -> None:
    opened(page, server, "home-loans")
    page.get_by_role("button", name="Or take the model's own rows").click()
    expect(page.locator("#opened table")).to_contain_text("Loan to value")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch .tally")).to_contain_text("Approve", timeout=EXPLAINED)


def test_a_column_of_another_name_can_be_chosen_and_a_file_that_is_gone_is_gone(
    page: Page, server: str, tmp_path: Path
) -> None:
    opened(page, server, "sentiment")
    file = tmp_path / "notes.csv"
    file.write_text("id,words\n1,Great.\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    run = page.get_by_role("button", name="Run", exact=True)
    expect(page.locator("#opened")).to_contain_text("No column for Text: the file has id, words.")
    expect(run).to_be_disabled()
    page.get_by_role("combobox", name="Text", exact=True).focus()
    page.get_by_role("combobox", name="Text", exact=True).select_option("words")
    expect(page.locator("#opened table")).to_contain_text("Great.")
    expect(run).to_be_enabled()
    expect(page.get_by_role("combobox", name="Text", exact=True)).to_be_focused()  # it was not drawn anew
    page.get_by_role("button", name="Clear").or_(page.get_by_label("Remove")).first.click()
    expect(page.locator("#opened .empty")).to_be_visible()
    expect(run).to_be_disabled()


def test_a_setting_is_said_once_for_all_rows_of_a_zip(visit: Visit, server: str, tmp_path: Path) -> None:
    page = visit.page
    opened(page, server, "trees")
    found = []
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for photo in sorted((models.find()["trees"] / "examples").glob("*.jpg"))[:2]:
            archive.write(photo, photo.name)
    page.locator("input[type=file]").set_input_files(tmp_path / "photos.zip")
    expect(page.locator("#opened table")).to_contain_text("a picture", timeout=EXPLAINED)
    page.get_by_text("Which column is which field?").click()
    for value in ("0.25", "0.95"):
        page.get_by_label("Least probability, the same in every row").fill(value)
        expect(page.locator("#opened")).to_contain_text(f"In every row: Least probability is {value}.")
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator("#batch [aria-label=Done]:not(.older)")).to_contain_text("2 rows in", timeout=EXPLAINED)
        found.append([len(json.loads(row["found"])) for row in answers(page, tmp_path)])
        page.locator("#batch [aria-label=Done]").evaluate("done => done.classList.add('older')")
    assert_no_sideways_scrolling(page)
    assert all(few < many for few, many in zip(found[1], found[0], strict=True)), found


def test_two_visitors_see_their_own_files(browser: Browser, server: str, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("text\nWitty and warm.\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("text\nDull and long.\n", encoding="utf-8")
    with visiting(browser, server, **DESKTOP) as one, visiting(browser, server, **DESKTOP) as other:
        for visit, name in ((one, "one.csv"), (other, "other.csv")):
            opened(visit.page, server, "sentiment")
            visit.page.locator("input[type=file]").set_input_files(tmp_path / name)
            expect(visit.page.locator("#opened table")).to_be_visible(timeout=EXPLAINED)
        for visit, word in ((one, "positive"), (other, "negative")):
            visit.page.get_by_role("button", name="Run", exact=True).click()
            expect(visit.page.locator("#batch")).to_contain_text("1 row in", timeout=EXPLAINED)
            assert [row["prediction"] for row in answers(visit.page, tmp_path)] == [word]

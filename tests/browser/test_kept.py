"""A visitor is told what is kept, marks an answer and deletes it; the presenter alone sees what was asked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import serving  # type: ignore[attr-defined]
from playwright.sync_api import Browser, Page, expect
from visiting import DESKTOP, EXPLAINED, PHONE, Visit, assert_no_sideways_scrolling, choose, predict, visiting

pytestmark = pytest.mark.browser

MODEL, TOKEN = "home-loans", "the-presenters-own-token"


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with a history."""
    folder: Path = tmp_path_factory.mktemp("history")
    arguments = ["--model", f"assets/models/{MODEL}", "--model", "assets/models/sentiment"]
    arguments += ["--history", str(folder / "history.db"), "--keep", "inputs"]
    with serving(*arguments, log=folder / "log", SEEWHY_TOKEN=TOKEN) as url:
        yield url


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def told(browser: Browser, keeping: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, keeping, **request.param) as visit:
        yield visit


def answered(page: Page) -> None:
    choose(page, MODEL)
    page.wait_for_timeout(1000)
    predict(page)
    expect(page.locator(".marks")).to_be_visible(timeout=EXPLAINED)


def opened(page: Page, keeping: str) -> None:
    page.goto(f"{keeping}/?model={MODEL}#history-{TOKEN}")
    expect(page.get_by_role("heading", name="What was asked")).to_be_visible(timeout=EXPLAINED)


def test_a_visitor_marks_an_answer_and_deletes_it(told: Visit) -> None:
    page = told.page
    answered(page)
    expect(page.get_by_role("note").filter(has_text="This page keeps a history")).to_be_visible()
    marks = page.get_by_role("form", name="Is this answer right?")
    marks.get_by_role("button", name="Wrong").click()
    expect(marks.get_by_role("status")).to_have_text("Noted as wrong. Thank you.")
    expect(marks.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    marks.get_by_role("button", name="Say so").click()
    expect(marks.get_by_role("status")).to_have_text("Noted what it should have been. Thank you.")
    assert_no_sideways_scrolling(page)
    marks.get_by_role("button", name="Delete it").click()
    expect(marks).to_have_text("Deleted: nothing is kept of this answer.")


def test_who_has_no_token_sees_nothing(told: Visit) -> None:
    page = told.page
    choose(page, MODEL)
    expect(page.get_by_role("link", name="History")).to_have_count(0)
    page.goto(re.sub(r"#.*", "", page.url) + "#history")
    page.reload()
    door = page.locator(".presenter")
    expect(door).to_be_visible(timeout=EXPLAINED)
    page.wait_for_timeout(1000)
    door.get_by_label("Token").fill("a guess")
    door.get_by_role("button", name="Open").click()
    expect(page.get_by_text("This is not the token.")).to_be_visible(timeout=EXPLAINED)
    expect(page.get_by_role("heading", name="What was asked")).to_have_count(0)


def test_the_presenter_sees_what_was_asked_and_takes_it_along(told: Visit, keeping: str) -> None:
    page = told.page
    answered(page)
    page.locator(".marks").get_by_role("button", name="Right").click()
    expect(page.locator(".marks [role=status]")).to_have_text("Noted as right. Thank you.")
    opened(page, keeping)
    assert TOKEN not in page.url and page.url.endswith("#history")
    expect(page.locator(".views a[aria-current]")).to_have_text("History")
    row = page.locator(".entries tbody tr").first
    expect(row).to_contain_text("All debt payments 33")
    expect(row).to_contain_text("right")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take the marked ones as a labelled file").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].endswith("condominium,truth") and lines[-1].endswith("approved")
    assert_no_sideways_scrolling(page)
    page.get_by_role("link", name="One case").click()
    page.get_by_role("link", name="History").click()  # without entering the token again
    expect(page.get_by_role("heading", name="What was asked")).to_be_visible(timeout=EXPLAINED)
    page.wait_for_timeout(1000)
    before = page.locator(".entries tbody tr").count()
    page.locator(".entries tbody tr").first.get_by_role("button", name=re.compile("Delete")).click()
    expect(page.locator(".entries tbody tr")).to_have_count(before - 1) if before > 1 else None


def test_the_presenter_goes_on_to_evaluate(browser: Browser, keeping: str) -> None:
    with visiting(browser, keeping, **DESKTOP) as visit:
        answered(visit.page)
        visit.page.locator(".marks").get_by_role("button", name="Right").click()
        expect(visit.page.locator(".marks [role=status]")).to_contain_text("Thank you")
        opened(visit.page, keeping)
        visit.page.wait_for_timeout(1000)
        visit.page.get_by_role("button", name="Look for slices and drift").click()
        expect(visit.page.get_by_role("heading", name="Has what is asked")).to_be_visible(timeout=EXPLAINED)
        visit.page.get_by_role("button", name="Evaluate on what people said").click()
        expect(visit.page.locator(".summary b")).to_have_text("What people said", timeout=EXPLAINED)


def test_another_browser_sees_nothing_of_the_presenters_view(browser: Browser, keeping: str) -> None:
    with visiting(browser, keeping, **DESKTOP) as one, visiting(browser, keeping, **DESKTOP) as other:
        answered(one.page)
        opened(one.page, keeping)
        other.page.goto(f"{keeping}/?model={MODEL}#history")
        expect(other.page.locator(".presenter")).to_be_visible(timeout=EXPLAINED)
        expect(other.page.get_by_role("heading", name="What was asked")).to_have_count(0)
        calls = other.page.evaluate("fetch('config').then((answer) => answer.text())")
        assert "debt payments 33" not in calls and TOKEN not in calls


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_new_can_be_read_by_all(browser: Browser, keeping: str, scheme: str) -> None:
    with visiting(browser, keeping, **DESKTOP, color_scheme=scheme) as visit:
        answered(visit.page)
        found = Axe().run(visit.page, context=".marks").response["violations"]
        found += Axe().run(visit.page, context=".keeping").response["violations"]
        opened(visit.page, keeping)
        found += Axe().run(visit.page, context="#part-summary").response["violations"]
        found += Axe().run(visit.page, context="#part-rows").response["violations"]
        assert [each["id"] for each in found] == []

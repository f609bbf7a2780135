"""A screen that fails while it is made says so in its place, with the id to quote and a way back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, serving  # type: ignore[attr-defined]
from playwright.sync_api import Browser, expect
from visiting import DESKTOP, visiting

pytestmark = pytest.mark.browser


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[str]:
    with serving(
        "--model", "assets/models/sentiment", log=tmp_path / "log", script=ROOT / "tests" / "faulty.py"
    ) as url:
        yield url


def test_a_screen_that_cannot_be_made_says_so(browser: Browser, faulty: str) -> None:
    with visiting(browser, faulty, **DESKTOP) as visit:
        page = visit.page
        page.goto(f"{faulty}/?model=sentiment")
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Please try again, or quote error \w{16}\."))
        expect(page.get_by_label("half of it")).to_have_count(0)
        page.wait_for_timeout(1000)
        page.get_by_role("link", name="All models").click()
        expect(page.get_by_role("alert")).to_have_count(0)

"""Chromium, and a page of the running app in it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

pytest.register_assert_rewrite("visiting")

from visiting import DESKTOP, PHONE, Visit, visiting  # noqa: E402  # its asserts are to say what they saw

expect.set_options(timeout=15_000)  # milliseconds; two browsers and two servers share the cores


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "the browser tests need Chromium; on Debian: apt-get install chromium"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    running = playwright.chromium.launch(executable_path=found, args=arguments)
    yield running
    running.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit on a desktop, then one on a phone."""
    with visiting(browser, server, **request.param) as visit:
        yield visit


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page on a desktop."""
    with visiting(browser, server, **DESKTOP) as visit:
        yield visit.page

"""A visitor copies a link, and whoever opens it sees the same case: on a phone, behind a proxy's path, in a frame."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import serving
from playwright.sync_api import Browser, FrameLocator, Page, expect
from proxied import frame, proxy, running
from visiting import DESKTOP, EXPLAINED, PHOTO, TEXT, Visit, choose, example, settled, visiting

pytestmark = pytest.mark.browser


def copied(page: Page | FrameLocator) -> str:
    """Press the button; the link that then stands below it."""
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_role("textbox", name="Link to this case")
    expect(shown).to_be_visible(timeout=EXPLAINED)
    return shown.input_value()


def told(page: Page | FrameLocator) -> tuple[str, str]:
    """What is predicted, and what is explained, once it is."""
    expect(page.locator("#why [data-case]")).to_be_attached(timeout=EXPLAINED)
    expect(page.locator("#why h2")).to_contain_text("“")
    return page.locator("#answer .headline").inner_text(), page.locator("#why h2").inner_text()


@pytest.mark.parametrize("model", [TEXT, PHOTO])
def test_whoever_opens_a_link_sees_the_same_case_explained(visit: Visit, server: str, model: str) -> None:
    page = visit.page
    choose(page, model)
    example(page, 1).click()
    settled(page)
    page.locator("#answer [data-target]").nth(1).click()  # another label's reasons
    expect(page.locator("#why h2")).not_to_contain_text(page.locator("#answer .headline").inner_text().split()[0])
    before, link = told(page), copied(page)
    assert link.startswith(f"{server}/?model={model}&case=") and len(link) < 700
    expect(page.locator(".take .link")).to_contain_text("Whoever has the link can see it")

    page.goto("about:blank")
    page.goto(link)
    assert told(page) == before  # nobody pressed anything
    expect(page.locator(".opened")).to_have_text("Opened from a link.")
    assert page.url == link
    page.get_by_role("link", name="All models").click()
    assert "case=" not in page.url
    page.go_back()
    expect(page.locator("#why h2")).to_have_text(before[1], use_inner_text=True, timeout=EXPLAINED)
    assert told(page)[0] == before[0]


def test_the_link_is_in_the_clipboard(browser: Browser, server: str) -> None:
    with visiting(browser, server, permissions=["clipboard-read", "clipboard-write"], **DESKTOP) as visit:
        choose(visit.page, "home-loans")
        example(visit.page).click()
        settled(visit.page)
        link = copied(visit.page)
        expect(visit.page.locator(".take .link")).to_contain_text("Copied.")
        assert visit.page.evaluate("navigator.clipboard.readText()") == link


def test_an_altered_link_says_so_and_opens_the_model_empty(page: Page, server: str) -> None:
    page.goto(f"{server}/?model={TEXT}&case=AAAA")
    expect(page.get_by_role("alert")).to_contain_text("This link is damaged", timeout=EXPLAINED)
    expect(page.get_by_role("textbox", name="Text")).to_have_value("")
    page.wait_for_timeout(1500)  # what would be asked by itself would be by now
    expect(page.locator("#answer .headline")).to_have_count(0)
    example(page).click()
    settled(page)


def test_a_comparison_is_opened_where_it_was_made(page: Page, server: str) -> None:
    page.goto(f"{server}/?model=home-loans#compare")
    example(page, 2).click(timeout=EXPLAINED)
    expect(page.locator("#compared [aria-busy]")).to_have_count(0, timeout=EXPLAINED)
    expect(page.locator("#compared .card").first).to_be_visible(timeout=EXPLAINED)
    before = page.locator("#compared .headline").all_inner_texts()
    link = copied(page)
    assert link.endswith("#compare")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".opened")).to_be_visible(timeout=EXPLAINED)
    expect(page.locator("#compared .card").first).to_be_visible(timeout=EXPLAINED)
    expect(page.locator("#compared [aria-busy]")).to_have_count(0, timeout=EXPLAINED)
    assert page.locator("#compared .headline").all_inner_texts() == before


# Where the page is not at home


def test_links_work_behind_a_proxys_path(browser: Browser, tmp_path: Path) -> None:
    given = ["--model", "assets/models/home-loans", "--root-path", "/demo"]
    with (
        serving(*given, log=tmp_path / "log") as app,
        running(proxy("/demo", app)) as outside,
        visiting(browser, f"{outside}/demo/", **DESKTOP) as visit,
    ):
        choose(visit.page, "home-loans")
        example(visit.page).click()
        settled(visit.page)
        before, link = told(visit.page), copied(visit.page)
        assert link.startswith(f"{outside}/demo/?model=home-loans&case=")
        visit.page.goto("about:blank")
        visit.page.goto(link)
        assert told(visit.page) == before


def test_in_a_space_a_link_leads_to_the_page_around_the_frame(browser: Browser, tmp_path: Path) -> None:
    given = ["--model", "assets/models/home-loans"]
    with serving(*given, log=tmp_path / "log", SPACE_ID="someone/seewhy") as app, running(frame(app)) as space:
        page = browser.new_context(**DESKTOP).new_page()
        page.goto(f"{space}/?model=home-loans")
        within = page.frame_locator("iframe")
        within.locator(".gallery-item").first.click(timeout=EXPLAINED)
        before = told(within)
        link = urlsplit(copied(within))
        assert (link.scheme, link.netloc, link.path) == ("https", "huggingface.co", "/spaces/someone/seewhy")
        assert set(parse_qs(link.query)) == {"model", "case"}  # and nothing of the frame's own, such as its signature
        expect(within.locator(".take .link")).to_contain_text(re.compile("Copied|Copy it from here"))
        page.goto("about:blank")
        page.goto(f"{space}/?{link.query}")  # which hands its query on to the frame
        assert told(page.frame_locator("iframe")) == before
        page.context.close()
        direct = browser.new_context(**DESKTOP).new_page()
        direct.goto(f"{app}/?{link.query}&__sign=secret")
        assert told(direct) == before
        assert copied(direct).startswith(f"{app}/?model=home-loans&case=") and "__sign" not in copied(direct)
        direct.context.close()

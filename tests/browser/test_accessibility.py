"""For those who see little, use no mouse, or have the page read to them: WCAG 2.1 A and AA by axe-core, and Tab."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from visiting import (
    CHAT,
    EXPLAINED,
    FADED,
    HISTORY,
    LOOKS,
    PHOTO,
    ROAD,
    ROW,
    SERIES,
    TEXT,
    WEATHER,
    choose,
    example,
    faded,
    predict,
    settled,
    visiting,
)

pytestmark = pytest.mark.browser

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
GRADIOS: dict[tuple[str, str], str] = {}
"""What Gradio's own widgets violate and nothing outside can mend: (rule, part of the selector) → why it stays."""


@pytest.fixture(params=["desktop-light", "phone-dark"])
def page(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with visiting(browser, server, **LOOKS[request.param]) as visit:
        yield visit.page


@pytest.fixture
def desk(browser: Browser, server: str) -> Iterator[Page]:
    """One look, for what does not depend on it."""
    with visiting(browser, server, **LOOKS["desktop-light"]) as visit:
        yield visit.page


DRAWN = "[...document.querySelectorAll('.gallery-item')].every((each) => each.children.length)"
"""Gradio fetches what draws an example when the first one is shown."""


def violations(page: Page) -> list[str]:
    """Each rule that is violated, where, and how; what is Gradio's and known is left out."""
    page.wait_for_function(DRAWN)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    faded(page)
    found: list[dict[str, Any]] = Axe().run(page, options={"runOnly": STANDARD}).response["violations"]
    nodes = [(rule["id"], str(node["target"]), node) for rule in found for node in rule["nodes"]]
    ours = [each for each in nodes if not any(each[0] == rule and part in each[1] for rule, part in GRADIOS)]
    return [f"{rule} at {where}: {node['html'][:150]} {node['failureSummary']}" for rule, where, node in ours]


def test_the_first_page(page: Page) -> None:
    expect(page.locator("a.tile").first).to_be_visible()
    assert violations(page) == []


def test_the_story(page: Page) -> None:
    page.get_by_role("link", name="Show me").click()
    settled(page)
    assert violations(page) == []


@pytest.mark.parametrize("model", [PHOTO, ROW, HISTORY, CHAT, WEATHER, SERIES, ROAD])
def test_an_answer(page: Page, model: str) -> None:
    choose(page, model)
    assert violations(page) == []
    example(page).click()
    settled(page)
    assert violations(page) == []


@pytest.mark.parametrize("model", ["shuttle", "highway"])
def test_a_recording(page: Page, model: str) -> None:
    choose(page, model)
    page.get_by_role("button", name="Play the recording").click()
    expect(page.locator("#recording .readout")).to_contain_text("Tick 2", timeout=EXPLAINED)
    page.get_by_role("button", name="Pause").click()
    assert violations(page) == []


def test_a_long_text_with_a_warning_and_another_label_asked_about(page: Page) -> None:
    choose(page, TEXT)
    page.get_by_role("textbox", name="Text").fill("A slow film with a warm and witty end. " * 70)  # longer than is read
    predict(page)
    expect(page.get_by_role("note", name="Warnings")).to_be_visible(timeout=EXPLAINED)
    page.get_by_role("button", name=re.compile("^negative")).click()
    expect(page.locator("#why h2")).to_have_text("Why “negative”?", timeout=EXPLAINED)
    expect(page.locator("#why progress")).to_be_visible(timeout=EXPLAINED)
    assert violations(page) == []


@pytest.mark.parametrize("check", ["Test it", "Try another baseline"])
def test_a_check(page: Page, check: str) -> None:
    choose(page, ROW)
    example(page).click()
    settled(page)
    page.get_by_role("button", name=check).click()
    expect(page.get_by_role("region", name="Check")).to_be_visible(timeout=EXPLAINED)
    assert violations(page) == []


def test_an_error(page: Page) -> None:
    choose(page, ROW)
    page.get_by_role("spinbutton", name="Living area (ft²)").fill("9000")
    expect(page.get_by_role("alert")).to_be_visible(timeout=EXPLAINED)
    assert violations(page) == []


# By keyboard

STOPS = """() => {
    const all = document.querySelectorAll("a[href], button, input, textarea, select, summary, [tabindex='0']");
    const reached = [...all].filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !each.disabled && each.getBoundingClientRect().width > 1);
    reached.forEach((each, i) => each.dataset.stop = i);
    return reached.map((each) => each.getAttribute("aria-label") || each.innerText || each.outerHTML.slice(0, 90));
}"""


def walk(page: Page) -> Iterator[int]:
    """Tab through the page, once around; the number of each stop."""
    page.evaluate("document.activeElement.blur()")
    seen: set[int] = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate("document.activeElement.dataset.stop")
        if stop is not None and int(stop) in seen:
            return
        if stop is not None:
            seen.add(int(stop))
            yield int(stop)


SHOWN = (
    f"(each) => {{ const arrive = {FADED};"
    + """
    const parts = [each];
    for (let i = 0; i < 4 && parts.at(-1).parentElement; i++) parts.push(parts.at(-1).parentElement);
    const look = () => arrive() || parts.map((part) => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(part);
        return [outlineStyle === "none" ? "" : outlineWidth + outlineColor, boxShadow, borderColor].join();
    }).join();
    const focused = look();
    each.blur();
    const plain = look();
    each.focus({ preventScroll: true });
    return focused !== plain;
}"""
)


def shows_focus(page: Page, element: Locator) -> bool:
    """Whether the focused element, or the frame around it, has another outline, shadow or border than without focus."""
    return bool(element.evaluate(SHOWN))


@pytest.mark.parametrize("model", ["", TEXT, ROW, PHOTO, HISTORY, WEATHER])
def test_everything_is_reached_by_tab_and_shows_it(browser: Browser, server: str, model: str) -> None:
    with visiting(browser, server, **LOOKS["desktop-light"]) as visit:
        page = visit.page
        expect(page.locator("a.tile").first).to_be_visible()
        page.wait_for_function("listening")  # what is drawn anew until then would lose its focus
        if model:
            choose(page, model)
        if model not in ("", ROW):  # leaving a slider's number predicts anew, and would renew the answer's stops
            example(page).click()
            settled(page)
            page.get_by_text("Ask the same from a program").click()
        names: list[str] = page.evaluate(STOPS)
        reached, unseen = [], []
        for stop in walk(page):
            reached.append(stop)
            if not shows_focus(page, page.locator(f'[data-stop="{stop}"]')):
                unseen.append(names[stop])
        assert [name for i, name in enumerate(names) if i not in reached] == []
        assert unseen == []


def test_a_case_is_asked_changed_and_questioned_by_keyboard(browser: Browser, server: str) -> None:
    with visiting(browser, server, **LOOKS["desktop-light"]) as visit:
        page = visit.page
        page.locator(f'a.tile[data-model="{TEXT}"]').press("Enter")
        expect(example(page)).to_be_visible(timeout=EXPLAINED)
        example(page).press("Space")
        settled(page)
        for key, label in (("Enter", "negative"), ("Space", "positive")):
            page.get_by_role("button", name=re.compile(f"^{label}")).press(key)
            expect(page.locator("#why h2")).to_have_text(f"Why “{label}”?", timeout=EXPLAINED)
        settled(page)
        page.get_by_text("As a table").press("Enter")
        expect(page.locator("#why table")).to_be_visible()
        page.get_by_role("link", name="All models").press("Enter")
        page.locator(f'a.tile[data-model="{ROW}"]').press("Enter")
        expect(page.locator("#answer .empty")).to_be_visible(timeout=EXPLAINED)  # the new screen is there
        page.wait_for_timeout(500)  # Gradio hears a button some moments after it is drawn
        page.get_by_role("button", name="Predict and explain").press("Space")
        settled(page)
        slider = page.get_by_role("slider", name="Living area (ft²)")
        before = float(slider.input_value())
        slider.press("ArrowRight")
        expect(page.locator("#why")).to_contain_text(f"Living area = {before + 1:,.0f} ft²", timeout=EXPLAINED)


# To have it read out


def test_the_headings_are_in_order(desk: Page) -> None:
    def levels() -> list[int]:
        return [int(tag[1]) for tag in desk.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => h.tagName)")]

    expect(desk.locator("a.tile").first).to_be_visible()
    assert levels()[0] == 1 and levels().count(1) == 1
    choose(desk, TEXT)
    example(desk).click()
    settled(desk)
    found = levels()
    assert found.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(found))


def test_the_answer_is_read_out_when_it_is_whole(desk: Page) -> None:
    choose(desk, TEXT)
    expect(desk.get_by_role("heading", name="Praise or complaint")).to_be_focused()
    expect(desk).to_have_title("Praise or complaint · SeeWhy")
    example(desk).click()
    settled(desk)
    expect(desk.locator("#said")).to_have_text(
        re.compile(r"^positive 9.*%\. Share the praise\. The explanation is ready\.$")
    )
    assert desk.locator("#said").get_attribute("role") == "status"

"""Nothing lies over anything else, is cut off, or is offered before it can be used: on a desktop and on a phone."""

from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect
from visiting import EXPLAINED, PHOTO, ROW, TEXT, Visit, choose, example, settled

pytestmark = pytest.mark.browser


def edges(found: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is drawn, CSS pixels."""
    left, top, right, bottom = found.evaluate(
        "each => Object.values((({left, top, right, bottom}) => "
        "({left, top, right, bottom}))(each.getBoundingClientRect()))"
    )
    return left, top, right, bottom


def test_parts_that_work_together_stand_below_one_another(visit: Visit) -> None:
    page = visit.page
    choose(page, TEXT)
    example(page, 1).click()
    settled(page)
    page.get_by_role("button", name="Which parts work together?").click()
    pairs = page.locator("#checked .pairs > li")
    expect(pairs.first).to_be_visible(timeout=EXPLAINED)
    lines = [edges(pairs.nth(i)) for i in range(pairs.count())]
    assert len(lines) > 1
    assert all(after[1] >= before[3] for before, after in pairwise(lines))
    *_, end = edges(page.locator("#checked .check"))
    assert all(line[3] < end for line in lines)
    told = edges(page.locator("#checked .check > .hint").first)
    assert told[1] >= lines[-1][3]  # the words about it


def test_changes_that_flip_a_decision_stay_in_their_card(visit: Visit) -> None:
    page = visit.page
    choose(page, ROW)
    example(page, 1).click()
    settled(page)
    page.get_by_role("button", name="What would flip it?").click()
    expect(page.get_by_role("button", name="Try it").first).to_be_visible(timeout=EXPLAINED)
    expect(page.locator(".flips [aria-busy]")).to_have_count(0, timeout=EXPLAINED)
    _, _, right, _ = edges(page.locator(".card.flips"))
    tables = page.locator(".flips .changes")
    assert tables.count() > 1
    assert all(edges(tables.nth(i))[2] < right for i in range(tables.count()))


def test_every_view_of_a_model_is_seen_without_scrolling(visit: Visit) -> None:
    page = visit.page
    choose(page, TEXT)
    assert page.viewport_size is not None
    views = page.get_by_role("navigation", name="Views")
    _, _, right, _ = edges(views)
    assert right < page.viewport_size["width"]
    for name in ("One case", "Batch", "Evaluate", "Compare"):
        assert edges(views.get_by_role("link", name=name))[2] <= right


def test_a_comparison_has_a_link_once_it_is_there(visit: Visit) -> None:
    page = visit.page
    choose(page, TEXT)
    page.get_by_role("link", name="Compare").click()
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_visible(timeout=EXPLAINED)
    link = page.get_by_role("button", name="Copy link")
    expect(link).to_be_hidden()
    page.wait_for_timeout(500)  # Gradio hears a button some moments after it is drawn
    example(page).click()
    expect(link).to_be_visible(timeout=EXPLAINED)
    side = page.locator(".two-sides .card").first
    expect(side.get_by_role("heading", name="Why")).to_be_visible(timeout=EXPLAINED)
    levels = side.locator("h2, h3, h4").evaluate_all("all => all.map(each => each.tagName)")
    assert levels == ["H3", "H4", "H4"]  # its name, the prediction, why


MOVED = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(
        list.getEntries().filter((each) => !each.hadRecentInput).reduce((sum, each) => sum + each.value, 0)
    )).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(0), 2000);  // nothing moved
})"""


@pytest.mark.parametrize("model", [TEXT, ROW, PHOTO])
def test_a_form_does_not_jump_while_it_is_drawn(page: Page, server: str, model: str) -> None:
    page.goto(f"{server}/?model={model}")
    expect(page.locator("#answer .empty")).to_be_visible(timeout=EXPLAINED)
    expect(example(page)).to_be_visible()
    assert page.evaluate(MOVED) < 0.1  # what Google's Web Vitals call good


def test_a_link_that_fails_says_so_where_it_is_seen_and_until_something_is_asked(visit: Visit, server: str) -> None:
    page = visit.page
    page.goto(f"{server}/?model={ROW}&case=AAAA")
    alert = page.get_by_role("alert").filter(has_text="This link is damaged")
    expect(alert).to_be_in_viewport(timeout=EXPLAINED)
    expect(page.locator("#answer .empty")).to_be_visible()
    page.wait_for_timeout(500)  # Gradio hears a button some moments after it is drawn
    example(page).click()
    settled(page)
    expect(alert).to_be_hidden()


def test_what_to_compare_with_shows_that_it_has_the_focus(page: Page, server: str) -> None:
    page.goto(f"{server}/?model={TEXT}#compare")
    box = page.get_by_role("combobox", name="Compare with")
    expect(box).to_be_visible(timeout=EXPLAINED)
    frame = page.locator(".wrap:has(> .wrap-inner)", has=box)
    plain = frame.evaluate("each => getComputedStyle(each).boxShadow")
    box.focus()
    expect(frame).not_to_have_css("box-shadow", plain)

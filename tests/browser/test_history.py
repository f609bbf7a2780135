"""A history is searched, chosen, rated and taken back in the browser, by mouse, by keyboard and on a phone."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visiting import EXPLAINED, HISTORY, LOOKS, choose, settled, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(params=["desktop-light", "phone-dark"])
def page(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    liked = {"model": HISTORY, "inputs": {"history": ["1"]}}
    httpx.post(f"{server}/api/v1/predict", json=liked, timeout=60)  # answers follow what is chosen once it is loaded
    with visiting(browser, server, **LOOKS[request.param]) as visit:
        choose(visit.page, HISTORY)
        yield visit.page


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Movies you liked")


def chips(page: Page) -> Locator:
    return page.locator(".history .chips li > span")


def brought(page: Page) -> Locator:
    return page.locator("#why .chosen li")


def test_typing_searches_without_accents_and_enter_takes_the_first(page: Page) -> None:
    box(page).press_sequentially("leon prof")
    expect(page.get_by_role("option")).to_have_text(["Léon: The Professional1994 · Action, Crime, Drama, Thriller"])
    box(page).press("Enter")
    expect(chips(page)).to_have_text(["Léon: The Professional"])
    expect(brought(page)).to_have_count(1, timeout=EXPLAINED)
    expect(brought(page)).to_contain_text("You chose Léon: The Professional: +")


def test_of_thousands_of_titles_few_are_drawn_and_the_rest_is_said(page: Page) -> None:
    box(page).click()
    expect(page.get_by_role("option")).to_have_count(50)
    expect(page.get_by_text("2,568 more: write on to narrow them down")).to_be_visible()
    box(page).fill("no film of such a name")
    expect(page.get_by_text("Nothing of that name")).to_be_visible()
    box(page).press("Escape")
    expect(page.get_by_role("listbox", name="Movies you liked")).to_be_hidden()


def test_a_rating_is_given_changed_and_taken_back(page: Page) -> None:
    for title in ("Toy Story 2", "Alien"):
        box(page).fill(title)
        page.get_by_role("option", name=title).first.click()
    expect(brought(page)).to_have_count(2, timeout=EXPLAINED)
    page.get_by_label("Rating of Alien").select_option("1")
    expect(brought(page).nth(1)).to_contain_text("You rated Alien ★ 1: ", timeout=EXPLAINED)
    page.get_by_label("Rating of Alien").select_option("")
    expect(brought(page).nth(1)).to_contain_text("You chose Alien: ", timeout=EXPLAINED)


def test_what_was_chosen_is_removed_one_by_one_or_at_once(page: Page) -> None:
    page.get_by_text("Space and the future").click()
    expect(chips(page)).to_have_count(6)
    settled(page)
    page.get_by_role("button", name="Remove E.T. the Extra-Terrestrial").click()
    expect(chips(page)).to_have_count(5)
    expect(brought(page)).to_have_count(5, timeout=EXPLAINED)
    expect(page.locator(".history .said")).to_contain_text("removed")
    box(page).press("Backspace")
    expect(chips(page)).to_have_count(4)
    page.get_by_role("button", name="Remove all").click()
    expect(chips(page)).to_have_count(0)
    expect(page.get_by_text("Movies you liked is missing: choose at least one.")).to_be_visible(timeout=EXPLAINED)


def test_an_example_keeps_its_order_and_its_ratings(page: Page) -> None:
    page.get_by_text("Space opera yes, horror no").click()
    expect(chips(page).first).to_have_text("Star Wars: Episode IV - A New Hope")  # an object would sort its keys
    expect(page.get_by_label("Rating of Aliens")).to_have_value("1")
    settled(page)
    expect(brought(page).first).to_contain_text("★ 5: +")


def test_a_search_alone_leaves_the_answer_as_it_is(page: Page) -> None:
    page.get_by_text("Space and the future").click()
    settled(page)
    box(page).press_sequentially("alien")
    expect(page.get_by_role("option").first).to_contain_text("Alien")
    assert page.locator("#why.stale").count() == 0

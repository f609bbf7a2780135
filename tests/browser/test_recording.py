"""A visitor plays a recording, moves about in it by mouse and keyboard, and asks why at one of its ticks."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from visiting import (
    ABOUTS,
    DESKTOP,
    EXPLAINED,
    ROAD,
    Visit,
    assert_no_sideways_scrolling,
    choose,
    settled,
    visiting,
)

from inference import models, recording

pytestmark = pytest.mark.browser

MODEL = "shuttle"
RECORDING = recording.read(models.find()[MODEL], "recording.json")
TOTAL = len(RECORDING.ticks)
ALARM = RECORDING.truth.index("anomaly")


def start(page: Page) -> None:
    """Open the model and press play."""
    choose(page, MODEL)
    page.get_by_role("button", name="Play the recording").click()
    expect(page.locator("#recording .readout")).to_contain_text(f"of {TOTAL}", timeout=EXPLAINED)


def tick(page: Page) -> int:
    """The tick that the panel stands on, from 1."""
    found = re.search(r"Tick (\d+) of", page.locator("#recording .readout").inner_text())
    assert found
    return int(found[1])


def at(page: Page, number: int) -> None:
    """That the panel stands on a tick, from 1."""
    expect(page.locator("#recording .readout")).to_contain_text(f"Tick {number} of {TOTAL}")


def filled(page: Page, number: int) -> None:
    """That the form holds the inputs of a tick, from 0."""
    for field in ABOUTS[MODEL].inputs:
        value = str(RECORDING.ticks[number][field.name])
        expect(page.get_by_role("spinbutton", name=field.label, exact=True)).to_have_value(value, timeout=EXPLAINED)


def test_a_recording_is_played_one_decision_a_tick(visit: Visit) -> None:
    page = visit.page
    start(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("document.querySelector('#recording .readout').textContent.includes('Tick 4')")
    page.get_by_role("button", name="Pause").click()
    stands = tick(page)
    page.wait_for_timeout(1300)
    assert tick(page) == stands
    drawn = page.get_by_role("img", name=f"Decisions at {TOTAL} of {TOTAL} ticks")
    expect(drawn).to_be_visible()
    expect(page.locator("#recording")).to_contain_text("Each decision was made by itself, in")
    assert page.locator("#recording .row.bad .strip > i").count() > 5
    assert_no_sideways_scrolling(page)
    page.get_by_text("As a table").first.click()
    expect(page.locator("#recording tbody tr")).to_have_count(TOTAL)
    assert_no_sideways_scrolling(page)


def test_it_plays_to_its_end_and_again(page: Page) -> None:
    start(page)
    expect(page.get_by_role("img", name=f"Decisions at {TOTAL} of")).to_be_visible(timeout=EXPLAINED)
    page.get_by_role("combobox", name="Speed").select_option("10")
    page.get_by_role("slider", name="Tick", exact=True).fill(str(TOTAL - 4))
    page.get_by_role("button", name="Play", exact=True).click()
    at(page, TOTAL)
    page.get_by_role("button", name="Play again").click()
    page.wait_for_timeout(300)
    assert tick(page) < 40


def test_a_click_on_a_tick_explains_it(visit: Visit) -> None:
    page = visit.page
    start(page)
    strip = page.locator("#recording .row.bad .strip")
    box = strip.bounding_box()
    assert box
    page.wait_for_timeout(500)  # until the server has decided all
    strip.click(position={"x": (ALARM + 0.5) / TOTAL * box["width"], "y": box["height"] / 2})
    at(page, ALARM + 1)
    filled(page, ALARM)
    expect(page.locator("#answer .decision")).to_contain_text("Raise the alarm", timeout=EXPLAINED)
    settled(page)
    expect(page.locator("#why h2")).to_have_text("Why “Surprise”?")
    expect(page.locator("#answer")).to_contain_text("The smallest change found that leads to “Pass”")
    expect(page.locator("#recording .readout")).to_contain_text("truth: anomaly")


def test_by_keyboard_alone(page: Page) -> None:
    start(page)
    scrubber = page.get_by_role("slider", name="Tick", exact=True)
    scrubber.focus()
    scrubber.press("Home")  # which pauses, too
    at(page, 1)
    for _ in range(3):
        scrubber.press("ArrowRight")
    at(page, 4)
    assert "Pass" in (scrubber.get_attribute("aria-valuetext") or "")
    scrubber.press("Enter")
    filled(page, 3)
    settled(page)
    scrubber.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    scrubber.press(" ")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_road_is_shown_as_it_was_at_each_tick_and_the_answer_to_why_comes_into_view(page: Page) -> None:
    choose(page, ROAD)
    page.get_by_role("button", name="Play the recording").click()
    seen = page.locator("#recording .road:visible svg")
    expect(page.locator("#recording .readout")).to_contain_text("Tick 3", timeout=EXPLAINED)
    page.get_by_role("button", name="Pause").click()
    expect(seen).to_have_count(1)
    before = seen.get_attribute("aria-label")
    page.get_by_role("button", name="One tick on").click()
    expect(seen).to_have_count(1)
    assert before != seen.get_attribute("aria-label")
    page.get_by_role("button", name=re.compile("^Why")).click()
    settled(page)
    expect(page.locator("#answer .headline")).to_be_in_viewport()
    assert page.locator("#answer .road svg").get_attribute("aria-label") == seen.get_attribute("aria-label")


def test_steps_go_one_tick_either_way(page: Page) -> None:
    start(page)
    page.get_by_role("slider", name="Tick", exact=True).fill("10")
    page.get_by_role("button", name="One tick on").click()
    at(page, 12)
    page.get_by_role("button", name="One tick back").click()
    page.get_by_role("button", name="One tick back").click()
    at(page, 10)
    expect(page.get_by_role("button", name="at tick 10?")).to_be_visible()


def test_it_stops_when_the_page_is_left_for_another_model(page: Page) -> None:
    start(page)
    page.get_by_role("link", name="All models").click()
    page.wait_for_timeout(1500)
    choose(page, "sentiment")
    expect(page.locator("#recording")).to_have_count(0)
    choose(page, MODEL)
    expect(page.get_by_role("button", name="Play the recording")).to_be_visible()
    expect(page.locator("#recording .timeline")).to_have_count(0)


def test_nothing_moves_by_itself_for_those_who_want_less_motion(browser: Browser, server: str) -> None:
    with visiting(browser, server, **DESKTOP, reduced_motion="reduce") as visit:
        page = visit.page
        start(page)
        moving = page.evaluate("document.getAnimations().length")
        assert moving == 0
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # it waits to be asked
        at(page, 1)
        page.get_by_role("button", name="Play", exact=True).click()
        at(page, 3)


def test_the_data_of_the_panel_are_those_of_the_api(page: Page, server: str) -> None:
    start(page)
    expect(page.get_by_role("img", name=f"Decisions at {TOTAL} of")).to_be_visible(timeout=EXPLAINED)
    shown = json.loads(page.locator("#recording .timeline").get_attribute("data-ticks") or "[]")
    lines = page.request.post(f"{server}/api/v1/play", data={"model": MODEL}).text().splitlines()
    assert [word for word, *_ in shown] == [json.loads(line)["decision"]["action"] for line in lines]

"""What a visitor sees while others are before: the place in the queue, then the answer; Stop leaves the queue."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from crowding import App, crowding, until
from playwright.sync_api import Browser, expect
from visiting import DESKTOP, choose, example, visiting

from inference.serving.admission import EXPLAINING, PREDICTING

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own events in this process, by an option of pandas that is leaving
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]

HEARD = 1_500  # milliseconds until a screen that was just drawn hears a press
ASK = {"model": "sentiment", "inputs": {"text": "a warm and witty film"}}


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    with crowding() as app:
        yield app


def test_who_waits_sees_the_place_and_the_seconds_and_then_the_answer(browser: Browser, running: App) -> None:
    with ThreadPoolExecutor(4) as crowd, visiting(browser, running.url, **DESKTOP) as visit:
        page = visit.page
        choose(page, "sentiment")
        with running.narrow(PREDICTING, 1, 9) as line:
            asked = [crowd.submit(running.post, "predict", ASK) for _ in range(3)]
            until(lambda: line.waiting == 2)
            page.wait_for_timeout(HEARD)
            example(page).click()
            answer = page.locator("#answer")
            expect(answer).to_contain_text("Many people are here right now.")
            expect(answer).to_contain_text("You are number 2, about 4 s.")  # of three: users take turns
        assert {each.result().status_code for each in asked} == {200}
        expect(page.get_by_role("region", name="Prediction")).to_be_visible()
        expect(answer).not_to_contain_text("You are number")


def test_stop_leaves_the_queue_of_explanations(browser: Browser, running: App) -> None:
    with ThreadPoolExecutor(4) as crowd, visiting(browser, running.url, **DESKTOP) as visit:
        page = visit.page
        choose(page, "sentiment")
        with running.narrow(EXPLAINING, 1, 9) as line:
            asked = crowd.submit(running.post, "explain", {**ASK, "evaluations": 32})
            until(lambda: line.working == 1)
            page.wait_for_timeout(HEARD)
            example(page).click()
            expect(page.locator("#why")).to_contain_text("You are number 1, about 2 s.")
            expect(page.get_by_role("region", name="Prediction")).to_be_visible()  # it did not wait
            page.get_by_role("button", name="Stop").click()
            until(lambda: line.waiting == 0, 5)
        assert asked.result().status_code == 200


def test_who_is_one_too_many_is_told_when_to_come_back(browser: Browser, running: App) -> None:
    with ThreadPoolExecutor(4) as crowd, visiting(browser, running.url, **DESKTOP) as visit:
        page = visit.page
        choose(page, "sentiment")
        with running.narrow(PREDICTING, 1, 1) as line:
            asked = [crowd.submit(running.post, "predict", ASK) for _ in range(2)]
            until(lambda: line.waiting == 1)
            page.wait_for_timeout(HEARD)
            example(page).click()
            expect(page.get_by_role("alert")).to_contain_text("1 is waiting already. Please try again in 2 s.")
        assert {each.result().status_code for each in asked} == {200}

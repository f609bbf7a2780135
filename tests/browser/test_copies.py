"""Two copies of the app behind nginx, as assets/deploy/nginx.conf has it: visitors stay with one, and outlive it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from copies import Copies, copies
from crowding import until
from gradio_client import Client
from playwright.sync_api import Browser, Page, expect
from visiting import DESKTOP, EXPLAINED, choose, example, settled

from inference import demo, models

pytestmark = pytest.mark.browser

LOANS = "home-loans"
ROW = demo.read(models.find()[LOANS]).examples[0].inputs
ASKED = {"model": LOANS, "inputs": ROW}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Copies]:
    with copies(tmp_path, "--model", str(models.find()[LOANS])) as found:
        yield found


def test_visitors_stay_with_a_copy_and_outlive_it(running: Copies, browser: Browser) -> None:
    programs(running)
    streams(running)
    explained = [calls(running, number, "explain") for number in (0, 1)]
    page = browser.new_context(**DESKTOP).new_page()
    page.goto(running.url)
    choose(page, LOANS)
    page.wait_for_timeout(1_000)
    example(page).click()
    settled(page)
    before, link = told(page), copied(page)
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "seewhy_copy"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    mine = running.who(Cookie=f"seewhy_copy={cookie['value']}")
    assert calls(running, mine, "explain") > explained[mine]
    assert calls(running, 1 - mine, "explain") == explained[1 - mine], "its calls went to one copy"

    client = Client(running.url, verbose=False)
    running.kill(mine)
    assert httpx.post(f"{running.url}/api/v1/predict", json=ASKED, timeout=60).status_code == 200
    assert client.predict(LOANS, ROW, api_name="/predict")["model"] == LOANS
    other = browser.new_context(**DESKTOP).new_page()
    other.goto(link)
    assert told(other) == before, "the other copy opens the link"
    known = calls(running, 1 - mine, "explain")
    example(page, 1).click()  # the other copy has not drawn this page
    expect(page.get_by_text("the server was started anew, and this page with it.")).to_be_visible(timeout=EXPLAINED)
    expect(page.get_by_role("heading", name=demo.read(models.find()[LOANS]).title)).to_be_visible()
    page.wait_for_timeout(1_000)
    example(page, 1).click()
    until(lambda: calls(running, 1 - mine, "explain") > known, 60)
    settled(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def told(page: Page) -> tuple[str, str]:
    """What is predicted, and what is explained, once it is."""
    settled(page)
    return page.locator("#answer .headline").inner_text(), page.locator("#why h2").inner_text()


def copied(page: Page) -> str:
    """A link to the case."""
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_role("textbox", name="Link to this case")
    expect(shown).to_be_visible(timeout=EXPLAINED)
    return shown.input_value()


def calls(running: Copies, number: int, name: str) -> int:
    """How many calls of a name a copy has told of in its log."""
    lines = [line for line in running.logs[number].read_text().splitlines() if line.startswith("{")]
    return sum(json.loads(line).get("call") == name for line in lines)


def programs(running: Copies) -> None:
    """By their cookie, or their address, they reach one copy, and visitors both; nobody reads the metrics."""
    reached = [running.who(Cookie=f"seewhy_copy={name}") for name in "abcdefgh"]
    assert set(reached) == {0, 1}
    assert reached == [running.who(Cookie=f"seewhy_copy={name}") for name in "abcdefgh"]
    assert len({running.who() for _ in range(4)}) == 1
    opened = [httpx.get(running.url, headers={"Accept": "text/html"}) for _ in range(2)]
    assert len({each.cookies["seewhy_copy"] for each in opened}) == 2
    assert "set-cookie" not in httpx.get(running.url, cookies=opened[0].cookies).headers
    for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics"):
        assert httpx.get(running.url + path).status_code == 404


def streams(running: Copies) -> None:
    """An explanation's parts arrive one by one."""
    asked = {**ASKED, "evaluations": 512}
    with httpx.stream("POST", f"{running.url}/api/v1/explain/stream", json=asked, timeout=60) as answer:
        assert answer.status_code == 200
        assert "transfer-encoding" in answer.headers
        assert len([line for line in answer.iter_lines() if line]) > 1

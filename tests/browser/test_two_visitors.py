"""Two people at once, each tried against the other's words, uploads, answers, studies and state."""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT
from playwright.sync_api import Browser, Page, expect
from visiting import DESKTOP, EXPLAINED, choose, predict, settled, visiting

pytestmark = pytest.mark.browser

HEARING = """() => {
    window.heard = "";
    const fetched = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await fetched(...asked);
        window.heard += ` ${answer.url} `;
        if (answer.body) {
            const reader = answer.clone().body.getReader(), decoder = new TextDecoder();
            const read = () => reader.read().then(({ done, value }) => {
                if (done) return;
                window.heard += decoder.decode(value, { stream: true });
                read();
            }).catch(() => {});
            read();
        }
        return answer;
    };
}"""
"""Keeps everything that the page is sent, the streams of answers included."""


@dataclass
class Visitor:
    """Somebody with a secret, in a browser of their own."""

    page: Page
    secret: str
    session: str = ""
    study: str = ""
    files: tuple[str, ...] = ()
    before: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def latest(self) -> list[dict[str, Any]]:
        """What the page has asked for since it was last opened."""
        return [event for event in self.events if event["session_hash"] == self.session]

    def heard(self) -> str:
        """All that reached the browser, and what it shows."""
        return self.before + str(self.page.evaluate("window.heard")) + self.page.content()


@pytest.fixture(scope="module")
def visitors(
    browser: Browser, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Visitor, Visitor]]:
    """Both have asked about a text, run a file and measured it, by turns; then each knows its own addresses."""
    folder = tmp_path_factory.mktemp("files")
    with visiting(browser, server, **DESKTOP) as one, visiting(browser, server, **DESKTOP) as other:
        both = (Visitor(one.page, "amberlight"), Visitor(other.page, "cobaltblue"))
        for visitor in both:
            visitor.page.add_init_script(f"({HEARING})()")
            visitor.page.goto(server)
            visitor.page.on("request", lambda request, mine=visitor: remember(mine, request))
        for visitor in both:
            choose(visitor.page, "sentiment")
            visitor.page.get_by_role("textbox", name="Text").fill(f"A warm {visitor.secret} film.")
        for visitor in both:
            predict(visitor.page)
        for visitor in both:
            settled(visitor.page)
            expect(visitor.page.locator("#why .words")).to_contain_text(visitor.secret)
        for visitor in both:
            send(visitor, server, folder, "batch")
        for visitor in both:
            visitor.page.get_by_role("button", name="Run", exact=True).click()
        for visitor in both:
            expect(visitor.page.locator("#batch")).to_contain_text("3 rows in", timeout=EXPLAINED)
        for visitor in both:
            send(visitor, server, folder, "evaluate")
        for visitor in both:
            visitor.page.get_by_role("button", name="Measure", exact=True).click()
        for visitor in both:
            expect(visitor.page.get_by_role("heading", name="How right is it?")).to_be_visible(timeout=EXPLAINED)
            visitor.study = visitor.page.url.partition("#evaluate-")[2]
            visitor.files = tuple({*re.findall(rf"{TEMPORARY}/[\w./-]+\.csv", visitor.heard())})
            assert visitor.study and visitor.files and visitor.session
        yield both


def remember(visitor: Visitor, request: Any) -> None:
    """What a visitor's page asks, and the name under which Gradio keeps that visitor's state."""
    if "/queue/join" in request.url and request.post_data:
        visitor.events.append(json.loads(request.post_data))
        visitor.session = visitor.events[-1]["session_hash"]


def send(visitor: Visitor, server: str, folder: Path, view: str) -> None:
    """Choose a file of three reviews that holds the secret."""
    page, file = visitor.page, folder / f"{visitor.secret}.csv"
    rows = (f"A {visitor.secret} film.,positive", "Dull and long.,negative", "I loved it.,positive")
    file.write_text("\n".join(("text,truth", *rows)) + "\n", encoding="utf-8")
    visitor.before = visitor.heard()
    page.goto("about:blank")  # else the address would change within the page alone
    page.goto(f"{server}/?model=sentiment#{view}")
    expect(page.locator("input[type=file]").first).to_be_attached(timeout=EXPLAINED)
    page.wait_for_timeout(500)  # it is heard some moments after it is drawn
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.locator("table").first).to_contain_text(visitor.secret, timeout=EXPLAINED)


Both = tuple[Visitor, Visitor]
TEMPORARY = re.escape(tempfile.gettempdir())
"""Where uploads lie, wherever this machine puts such files."""


def pairs(both: Both) -> tuple[Both, Both]:
    return both, (both[1], both[0])


def test_nothing_that_reaches_one_is_the_others(visitors: Both) -> None:
    for mine, other in pairs(visitors):
        heard = mine.heard()
        assert mine.secret in heard and mine.study in heard  # so it would be noticed
        for part in (other.secret, other.study, other.session, *other.files):
            assert part not in heard


def test_ones_uploads_and_answers_lie_where_the_other_cannot_guess(visitors: Both, server: str) -> None:
    for mine, other in pairs(visitors):
        for file in other.files:
            folder, name = Path(file).parent, Path(file).name
            assert len(folder.name) >= 32 or re.search(r"seewhy-\w{8}", file)  # of letters that nobody can work out
            guesses = [folder, folder.parent, folder.parent / name, f"{folder}/../{name}", Path("/tmp") / name]
            guesses += [folder.with_name(Path(own).parent.name) / name for own in mine.files]
            guesses += [folder.with_name("0" * len(folder.name)) / name, f"{folder.parent}/*/{name}"]
            for guess in guesses:
                answer = httpx.get(f"{server}/gradio_api/file={guess}", params={"session_hash": mine.session})
                assert answer.status_code in (403, 404), guess
                assert other.secret not in answer.text.replace(name, "")


def test_a_study_opens_by_its_own_address_alone(visitors: Both, server: str, browser: Browser) -> None:
    mine, other = visitors
    for address in (other.study[:-1], other.study.swapcase(), other.study + "x", mine.study[::-1]):
        with visiting(browser, server, **DESKTOP) as visit:
            visit.page.goto(f"{server}/?model=sentiment#evaluate-{address}")
            expect(visit.page.get_by_text("no longer in memory")).to_be_visible(timeout=EXPLAINED)
            assert other.secret not in visit.page.content()
    with visiting(browser, server, **DESKTOP) as visit:
        visit.page.goto(f"{server}/?model=sms-spam#evaluate-{other.study}")
        expect(visit.page.get_by_text("read by another model")).to_be_visible(timeout=EXPLAINED)
        assert other.secret not in visit.page.content()


def asked(server: str, event: dict[str, Any], data: list[Any], session: str) -> str:
    """What comes of an event with other values, in the name of another session."""
    body = {**event, "data": data, "session_hash": session}
    told = httpx.post(f"{server}/gradio_api/queue/join", json=body, timeout=20).text
    try:
        with httpx.stream("GET", f"{server}/gradio_api/queue/data?session_hash={session}", timeout=5) as stream:
            for line in stream.iter_lines():
                told += line
                if "process_completed" in line or "close_stream" in line:
                    break
    except httpx.TimeoutException:
        pass
    return told


def test_ones_calls_find_ones_own_state(visitors: Both, server: str, tmp_path: Path) -> None:
    """The other's Run, asked in one's own name while one's own file is open: it is one's own that is answered."""
    mine, other = visitors
    for visitor in visitors:
        send(visitor, server, tmp_path, "batch")
    for visitor in visitors:
        visitor.page.get_by_role("button", name="Run", exact=True).click()
        expect(visitor.page.locator("#batch")).to_contain_text("3 rows in", timeout=EXPLAINED)
    (run,) = (event for event in other.latest() if ".csv" in event["data"])
    assert run["fn_index"] in [event["fn_index"] for event in mine.latest()]
    told = asked(server, run, run["data"], mine.session)
    assert f"{mine.secret}-answers.csv" in told and other.secret not in told
    config = httpx.get(f"{server}/config").text
    for part in (other.secret, other.study, other.session, *other.files):
        assert part not in config


def uploaded(visitor: Visitor) -> dict[str, Any]:
    """The event by which the page told of the file, which may reach this test after what the page made of it."""
    for _ in range(50):
        for event in visitor.latest():
            if isinstance(event["data"][0], dict) and "path" in event["data"][0]:
                return event
        visitor.page.wait_for_timeout(100)
    raise AssertionError([event["data"] for event in visitor.latest()])


def test_no_path_of_the_machine_is_taken_in_the_place_of_an_upload(visitors: Both, server: str, tmp_path: Path) -> None:
    mine, _ = visitors
    send(mine, server, tmp_path, "batch")
    sent = uploaded(mine)
    for path in ("/etc/passwd", str(ROOT / "pyproject.toml"), "../../etc/passwd"):
        told = asked(server, sent, [{**sent["data"][0], "path": path}, *sent["data"][1:]], mine.session)
        assert "process_completed" in told and '"success":false' in told
        assert "root:" not in told and "build-system" not in told and path not in told

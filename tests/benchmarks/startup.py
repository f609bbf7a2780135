"""From the start of the process to a page that answers, and to one that can be used: python tests/benchmarks/startup.py

The work: `python app.py`, until GET / is answered with 200, and until Chromium, opened then with an empty cache, shows
the chooser of models. The peer: an empty Gradio page (empty.py), until the same of its only line. Both are started anew
in each round of the same run, one after the other, by turns first; one start of each beforehand fills the disk's cache.
Memory is what each process holds right after it has answered, and the app once every model has answered once; the empty
page has no models, so it is compared as it was.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import empty
from comparison import Comparison, command, turns
from playwright.sync_api import Browser, BrowserType, sync_playwright
from processes import APP, EMPTY, PATIENCE, at_hand, only, resident, served

from inference import demo, models

BOUND = 1.3  # of an empty page's time, promised by the project


@dataclass(frozen=True)
class Start:
    """Seconds until the page answered and until it could be used; MB right then, and with every model loaded."""

    answered: float
    usable: float
    memory: float
    loaded: float


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Start both `options.rounds` times."""
    names = at_hand(options.model)
    chooser = demo.read(models.find()[names[0]]).title
    with sync_playwright() as playwright:
        browser = chromium(playwright.chromium)
        works = {
            "app": lambda: start(browser, APP, chooser, names, only(options.model)),
            "empty": lambda: start(browser, EMPTY, empty.TEXT, []),
        }
        turns(works, 1)
        found = turns(works, options.rounds)
    return rows(found["app"], found["empty"])


def chromium(kind: BrowserType) -> Browser:
    """Chromium, running already when the clock starts."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("This needs Chromium; on Debian: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return kind.launch(executable_path=found, args=arguments)


def start(browser: Browser, script: Path, awaited: str, names: list[str], arguments: Sequence[str] = ()) -> Start:
    """Start a page, wait for `awaited` in the browser, and load the models `names`."""
    with served(script, *arguments) as server:
        memory = resident(server.pid)
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url, wait_until="commit")
        page.get_by_text(awaited).locator("visible=true").first.wait_for(timeout=PATIENCE * 1000)
        usable = server.age
        context.close()
        server.load(names)
        return Start(server.answered, usable, memory, resident(server.pid))


def rows(ours: list[Start], theirs: list[Start]) -> list[Comparison]:
    """The table's lines."""
    peer = "empty Gradio page"

    def line(what: str, of: str, unit: str, bound: float | None = None) -> Comparison:
        figures = [[[getattr(each, of)] for each in starts] for starts in (ours, theirs)]
        return Comparison(what, figures[0], peer, figures[1], unit, bound)

    return [
        line("start until the page answers", "answered", "s", BOUND),
        line("start until the page can be used in Chromium", "usable", "s", BOUND),
        line("memory when the page answers", "memory", "MB"),
        line("memory once every model has answered", "loaded", "MB"),
    ]


if __name__ == "__main__":
    command(measure, __doc__, rounds=5)

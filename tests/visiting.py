"""What the browser tests share: screens, an open page that is watched, and a visitor's steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, expect

from inference import demo, models

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
LOOKS: dict[str, dict[str, Any]] = {
    f"{name}-{scheme}": {**screen, "color_scheme": scheme}
    for name, screen in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in SCHEMES
}
LEAVING = ("signal is aborted", "Connection errored out")
EXPLAINED = 60_000  # milliseconds that an explanation may take on a slow machine

ABOUTS = {name: demo.read(folder) for name, folder in models.find().items()}
PHOTO, TEXT, ROW, HISTORY = "mobilenet-v2", "sentiment", "ames-house-prices", "movies"
WEATHER, SERIES = "new-york-weather", "any-series"
ROAD = "highway"
STORY = "sms-spam"
CHAT = "tiny-chat"


@dataclass
class Visit:
    """An open page with what it asked for and what it complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, complaint: str) -> None:
        """Note a complaint, but for what Gradio says of its own stream whenever a page is left."""
        if not any(part in complaint for part in LEAVING):
            self.complaints.append(complaint)


@contextmanager
def visiting(browser: Browser, server: str, **look: Any) -> Iterator[Visit]:
    """A page of its own; at its end, nothing may have been asked of another host, and nothing may have failed."""
    context = browser.new_context(**look)
    visit = Visit(context.new_page())
    local = (server, "data:", "blob:")
    visit.page.on("request", lambda r: None if r.url.startswith(local) else visit.outside.append(r.url))
    visit.page.on("console", lambda m: visit.hear(m.text) if m.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.hear(str(error)))
    visit.page.on("dialog", lambda dialog: (visit.complaints.append(dialog.message), dialog.dismiss()))
    visit.page.goto(server)
    yield visit
    context.close()
    assert visit.outside == []
    assert visit.complaints == []


def choose(page: Page, model: str) -> None:
    """Pick a model by its tile, from wherever the page is; its form is there afterwards."""
    if page.locator("body.chosen").count():
        page.get_by_role("link", name="All models").click()
    page.locator(f'a.tile[data-model="{model}"]').click()
    expect(page.locator("#answer .empty")).to_be_visible(timeout=EXPLAINED)
    if model in ABOUTS:
        expect(page.get_by_role("heading", name=ABOUTS[model].title)).to_be_visible()
        expect(page.locator(".summary")).to_contain_text(ABOUTS[model].summary)


def example(page: Page, number: int = 0) -> Locator:
    """An example of the form."""
    return page.locator(".gallery-item").nth(number)


def predict(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Predict and explain").click()


def settled(page: Page) -> None:
    """Wait until the figure has finished sharpening."""
    why = page.get_by_role("region", name="Explanation")
    expect(why.get_by_text("How far can you trust this?")).to_be_visible(timeout=EXPLAINED)
    expect(page.locator("#why.stale")).to_have_count(0)


FADED = """() => document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
    .forEach((each) => each.finish())"""


def faded(page: Page) -> None:
    """Let whatever fades or moves arrive at once; what turns for ever goes on."""
    page.evaluate(FADED)


def read(page: Page) -> tuple[str, str, str]:
    """The texts of prediction, explanation and path, once the figure has finished sharpening."""
    settled(page)
    regions = [page.get_by_role("region", name=name) for name in ("Prediction", "Explanation", "Path of the input")]
    assert_no_sideways_scrolling(page)
    return tuple(region.inner_text() for region in regions)  # type: ignore[return-value]


def assert_no_sideways_scrolling(page: Page) -> None:
    """The page is no wider than the screen; `innerWidth` would grow with it on a phone."""
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def saved(page: Page) -> dict[str, Any]:
    """What the page would save of its case."""
    found: dict[str, Any] = page.evaluate("theCase()")
    return found

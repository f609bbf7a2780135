"""Models, files and links full of markup: whatever a visitor does with them, they are read and never run."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from conftest import serving
from playwright.sync_api import Browser, Page, expect
from security.hostile import EVIL, QUOTED, rewritten
from visiting import DESKTOP, EXPLAINED

pytestmark = pytest.mark.browser

LABELS, AMOUNT = "labels", "amount"
TRAP = """window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = (...said) => window.ran.push([name, ...said]);
"""
PLANTED = """() => [
    ...document.querySelectorAll("[onerror], [onload], [onmouseover], img[src='x'], a[href^='javascript:']"),
    ...[...document.scripts].filter((each) => each.textContent.startsWith("alert(")),
].map((each) => each.outerHTML.slice(0, 200))"""


TOKEN = "the-presenters-own-token"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with models whose every word would run if it were markup, and a history of what was asked."""
    root = tmp_path_factory.mktemp("hostile")
    models = {LABELS: "home-loans", AMOUNT: "ames-house-prices"}
    folders = [rewritten(source, root / name) for name, source in models.items()]
    named = [part for folder in [*folders, "assets/models/sentiment"] for part in ("--model", str(folder))]
    kept = ("--history", str(root / "history.db"), "--keep", "inputs")
    with serving(*named, *kept, log=root / "log", SEEWHY_TOKEN=TOKEN) as url:
        yield url


@pytest.fixture
def page(browser: Browser, hostile: str) -> Iterator[Page]:
    """A page in which whatever ran is noted; at its end, nothing did, and nothing was asked of another host."""
    context = browser.new_context(**DESKTOP)
    context.add_init_script(TRAP)
    page, outside, dialogs = context.new_page(), list[str](), list[str]()
    page.on("request", lambda r: None if r.url.startswith((hostile, "data:", "blob:")) else outside.append(r.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    harmless(page)
    context.close()
    assert (outside, dialogs) == ([], [])


def harmless(page: Page) -> None:
    """Nothing ran, and nothing became an element of its own."""
    assert page.evaluate(PLANTED) == []
    assert page.evaluate("window.ran") == []


def opened(page: Page, server: str, where: str, heard: str) -> None:
    """A view of the page, once it shows something that is written here; what is planted is looked for at once."""
    page.goto(f"{server}/?model={where}")
    expect(page.locator(heard).first).to_be_visible(timeout=EXPLAINED)
    page.wait_for_timeout(1_000)  # a button is heard only some moments after it is drawn
    harmless(page)


def unfolded(page: Page) -> None:
    """All folds open."""
    for fold in page.locator("summary").all():
        if fold.is_visible():
            fold.click()
    page.wait_for_timeout(1_000)
    harmless(page)


def explained(page: Page) -> None:
    why = page.get_by_role("region", name="Explanation")
    expect(why.get_by_text("How far can you trust this?")).to_be_visible(timeout=EXPLAINED)
    unfolded(page)


@pytest.mark.parametrize("model", [LABELS, AMOUNT])
def test_a_case_of_a_hostile_model_is_read_and_never_run(page: Page, hostile: str, model: str) -> None:
    page.goto(hostile)
    tile = page.locator(f'a.tile[data-model="{model}"]')
    expect(tile).to_contain_text("alert(")
    harmless(page)
    tile.click()
    expect(page.locator("#answer .empty")).to_be_visible(timeout=EXPLAINED)
    page.wait_for_timeout(1_000)
    harmless(page)
    page.locator(".gallery-item").first.click()
    explained(page)
    expect(page.locator("#answer")).to_contain_text("alert(")
    pressed(page, "[data-check]")
    page.locator("[data-feature]").first.click()
    unfolded(page)


def pressed(page: Page, buttons: str) -> None:
    """Each of some buttons, of which there is one at least, and what it brings; a button may be gone by then."""
    names = page.locator(buttons).evaluate_all("found => found.filter(e => e.checkVisibility()).map(e => e.innerText)")
    assert names
    for name in dict.fromkeys(names[:4]):
        button = page.locator(buttons).filter(has_text=name).first
        if button.is_visible() and button.is_enabled():
            button.click()
            page.wait_for_timeout(3_000)
            harmless(page)


@pytest.mark.parametrize("model", [LABELS, AMOUNT])
def test_whole_files_of_a_hostile_model_are_read_and_never_run(page: Page, hostile: str, model: str) -> None:
    opened(page, hostile, f"{model}#batch", "#opened .empty")
    page.get_by_role("button", name="Or take the model's own rows").click()
    expect(page.locator("#opened table")).to_contain_text("alert(", timeout=EXPLAINED)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch .tally")).to_contain_text("alert(", timeout=EXPLAINED)
    unfolded(page)


@pytest.mark.parametrize("model", [LABELS, AMOUNT])
def test_a_study_of_a_hostile_model_is_read_and_never_run(page: Page, hostile: str, model: str) -> None:
    page.goto(f"{hostile}/?model={model}#evaluate")
    own = page.get_by_role("button", name="Or take the model's own rows")
    expect(own).to_be_visible(timeout=EXPLAINED)
    page.wait_for_timeout(1_000)
    own.click()
    expect(page.get_by_role("combobox", name="Truth")).to_have_value("truth", timeout=EXPLAINED)
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.get_by_role("heading", name="How right is it?")).to_be_visible(timeout=EXPLAINED)
    unfolded(page)
    pressed(page, "button[data-section]")


def test_names_and_cells_of_a_file_are_read_and_never_run(page: Page, hostile: str, tmp_path: Path) -> None:
    opened(page, hostile, "sentiment#batch", "#opened .empty")
    file = tmp_path / f"{EVIL.replace('/', '')}.csv"
    file.write_text(f'"{EVIL}","text","{QUOTED.replace(chr(34), chr(34) * 2)}"\n"{EVIL}","{EVIL} a film",x\n,,\n')
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#opened")).to_contain_text("onerror", timeout=EXPLAINED)
    harmless(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#batch")).to_contain_text("rows in", timeout=EXPLAINED)
    unfolded(page)


def test_what_is_kept_of_hostile_words_is_read_and_never_run(page: Page, hostile: str) -> None:
    asked = {"model": "sentiment", "inputs": {"text": f"{EVIL} {QUOTED} a film"}}
    answer = httpx.post(f"{hostile}/api/v1/predict", json=asked, timeout=60).json()
    mark = {"id": answer["kept"], "verdict": "should be", "truth": EVIL}
    httpx.post(f"{hostile}/api/v1/feedback", json=mark, timeout=60)
    opened(page, hostile, f"sentiment#history-{TOKEN}", "text=What was asked")
    expect(page.locator("body")).to_contain_text("onerror", timeout=EXPLAINED)
    unfolded(page)


def test_a_link_full_of_markup_is_read_and_never_run(page: Page, hostile: str) -> None:
    for name in ("model", "case", "link", "input", "title", "x"):
        page.goto(f"{hostile}/?{name}={quote(EVIL + QUOTED)}#{quote(EVIL)}")
        page.wait_for_timeout(1_500)
        harmless(page)
        page.goto(f"{hostile}/?model=sentiment&{name}={quote(QUOTED)}#row-{quote(EVIL)}")
        page.wait_for_timeout(1_500)
        harmless(page)

"""A visitor speaks to the assistant: what is understood stands in its box, can be mended, and is answered."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import serving
from playwright.sync_api import Browser, Page, expect
from sounding import beeps, wav
from visiting import DESKTOP, EXPLAINED, PHONE, assert_no_sideways_scrolling, choose, settled, visiting

from inference import models

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def listening(tiny_models: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with the assistant, which listens to a tiny speech model, and again to one that is not there."""
    folder, log = tmp_path_factory.mktemp("spoken"), tmp_path_factory.mktemp("log") / "app.log"
    for name, ear in (("hearing", "tiny-speech"), ("deaf", "absent")):
        shutil.copytree(models.find()["assistant"], folder / name)
        about = json.loads((folder / name / "demo.json").read_text(encoding="utf-8"))
        about["fields"][0]["listens"] = ear
        (folder / name / "demo.json").write_text(json.dumps(about))
    with serving("--model", str(folder), "--model", str(tiny_models("tiny-speech")), log=log) as url:
        yield url


def speak(page: Page, recording: Path) -> None:
    """Open a recording in the assistant's recorder."""
    page.get_by_role("button", name="Upload file").click()
    page.locator(".fields input[type=file]").set_input_files(recording)


@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_said_is_written_down_answered_and_explained(
    browser: Browser, listening: str, look: dict[str, object], tmp_path: Path
) -> None:
    (tmp_path / "speech.wav").write_bytes(wav(beeps(0.4, 0.2).samples))
    with visiting(browser, listening, **look) as visit:
        choose(visit.page, "hearing")
        speak(visit.page, tmp_path / "speech.wav")
        settled(visit.page)
        box = visit.page.get_by_role("textbox", name="Request")
        written = box.input_value()
        assert written.strip()
        expect(visit.page.locator("#why")).to_contain_text(written.split()[0])
        box.fill("Remind me to water the plants tomorrow")
        expect(visit.page.locator("#answer .headline")).to_contain_text("reminder", timeout=EXPLAINED)
        assert_no_sideways_scrolling(visit.page)


def test_a_file_that_is_no_sound_is_told_and_the_page_goes_on(browser: Browser, listening: str, tmp_path: Path) -> None:
    (tmp_path / "speech.wav").write_bytes(b"RIFF\0\0\0\0WAVE but no more")
    with visiting(browser, listening, **DESKTOP) as visit:
        choose(visit.page, "hearing")
        speak(visit.page, tmp_path / "speech.wav")
        expect(visit.page.get_by_text("could not be read")).to_be_visible(timeout=EXPLAINED)
        visit.page.get_by_role("textbox", name="Request").fill("Call Ada")
        expect(visit.page.locator("#answer .headline")).to_contain_text("call", timeout=EXPLAINED)
        visit.complaints.clear()  # the browser says that it cannot draw such a file


def test_without_a_speech_model_the_page_says_what_to_do(browser: Browser, listening: str) -> None:
    with visiting(browser, listening, **PHONE) as visit:
        choose(visit.page, "deaf")
        expect(visit.page.locator(".unheard")).to_contain_text("python app.py --model absent")
        expect(visit.page.get_by_role("button", name="Record")).to_have_count(0)
        assert_no_sideways_scrolling(visit.page)

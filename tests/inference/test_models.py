"""Which models there are, and where their weights come from."""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference import demo, models
from inference.errors import ModelError, NotFound
from inference.models import InstalledBase

BASE_ID = "someone/some-base"


def model(root: Path, name: str, *files: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    for file in (demo.FILE, *files):
        (folder / file).touch()
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "seewhy"


# Finding


def test_models_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "c", "a"):
        model(tmp_path / "models", name)
    (tmp_path / "models" / "no-model").mkdir()
    found = models.find(tmp_path / "models")
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == tmp_path / "models" / "a"


def test_a_single_model_folder_is_found_as_itself(tmp_path: Path) -> None:
    folder = model(tmp_path, "mine")
    model(folder, "inner")
    assert models.find(folder) == {"mine": folder}


def test_a_model_in_the_working_folder_has_its_folders_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model(tmp_path, "mine"))
    assert models.find(Path()) == {"mine": tmp_path / "mine"}


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError) as error:
        models.find(tmp_path / name)
    assert str(error.value) == (
        f"{name} holds no model: a model is a folder with a demo.json, with config.json and safetensors, "
        "or with fitted trees (model.json, model.ubj, model.txt, model.skops)."
    )


def saved(folder: Path, *files: str) -> Path:
    """A folder as save_pretrained writes it, without a demo.json."""
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("{}")
    return folder


@pytest.mark.parametrize(
    "files",
    [
        ("config.json", models.WEIGHTS[0]),
        ("config.json", models.WEIGHTS[1]),
        ("adapter_config.json", models.WEIGHTS[2]),
    ],
)
def test_a_folder_in_the_hubs_own_format_is_a_model(tmp_path: Path, files: tuple[str, ...]) -> None:
    folder = saved(tmp_path / "models" / "plain", *files)
    model(tmp_path / "models", "shown")
    assert models.find(folder) == {"plain": folder}
    assert list(models.find(tmp_path / "models")) == ["plain", "shown"]
    assert models.folder(folder) == folder


@pytest.mark.parametrize("files", [("config.json",), (models.WEIGHTS[0],), ("config.json", "pytorch_model.bin")])
def test_a_config_or_weights_alone_are_no_model(tmp_path: Path, files: tuple[str, ...]) -> None:
    assert not models.is_model(saved(tmp_path / "part", *files))


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    one, other = model(tmp_path / "x", "mine"), model(tmp_path / "y", "mine")
    assert models.merge([models.find(one), models.find(one)]) == {"mine": one}
    with pytest.raises(ModelError, match="Two model folders are called 'mine'; rename one of them"):
        models.merge([models.find(one), models.find(other)])


@pytest.mark.parametrize(("text", "said"), [("{", "is no valid JSON"), ("[1]", "must hold a JSON object, got list")])
def test_a_damaged_config_is_named(tmp_path: Path, text: str, said: str) -> None:
    folder = model(tmp_path, "mine")
    assert models.config_of(folder) == {}
    (folder / "config.json").write_text(text)
    with pytest.raises(ModelError, match=f"^mine/config.json {said}"):
        models.config_of(folder)


def test_our_own_models_are_found_by_default() -> None:
    assert models.find().keys() >= {"mobilenet-v2", "movies", "ames-house-prices"}


def test_a_folder_is_taken_by_name_or_as_it_is(tmp_path: Path) -> None:
    folder = model(tmp_path, "mine")
    assert models.folder(folder) == folder
    assert models.folder(str(folder)) == folder
    assert models.folder("movies") == models.ASSETS / "models" / "movies"


@pytest.mark.parametrize("name", ["nothing-here", "", "../movies", "movies/../movies"])
def test_an_unknown_model_is_told_those_that_exist(name: str) -> None:
    with pytest.raises(NotFound) as error:
        models.folder(name)
    assert str(error.value).startswith(f"Unknown model {name!r}; available are ames-house-prices, ")


# Weights


@pytest.mark.parametrize("file", models.WEIGHTS)
def test_weights_lie_in_the_folder_itself(tmp_path: Path, file: str) -> None:
    folder = model(tmp_path, "mine", file)
    assert models.weights(folder) == folder


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.gguf", "tf_model.h5"])
def test_what_is_no_safetensors_is_no_weights(tmp_path: Path, file: str) -> None:
    assert models.weights(model(tmp_path, "mine", file)) is None


def test_weights_may_lie_in_the_users_cache_under_the_same_name(tmp_path: Path, own_cache: Path) -> None:
    folder = model(tmp_path, "mine")
    model(own_cache, "other", models.WEIGHTS[0])
    assert models.weights(folder) is None
    model(own_cache, "mine", models.WEIGHTS[0])
    assert models.weights(folder) == own_cache / "mine"


def test_the_folder_goes_before_the_cache(tmp_path: Path, own_cache: Path) -> None:
    folder = model(tmp_path, "mine", models.WEIGHTS[0])
    model(own_cache, "mine", models.WEIGHTS[0])
    assert models.weights(folder) == folder


@pytest.mark.parametrize("value", [None, ""])
def test_without_xdg_the_cache_is_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if value is None:
        monkeypatch.delenv("XDG_CACHE_HOME")
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert models.user_cache() == tmp_path / ".cache" / "seewhy"


# Adapters and what they change


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that carries a base model, importable as some_base_package."""
    root = tmp_path / "site" / "some_base_package"
    (root / "model").mkdir(parents=True)
    (root / "__init__.py").touch()
    (root / "model" / "model.safetensors").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(root.parent))
    carried = InstalledBase("some_base_package", "model", hashlib.sha256(b"weights").hexdigest())
    monkeypatch.setitem(models.INSTALLED, BASE_ID, carried)
    models.installed.cache_clear()
    yield root
    models.installed.cache_clear()


def adapter(tmp_path: Path, base: str) -> Path:
    folder = model(tmp_path, "mine", "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}), encoding="utf-8")
    return folder


def test_a_whole_model_changes_no_other(tmp_path: Path) -> None:
    assert models.adapter_base(model(tmp_path, "mine", models.WEIGHTS[0])) is None


def test_an_adapter_finds_its_base_in_the_installed_package(tmp_path: Path, package: Path) -> None:
    assert models.adapter_base(adapter(tmp_path, BASE_ID)) == package / "model"


def test_an_adapter_of_an_unknown_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        models.adapter_base(adapter(tmp_path, "someone/else"))
    assert str(error.value) == (
        "mine: no installed package carries 'someone/else', which this adapter changes. "
        "Merge the adapter into it (peft's merge_and_unload) and save the whole."
    )


def test_weights_with_another_hash_are_refused(package: Path) -> None:
    (package / "model" / "model.safetensors").write_bytes(b"tampered")
    with pytest.raises(ModelError) as error:
        models.installed(BASE_ID)
    found = hashlib.sha256(b"tampered").hexdigest()
    assert str(error.value) == (
        f"The weights of {BASE_ID} in 'some_base_package' are not the expected ones (SHA-256 {found})."
    )


def test_refused_weights_are_looked_at_again_next_time(package: Path) -> None:
    weights = package / "model" / "model.safetensors"
    weights.write_bytes(b"tampered")
    with pytest.raises(ModelError):
        models.installed(BASE_ID)
    weights.write_bytes(b"weights")
    assert models.installed(BASE_ID) == package / "model"


def test_a_package_without_its_weights_is_the_presenters_mistake(package: Path) -> None:
    (package / "model" / "model.safetensors").unlink()
    with pytest.raises(ModelError):
        models.installed(BASE_ID)


def test_a_missing_package_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(models.INSTALLED, "someone/absent", InstalledBase("no_such_package_here", "model", ""))
    with pytest.raises(ModelError) as error:
        models.installed("someone/absent")
    assert str(error.value) == (
        "The package 'no_such_package_here' is missing; it carries someone/absent. Install the project again."
    )


def test_the_package_is_found_without_being_imported(tmp_path: Path, package: Path) -> None:
    models.installed(BASE_ID)
    assert "some_base_package" not in sys.modules


@pytest.mark.parametrize("hub_id", models.INSTALLED)
def test_the_bases_that_we_name_are_installed_as_expected(hub_id: str) -> None:
    assert (models.installed(hub_id) / "config.json").is_file()

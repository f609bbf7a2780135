"""The check of a whole folder."""

from pathlib import Path

import pytest
from demos import FOLDERS, HOUSES, LEAST, gallery, written

from inference import demo
from inference.errors import InputError, ModelError


def test_a_folder_free_of_mistakes_is_said_to_be(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n50,flat\n", encoding="utf-8")
    data = {**HOUSES.to_json(), "examples": [{"title": "One", "inputs": {"area": 5, "style": "house"}}]}
    assert demo.check(written(folder, data)) == "mine: no mistake found; fields: 2, examples: 1."


def test_an_example_that_does_not_fit_is_found(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n50,flat\n", encoding="utf-8")
    data = {**HOUSES.to_json(), "examples": [{"title": "One", "inputs": {"area": 500, "style": "house"}}]}
    with pytest.raises(InputError, match=r"^Area must lie between 0 and 100, got 500\.$"):
        demo.check(written(folder, data))


def test_a_background_that_does_not_fit_is_found(folder: Path) -> None:
    (folder / "background.csv").write_text("area,style\n500,flat\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"^mine/background\.csv: Area must lie"):
        demo.check(written(folder, HOUSES.to_json()))


def test_an_example_picture_that_is_missing_is_found(folder: Path) -> None:
    with pytest.raises(InputError, match=r"^Photo could not be read"):
        demo.check(written(folder, gallery("examples/cat.png").to_json()))


@pytest.mark.parametrize("name", ["nothing.svg", "../outside.svg", "sub"])
def test_a_picture_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder.parent / "outside.svg").write_text("<svg/>")
    (folder / "sub").mkdir()
    with pytest.raises(ModelError) as error:
        demo.check(written(folder, {**LEAST, "picture": name}))
    assert str(error.value) == f"mine/demo.json: picture names {name!r}, which is not in the folder."


def test_a_picture_that_is_there_is_no_mistake(folder: Path) -> None:
    (folder / "own.svg").write_text("<svg/>")
    assert "no mistake found" in demo.check(written(folder, {**LEAST, "picture": "own.svg"}))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_our_own_folders_are_free_of_mistakes(folder: Path) -> None:
    assert "no mistake found" in demo.check(folder)


@pytest.mark.parametrize("place", ["../rows.csv", "absolute", "link.csv"])
def test_a_table_outside_the_folder_is_not_read(folder: Path, place: str) -> None:
    outside = folder.parent / "rows.csv"
    outside.write_text("area,style\n50,flat\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    name = str(outside) if place == "absolute" else place
    with pytest.raises(ModelError, match="lies outside the model folder; put it inside"):
        demo.check(written(folder, {**HOUSES.to_json(), "background": name}))


def test_in_the_hubs_cache_the_files_are_links(tmp_path: Path) -> None:
    repository = tmp_path / "models--owner--some-name"
    (repository / "blobs").mkdir(parents=True)
    (repository / "blobs" / "hash").write_text("area,style\n50,flat\n", encoding="utf-8")
    commit = repository / "snapshots" / ("0" * 40)
    commit.mkdir(parents=True)
    (commit / "background.csv").symlink_to(repository / "blobs" / "hash")
    assert demo.check(written(commit, HOUSES.to_json())).startswith("owner/some-name: no mistake found")

"""What a model folder is called, and how far its files may lie from it."""

from pathlib import Path

from inference.folders import home, name_of


def test_in_the_hubs_cache_a_model_has_its_id_and_the_whole_repository(tmp_path: Path) -> None:
    repository = tmp_path / "models--owner--some-name"
    commit = repository / "snapshots" / ("0" * 40)
    commit.mkdir(parents=True)
    assert (home(commit), name_of(commit)) == (repository, "owner/some-name")


def test_elsewhere_a_model_is_called_as_its_folder_and_keeps_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "plain" / "snapshots" / "x"
    folder.mkdir(parents=True)
    assert (home(folder), name_of(folder)) == (folder, "x")

"""Model folders made to do harm: refused in words or answered harmlessly; none runs code, writes, or grows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from security.folder_attacks import ATTACKS, PLACES
from security.watch import Watched, watched

pytestmark = pytest.mark.slow

KINDS = ("ModelError", "NotFound", "InputError", "answered", "told")
GROWTH = 300
"""Megabytes: a deep text takes some for a moment; a width that is believed would take hundreds of gigabytes."""


def harmless(found: Watched, home: Path) -> None:
    """What must hold whatever a folder is like."""
    unforeseen = {name: told for name, told in found.found.items() if told[0] not in KINDS}
    assert not unforeseen, unforeseen
    telling = [told for _, told in found.found.values() if str(home) in told or "Traceback" in told or len(told) > 800]
    assert not telling, telling[:3]
    assert (found.wrote, found.reached, found.started) == ([], [], [])
    assert found.peak - found.before < GROWTH
    assert not list(home.rglob("it-ran"))


@pytest.fixture(scope="module")
def attacked(tiny_models: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Watched, Path]:
    home = tmp_path_factory.mktemp("attacked")
    sound = str(tiny_models("tiny-token-classification"))
    return watched("security.folders", "tried", home, sound=sound, names=list(ATTACKS)), home


def test_no_folder_crashes_writes_reaches_out_runs_code_or_takes_the_memory(attacked: tuple[Watched, Path]) -> None:
    harmless(*attacked)


@pytest.mark.parametrize("key", ["background", "recording", "picture", "evaluation"])
@pytest.mark.parametrize("place", sorted({*PLACES} - {"a folder"}))
def test_no_file_outside_its_folder_is_read_for_a_model(attacked: tuple[Watched, Path], key: str, place: str) -> None:
    kind, told = attacked[0].found[f"a {key} that is {place}"]
    assert (kind, "outside" in told or "not in the folder" in told) == ("ModelError", True), told


TOLD = {
    "a deep config": "is no valid JSON",
    "a card of copies of copies": "the front matter is no valid YAML",
    "a card of merges of merges": "the front matter is no valid YAML",
    "a million layers": "a far larger model than its files hold",
    "an enormous width that no weight contradicts": "a far larger model than its files hold",
    "pickles alone": "only pickled weights",
    "code for the config": "brings code of its own",
    "weights that are a pickle": "is cut off or damaged",
}


@pytest.mark.parametrize(("name", "said"), TOLD.items(), ids=TOLD)
def test_a_refusal_says_why(attacked: tuple[Watched, Path], name: str, said: str) -> None:
    kind, told = attacked[0].found[name]
    assert (kind, said in told) == ("ModelError", True), told


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("model", ["tiny-token-classification", "tiny-xray", "tiny-chat", "tiny-speech"])
def test_no_random_change_of_a_small_file_does_harm(
    tiny_models: Callable[[str], Path], tmp_path: Path, model: str, seed: int
) -> None:
    found = watched("security.folders", "fuzzed", tmp_path, 900, sound=str(tiny_models(model)), count=150, seed=seed)
    harmless(found, tmp_path)

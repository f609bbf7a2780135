"""Small files of a model folder, each alone: what one of them can make of a little, and where it can lie."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from security.folder_attacks import DEEP

from inference import demo, models, runtime
from inference.errors import ModelError
from inference.folders import located
from inference.snapshot import card

COPIES = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 5)
)
"""Sixty thousand words in three hundred characters: enough to tell, and harmless where it is not refused."""
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [{','.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 5))


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("front", [COPIES, MERGES], ids=["copies", "merges"])
def test_a_card_does_not_swell(front: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the front matter is no valid YAML"):
        card(written(tmp_path, "README.md", f"---\n{front}---\n"))


@pytest.mark.parametrize("made", ["pathlib.Path", "os.getcwd", "pathlib.Path.cwd"])
def test_a_card_makes_no_object(made: str, tmp_path: Path) -> None:
    front = f"license: !!python/object/apply:{made} []"
    with pytest.raises(ModelError, match="the front matter is no valid YAML"):
        card(written(tmp_path, "README.md", f"---\n{front}\n---\n"))


@pytest.mark.parametrize("read", [models.config_of, demo.read])
def test_what_is_nested_too_deep_is_told(read: Callable[[Path], Any], tmp_path: Path) -> None:
    for name in ("config.json", "demo.json"):
        written(tmp_path, name, '{"a":' * DEEP + "1" + "}" * DEEP)
    with pytest.raises(ModelError, match="no valid JSON"):
        read(tmp_path)


def test_a_config_grows_no_larger_than_its_weights(tmp_path: Path) -> None:
    large = '{"model_type": "bert", "hidden_size": 512, "num_hidden_layers": 40}'  # 140 million weights, and none
    written(tmp_path, "config.json", large)
    empty = b'{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    (tmp_path / "model.safetensors").write_bytes(len(empty).to_bytes(8, "little") + empty)
    with pytest.raises(ModelError, match="describes a far larger model than its files hold"):
        runtime.load_pipeline("token-classification", tmp_path)


def test_whatever_breaks_while_a_model_is_loaded_is_told(tmp_path: Path) -> None:
    written(tmp_path, "config.json", '{"model_type": "bert", "hidden_size": "wide"}')
    (tmp_path / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelError, match="could not be loaded as token-classification"):
        runtime.load_pipeline("token-classification", tmp_path)


@pytest.mark.parametrize("name", ["../out.csv", "/etc/passwd", "link.csv", "circle.csv", "x\0.csv", "x" * 5_000])
def test_a_file_that_a_model_names_lies_in_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    written(tmp_path, "out.csv", "")
    (folder / "link.csv").symlink_to(tmp_path / "out.csv")
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    written(folder, "in.csv", "")
    assert located(folder, "in.csv") == folder / "in.csv"
    assert located(folder, name) is None

"""The files that others read: requirements.txt, the README's front matter and tables, the size of what is shipped."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from requirements import requirements
from tasks import written

from inference import demo, models
from inference.registry import available

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_requirements_are_generated_from_pyproject() -> None:
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8") == requirements()


def test_torch_is_pinned_and_everything_else_bounded() -> None:
    assert "torch==2.13.0" in PROJECT["dependencies"]
    extras = [line for group in PROJECT["optional-dependencies"].values() for line in group]
    assert all("==" in line or "<" in line for line in [*PROJECT["dependencies"], *extras])


def test_the_front_matter_is_that_of_a_space() -> None:
    front = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], re.M))
    assert front["sdk"] == "gradio"
    assert front["app_file"] == "app.py"
    assert front["python_version"].strip('"') == "3.12"
    major, minor = front["sdk_version"].split(".")[:2]
    assert f"gradio>={major}.{minor},<7" in PROJECT["dependencies"]


def test_the_two_commands_stand_in_the_readme() -> None:
    assert "pip install -e . && python app.py" in README
    assert 'pip install -e ".[test]" && pytest' in README
    assert 'pip install -e ".[test]" && pytest' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readmes_table_of_tasks_is_generated() -> None:
    assert written(README) == README, "python tests/tasks.py --write"
    assert all(f"| `{task}` |" in README for task in available())


def tracked() -> list[Path]:
    """Files in git; the test suite runs from a checkout."""
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in found.stdout.split("\0") if name]


def test_no_file_is_too_large_for_a_space_and_all_models_stay_small() -> None:
    sizes = {path: path.stat().st_size for path in tracked() if path.is_file()}
    assert max(sizes.values()) < 10e6
    assert sum(size for path, size in sizes.items() if "models" in path.parts) < 60e6


@pytest.mark.parametrize("name", models.find())
def test_a_model_card_states_licence_provenance_and_limits(name: str) -> None:
    card = (models.find()[name] / "README.md").read_text(encoding="utf-8")
    front = card.split("---")[1]
    assert re.search(r"^license: (?!check|unknown).+$", front, re.M)
    assert f"pipeline_tag: {demo.read(models.find()[name]).task}" in front
    owner = models.find()[demo.weights_of(models.find()[name])]  # where the weights lie, their recipe does too
    assert any((owner / recipe).is_file() for recipe in ("train.py", "convert.py"))


def test_top_level_is_the_design_card() -> None:
    card = {"app.py", "pyproject.toml", "README.md", "inference", "explain", "assets", "tests"}
    allowed = card | {"LICENSE", ".gitignore", ".ci", "requirements.txt", "Dockerfile"}
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= allowed
    assert all((ROOT / name).exists() for name in card)

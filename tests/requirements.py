"""requirements.txt for a Space, which reads no pyproject.toml: python tests/requirements.py > requirements.txt"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def requirements() -> str:
    """The project's dependencies, one a line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return "".join(f"{line}\n" for line in project["dependencies"])


if __name__ == "__main__":
    print(requirements(), end="")

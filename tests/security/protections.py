"""What protects the application, line by line, and the test that fails once the line is gone.

`python tests/security/protections.py` removes each in turn in a copy of the tree and says which tests did not notice.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from security.listed.callers import CALLERS
from security.listed.files import FILES, PICTURES
from security.listed.kept import KEPT
from security.listed.loading import LOADING
from security.listed.models import MODELS, UNUSED
from security.listed.parquet import PARQUET
from security.listed.protection import ROOT, Protection
from security.listed.requests import REQUESTS
from security.listed.rows import PLACES, ROWS
from security.listed.told import TOLD
from security.listed.uploads import UPLOADS
from security.listed.waiting import WAITING

PROTECTIONS = (
    *(*REQUESTS, *CALLERS, *PICTURES, *FILES, *ROWS, *PLACES),
    *(*MODELS, *LOADING, *PARQUET, *WAITING, *TOLD, *UPLOADS, *KEPT, *UNUSED),
)
LONGEST = 300
"""Seconds that one test may take."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": "."}


def fails(protection: Protection, tree: Path) -> bool:
    """Whether the guarding test fails in a copy of the tree that is without the protection."""
    file = tree / protection.file
    sound = file.read_text(encoding="utf-8")
    try:
        file.write_text(protection.removed(sound), encoding="utf-8")
        node, _, name = protection.test.partition("::")
        chosen = ["-k", name] if name else []
        command = [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-x",
            "-n",
            "0",
            "-m",
            "not browser",
            "-p",
            "no:cacheprovider",
            node,
        ]
        command += chosen
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=ENVIRONMENT, timeout=LONGEST)
        if run.returncode not in (0, 1):
            print(run.stdout[-2_000:], run.stderr[-1_000:])
        return run.returncode == 1
    except subprocess.TimeoutExpired:
        return False  # a test that hangs tells nobody what is wrong
    finally:
        file.write_text(sound, encoding="utf-8")


def copied(folder: Path) -> Path:
    """The tree as git knows it."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        tree = copied(Path(scratch))
        wanted = [
            each for each in PROTECTIONS if not sys.argv[1:] or any(word in each.promise for word in sys.argv[1:])
        ]
        unnoticed = []
        for each in wanted:
            noticed = fails(each, tree)
            print("fails" if noticed else "PASSES", each.promise, each.test, sep=" | ", flush=True)
            unnoticed += [] if noticed else [each.promise]
    sys.exit(f"{len(unnoticed)} of {len(wanted)} were not noticed" if unnoticed else 0)

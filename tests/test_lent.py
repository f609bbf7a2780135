"""On a machine that lends its GPU for a call, nothing computes outside of one, and what was found comes back."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT

from inference import device
from inference.accelerator import accelerator
from inference.errors import InputError


@device.on_device
def halved(number: int) -> int:
    if number % 2:
        raise InputError(f"{number} is odd.")
    return number // 2


@device.on_device
def counted(thing: object, end: int):  # type: ignore[no-untyped-def]
    with accelerator:
        yield from (id(thing) for _ in range(end))
    return "done"


class Thing:
    """Something that stays where it is."""


@pytest.fixture(autouse=True)
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "lent", device.carried)


def test_what_is_found_elsewhere_comes_back_and_errors_as_they_were() -> None:
    assert halved(8) == 4
    with pytest.raises(InputError, match="3 is odd"):
        halved(3)


def test_what_stays_is_not_sent() -> None:
    thing = Thing()
    thing.lock = accelerator._changed  # type: ignore[attr-defined]  # cannot be pickled
    device.stays(thing)
    assert list(counted(thing, 2)) == [id(thing)] * 2


def test_a_forward_pass_outside_of_a_call_is_refused() -> None:
    with pytest.raises(RuntimeError, match="outside of what is marked"), accelerator:
        pass


@pytest.mark.slow
def test_everything_that_page_and_programs_ask_computes_within_a_call() -> None:
    """tests/lent.py, where any forward pass of the process without a GPU ends it."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "lent.py")],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    asked = dict(line.rsplit(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert all(int(passes) > 0 for name, passes in asked.items() if name != "an error")


class Model:
    """Something that stays, and takes its time to be made anew."""

    made = 0

    def __init__(self, name: str) -> None:
        time.sleep(0.05)
        type(self).made += 1
        device.stays(self, Model, name)


def test_what_many_calls_need_at_once_is_made_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = device.dumped(Model("large"))  # which is gone in the same moment, as it is in another process
    monkeypatch.setattr(Model, "made", 0)
    monkeypatch.setattr(device, "_made", [])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(device.loaded, [sent] * 8))
    assert Model.made == 1 and all(each is found[0] for each in found)

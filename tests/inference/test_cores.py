"""Light passes take one core, and give the others back."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch

from inference.cores import LIGHT, cores, count


@pytest.fixture
def two() -> Iterator[None]:
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(usual)


@pytest.mark.usefixtures("two")
def test_light_work_is_done_on_one_core_which_is_told_also_while_it_runs() -> None:
    with cores(LIGHT):
        assert torch.get_num_threads() == 1
        assert (count(LIGHT), count(LIGHT + 1)) == (1, 2)
    assert torch.get_num_threads() == 2
    assert (count(LIGHT), count(LIGHT + 1)) == (1, 2)


@pytest.mark.usefixtures("two")
def test_heavy_work_is_done_on_all() -> None:
    with cores(LIGHT + 1):
        assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_all_cores_come_back_after_a_pass_that_fails() -> None:
    with pytest.raises(ValueError, match="no pass"), cores(1):
        raise ValueError("no pass")
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(("given", "found"), [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7")])
def test_threads_that_wait_leave_their_core_to_others_unless_somebody_decided_otherwise(
    given: dict[str, str], found: str
) -> None:
    rest = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
    told = "import inference, os, sys; print(os.environ['GOMP_SPINCOUNT'], 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], env=rest | given, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [found, "False"]

"""Where a model runs, and how large it is."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from inference import runtime
from inference.errors import ModelError
from inference.runtime import GIB, Placement, place, sizes

SMALL, LARGE, HUGE = 22_000_000, 1_700_000_000, 70_000_000_000
CPU = {"cpu": 16 * GIB}
GPU = {0: 80 * GIB, "cpu": 64 * GIB}
TWO = {0: 24 * GIB, 1: 24 * GIB, "cpu": 64 * GIB}
MPS = {"mps": 12 * GIB}


@pytest.mark.parametrize(
    ("parameters", "memory", "bf16", "device_map", "dtype"),
    [
        # No accelerator: float32 as long as it fits, half the width otherwise, spread out as the last resort
        (SMALL, CPU, False, {"": "cpu"}, "float32"),
        (SMALL, CPU, True, {"": "cpu"}, "float32"),
        (LARGE, CPU, True, {"": "cpu"}, "float32"),
        (5_000_000_000, CPU, False, {"": "cpu"}, "bfloat16"),
        (HUGE, CPU, False, "auto", "bfloat16"),
        (SMALL, {}, False, "auto", "bfloat16"),
        # One accelerator: small models stay exact, large ones take half the width that it computes in
        (SMALL, GPU, True, {"": 0}, "float32"),
        (SMALL, GPU, False, {"": 0}, "float32"),
        (LARGE, GPU, True, {"": 0}, "bfloat16"),
        (LARGE, GPU, False, {"": 0}, "float16"),
        (HUGE, GPU, True, "auto", "bfloat16"),
        (HUGE, GPU, False, "auto", "float16"),
        # Two: the first alone where it has the room
        (LARGE, TWO, True, {"": 0}, "bfloat16"),
        (14_000_000_000, TWO, True, "auto", "bfloat16"),
        # Apple's
        (SMALL, MPS, True, {"": "mps"}, "float32"),
        (LARGE, MPS, False, {"": "mps"}, "float16"),
        (HUGE, MPS, False, "auto", "float16"),
        # An accelerator that is nearly full: half the width where only that fits
        (SMALL, {0: SMALL * 4, "cpu": 16 * GIB}, True, {"": 0}, "bfloat16"),
        (SMALL, {0: SMALL * 2, "cpu": 16 * GIB}, True, "auto", "bfloat16"),
        # Boundaries: 1 GiB of float32 stays exact, and a fifth of the room is left free
        (GIB // 4, GPU, True, {"": 0}, "float32"),
        (GIB // 4 + 1, GPU, True, {"": 0}, "bfloat16"),
        (800, {"cpu": 4_000}, True, {"": "cpu"}, "float32"),
        (801, {"cpu": 4_000}, True, {"": "cpu"}, "bfloat16"),
        (1_601, {"cpu": 4_000}, True, "auto", "bfloat16"),
    ],
)
def test_a_model_goes_where_it_fits(
    parameters: int, memory: Mapping[int | str, int], bf16: bool, device_map: Mapping[str, int | str] | str, dtype: str
) -> None:
    assert place(parameters, memory, bf16) == Placement(device_map, dtype)


def test_free_memory_ends_with_the_processor() -> None:
    found = runtime.free_memory()
    assert list(found)[-1] in ("cpu", "mps")
    assert all(amount > 0 for amount in found.values())


def test_parameters_are_counted_from_the_headers(tmp_path: Path) -> None:
    for name, tensors in {
        "a": {"weight": np.zeros((3, 4), np.float32), "bias": np.zeros(4, np.float16)},
        "b": {"scalar": np.array(1.0, np.float32), "none": np.zeros((0, 5), np.float32)},
    }.items():
        (tmp_path / name).mkdir()
        save_file(tensors, tmp_path / name / "model.safetensors")
    save_file({"more": np.zeros(100, np.int8)}, tmp_path / "a" / "adapter_model.safetensors")
    (tmp_path / "a" / "readme.txt").write_text("not a tensor")
    assert sum(sizes(tmp_path / "a")) == 16 + 100
    assert sum(sizes(tmp_path / "b")) == 1
    assert sum(sizes(tmp_path / "a", tmp_path / "b")) == 117
    assert sizes() == []


def test_a_model_without_weights_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    with pytest.raises(ModelError) as error:
        runtime.load_pipeline("text-classification", tmp_path / "mine")
    assert str(error.value) == "mine has no weights at hand (safetensors); its README says how to get them."


def test_a_folder_that_cannot_be_loaded_is_the_presenters_mistake(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    save_file({"weight": np.zeros(1, np.float32)}, tmp_path / "mine" / "model.safetensors")
    with pytest.raises(
        ModelError, match=r"^mine could not be loaded as text-classification: \w+\. The log of the server says why\.$"
    ):
        runtime.load_pipeline("text-classification", tmp_path / "mine")

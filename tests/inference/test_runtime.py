"""Where a model runs, how large it is, and what stays in memory."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from inference import runtime
from inference.errors import ModelError
from inference.runtime import GIB, Cache, Placement, count_parameters, place

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
    assert count_parameters(tmp_path / "a") == 16 + 100
    assert count_parameters(tmp_path / "b") == 1
    assert count_parameters(tmp_path / "a", tmp_path / "b") == 117
    assert count_parameters() == 0


def test_a_model_without_weights_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    with pytest.raises(ModelError) as error:
        runtime.load_pipeline("text-classification", tmp_path / "mine")
    assert str(error.value) == "mine has no weights at hand (safetensors); its README says how to get them."


def test_a_folder_that_cannot_be_loaded_is_the_presenters_mistake(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    save_file({"weight": np.zeros(1, np.float32)}, tmp_path / "mine" / "model.safetensors")
    with pytest.raises(ModelError, match=r"^mine could not be loaded as text-classification: \w+\.$"):
        runtime.load_pipeline("text-classification", tmp_path / "mine")


# The cache


def fill(cache: Cache[str], *names: str, size: int = 10) -> None:
    for name in names:
        assert cache.get(name, lambda name=name: (name.upper(), size)) == name.upper()


def held(cache: Cache[str], names: str) -> str:
    return "".join(name for name in names if name in cache)


def test_an_entry_is_loaded_once_and_then_kept() -> None:
    cache: Cache[str] = Cache(100)
    fill(cache, "a")
    assert cache.get("a", lambda: pytest.fail("loaded twice")) == "A"


@pytest.mark.parametrize(
    ("used", "kept"),
    [("abc", "abc"), ("abcd", "bcd"), ("abcad", "acd"), ("abcabd", "abd"), ("abcde", "cde")],
)
def test_the_least_recently_used_goes_first(used: str, kept: str) -> None:
    cache: Cache[str] = Cache(30)
    fill(cache, *used)
    assert held(cache, "abcde") == kept


@pytest.mark.parametrize(("size", "kept"), [(10, "abc"), (11, "bc"), (20, "bc"), (21, "c"), (30, "c")])
def test_as_many_go_as_the_newest_needs(size: int, kept: str) -> None:
    cache: Cache[str] = Cache(30)
    fill(cache, "a", "b")
    fill(cache, "c", size=size)
    assert held(cache, "abc") == kept


def test_the_newest_stays_even_over_the_limit() -> None:
    cache: Cache[str] = Cache(30)
    fill(cache, "a")
    fill(cache, "b", size=1_000)
    assert held(cache, "ab") == "b"
    fill(cache, "c")
    assert held(cache, "abc") == "c"


def test_a_failing_load_leaves_nothing_behind() -> None:
    cache: Cache[str] = Cache(30)
    fill(cache, "a", "b", "c")

    def fail() -> tuple[str, int]:
        raise ModelError("no")

    with pytest.raises(ModelError):
        cache.get("d", fail)
    assert held(cache, "abcd") == "abc"
    fill(cache, "d")
    assert held(cache, "abcd") == "bcd"


def test_eight_threads_load_once() -> None:
    cache: Cache[object] = Cache(30)
    loads: list[str] = []
    found: list[object] = []
    barrier = threading.Barrier(8)

    def load() -> tuple[object, int]:
        loads.append(threading.current_thread().name)
        time.sleep(0.05)
        return object(), 10

    def ask() -> None:
        barrier.wait()
        found.append(cache.get("a", load))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_eight_threads_survive_a_load_that_fails_once() -> None:
    cache: Cache[str] = Cache(30)
    attempts: list[int] = []
    results: list[str] = []

    def load() -> tuple[str, int]:
        attempts.append(1)
        if len(attempts) == 1:
            raise ModelError("the first time fails")
        return "A", 10

    def ask() -> None:
        try:
            results.append(cache.get("a", load))
        except ModelError as error:
            results.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attempts) == 2
    assert sorted(results) == ["A"] * 7 + ["the first time fails"]


def test_without_a_limit_half_of_the_free_memory_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "free_memory", lambda: {0: 40, "cpu": 60})
    cache: Cache[str] = Cache()
    fill(cache, "a", "b", "c", "d")
    assert cache.limit == 20  # of the device that models go to first
    assert held(cache, "abcd") == "cd"

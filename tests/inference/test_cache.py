"""What stays in memory, and what goes."""

import threading
import time

import pytest

from inference.cache import Cache
from inference.errors import ModelError


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
    monkeypatch.setattr("inference.cache.free_memory", lambda: {0: 40, "cpu": 60})
    cache: Cache[str] = Cache()
    fill(cache, "a", "b", "c", "d")
    assert cache.limit == 20  # of the device that models go to first
    assert held(cache, "abcd") == "cd"

"""Freed memory is kept where the C library can be told so, once; elsewhere nothing happens."""

import ctypes
import platform
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from inference.allocator import keep_freed_memory


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The parameters that a C library was told, in a process that has not been told any."""
    calls: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=lambda name, _: calls.append(name) or 1))
    keep_freed_memory.cache_clear()
    yield calls
    keep_freed_memory.cache_clear()


def test_glibc_is_told_once(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    assert keep_freed_memory() and keep_freed_memory()
    assert sorted(told) == [-4, -2, -1]


def test_any_other_library_is_left_alone(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not keep_freed_memory()
    assert told == []

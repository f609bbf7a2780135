"""Each protection stands where the list says, and its test notices when it is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from security.protections import PROTECTIONS, ROOT, Protection, copied, fails

named = pytest.mark.parametrize("protection", PROTECTIONS, ids=lambda each: each.promise)


@named
def test_a_protection_stands_once_where_the_list_says(protection: Protection) -> None:
    source = (ROOT / protection.file).read_text(encoding="utf-8")
    assert protection.removed(source) != source
    file, _, name = protection.test.partition("::")
    assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield copied(tmp_path_factory.mktemp("tree"))


@pytest.mark.slow
@named
def test_without_a_protection_its_test_fails(protection: Protection, tree: Path) -> None:
    assert fails(protection, tree), f"{protection.test} does not notice"

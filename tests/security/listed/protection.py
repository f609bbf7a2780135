"""A protection in the list: which text in which file keeps a promise, and which test notices that it is gone."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True)
class Protection:
    """A promise, the text in a file that keeps it, that text without the protection, and the test that guards it."""

    promise: str
    file: str
    text: str
    without: str
    test: str

    def removed(self, source: str) -> str:
        """The source without the protection."""
        assert source.count(self.text) == 1, f"{self.file} has {self.text!r} {source.count(self.text)} times"
        return source.replace(self.text, self.without)


SERVED = "tests/inference/test_serving_security.py::"
"""The tests of what stands between strangers and the server."""

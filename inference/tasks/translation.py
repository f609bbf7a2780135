"""A text in, the same in another language out. transformers 5 has no such pipeline: it is in inference/rewriting.py."""

from ..errors import InputError
from ..rewriting import Rewriting, register
from ..types import Raw

register("translation")

LANGUAGE = "language"
"""The setting that says which of a model's languages to translate into."""


class Translation(Rewriting):
    """Any Marian, T5 or other encoder-decoder of the hub that translates."""

    id = "translation"

    def prefix(self, raw: Raw) -> str:
        """A model of several languages is told by a prefix that names the one asked for. Raises InputError."""
        asked = raw.get(LANGUAGE)
        if asked is None:
            return super().prefix(raw)
        for prefix in self.prefixes:
            if asked in prefix.replace(":", " ").split():
                return prefix
        raise InputError(f"The model has no prefix for {asked!r}; its own are {', '.join(map(repr, self.prefixes))}.")

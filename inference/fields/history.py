"""Items out of a catalogue, in the order in which somebody chose them."""

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from .field import Field, shown


@dataclass(frozen=True, kw_only=True)
class HistoryField(Field):
    """What somebody chose before: ids out of `items` (id to name, or a CSV file beside demo.json that holds them)."""

    kind: Literal["history"] = "history"
    items: dict[str, str] | str
    max_items: int = 50
    default: tuple[str, ...] = ()

    @property
    def catalogue(self) -> dict[str, str]:
        """Names by id."""
        return self.items if isinstance(self.items, dict) else {}

    def parse(self, value: Any) -> tuple[str, ...]:
        if not value:
            raise self.missing("choose at least one")
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise InputError(f"{self.label} must be a list of ids, got {shown(value)}.")
        chosen = tuple(dict.fromkeys(str(entry) for entry in value))  # one of each, in order
        if len(chosen) > self.max_items:
            raise InputError(f"{self.label} may have {self.max_items} entries, got {len(chosen)}.")
        for entry in chosen:
            if entry not in self.catalogue:
                raise InputError.among(f"id in {self.label}", entry, self.catalogue)
        return chosen

    def describe(self, value: tuple[str, ...]) -> str:
        return f"{self.label}: {len(value)} of {len(self.catalogue):,}"

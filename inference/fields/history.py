"""Items out of a catalogue, in the order in which somebody chose them, rated where the model can use it.

A field knows items, not what they are: films, groceries and articles are the same to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field as Key

from ..errors import InputError
from .field import Field, shown

History = tuple[str, ...] | dict[str, float | None]
"""Item ids in order, each once; where the field takes ratings, each with its rating, None where it has none."""

NAMED = 3
"""Of a catalogue, a message names this many items."""
LONGEST = 80
"""Characters of what somebody sent in place of an id; more are no title."""


@dataclass(frozen=True, kw_only=True)
class HistoryField(Field):
    """What somebody chose before: ids out of `items` (id to name, or a CSV file beside demo.json that holds them).

    `ratings` are the lowest and the highest rating that an item may be given, where the model takes ratings; they come
    in steps of `rating_step`. `facts` says what is known of an item besides its name, by id and then by what it is
    about: the columns of the CSV beside id and name. They are shown under a suggestion and told to programs with it;
    `popularity`, the share of people who chose the item, also gives its novelty; `chosen` says it in words.
    """

    kind: Literal["history"] = "history"
    items: dict[str, str] | str
    facts: Annotated[dict[str, dict[str, str]], Key(exclude=True)] = field(default_factory=dict, compare=False)
    chosen: str = "chosen by {} of people"
    ratings: tuple[float, float] | None = None
    rating_step: float = 0.5
    max_items: int = 50
    default: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.ratings is not None and not (self.ratings[0] < self.ratings[1] and self.rating_step > 0):
            raise ValueError(f"ratings go from low to high in steps above 0, got {self.ratings}, {self.rating_step}")
        for item, known in self.facts.items():
            if "popularity" in known and not is_share(known["popularity"]):
                raise ValueError(f"popularity is a share from 0 to 1, got {known['popularity']!r} for item {item!r}")

    @property
    def catalogue(self) -> dict[str, str]:
        """Names by id."""
        return self.items if isinstance(self.items, dict) else {}

    @cached_property
    def titles(self) -> dict[str, list[str]]:
        """Ids by name, in small letters."""
        found: dict[str, list[str]] = {}
        for item, name in self.catalogue.items():
            found.setdefault(folded(name), []).append(item)
        return found

    def parse(self, value: Any) -> History:
        """From ids, from ids and ratings as an object, or from objects with item and rating; a title will do, too."""
        if not value:
            raise self.missing("choose at least one")
        chosen: dict[str, float | None] = {}
        for entry, rating in self.entries(value):
            chosen.setdefault(self.known(entry), self.rated(entry, rating))
        if len(chosen) > self.max_items:
            raise InputError(f"{self.label} may have {self.max_items} entries, got {len(chosen)}: leave some out.")
        return chosen if self.ratings else tuple(chosen)

    def entries(self, value: Any) -> Iterator[tuple[Any, Any]]:
        """What was sent, entry by entry, each with its rating or None."""
        if isinstance(value, str) or not isinstance(value, list | tuple | Mapping):
            raise InputError(f"{self.label} must be a list of ids, got {shown(value)}.")
        if isinstance(value, Mapping):
            yield from value.items()
            return
        for entry in value:
            if isinstance(entry, Mapping):
                if "item" not in entry or not set(entry) <= {"item", "rating"}:
                    raise InputError(f"An entry of {self.label} is {self._form}, got {shown(dict(entry))}.")
                yield entry["item"], entry.get("rating")
            else:
                yield entry, None

    @property
    def _form(self) -> str:
        return "an id, or an object with item and rating" if self.ratings else "an id"

    def known(self, entry: Any) -> str:
        """The id that an id or a title stands for; an id goes first. Raises InputError that names the nearest."""
        if isinstance(entry, bool) or not isinstance(entry, str | int):
            raise InputError(f"An entry of {self.label} is {self._form}, got {shown(entry)}.")
        text = entry if isinstance(entry, str) else str(entry) if abs(entry) < 10**LONGEST else "an enormous number"
        if text in self.catalogue:
            return text
        same = self.titles.get(folded(text[: LONGEST + 1]), [])
        if len(same) == 1:
            return same[0]
        raise InputError(self.unknown(text[:LONGEST], same))

    def unknown(self, text: str, same: list[str]) -> str:
        """What to say to an entry that is no id, and the title of none or of several."""
        if same:
            return f"{self.label}: {text!r} is the title of {self.named(same)}; send the id you mean."
        if near := self.nearest(text):
            return f"Unknown entry in {self.label} {text!r}; the nearest are {self.named(near)}."
        return f"Unknown entry in {self.label} {text!r}; available are {self.named(list(self.catalogue))}."

    def named(self, items: list[str]) -> str:
        """Items by id and name, of many the first: `260 (Star Wars), 7 (Sabrina) and 12 more`."""
        more = f" and {len(items) - NAMED:,} more" if len(items) > NAMED else ""
        return ", ".join(f"{item} ({self.catalogue[item]})" for item in items[:NAMED]) + more

    def nearest(self, text: str) -> list[str]:
        """The ids whose names hold a text, or are spelt nearly like it, the nearest first."""
        wanted = folded(text)
        holding = sorted((name for name in self.titles if wanted and wanted in name), key=len)
        names = holding or get_close_matches(wanted, self.titles, NAMED, cutoff=0.6)
        return [item for name in names[:NAMED] for item in self.titles[name]][:NAMED]

    def rated(self, entry: Any, rating: Any) -> float | None:
        """A checked rating; None where there is none. Raises InputError."""
        if rating is None or rating == "":
            return None
        if self.ratings is None:
            raise InputError(f"{self.label} must be a list of ids: this model takes no ratings, got {shown(rating)}.")
        low, high = self.ratings
        if isinstance(rating, bool) or not isinstance(rating, int | float) or not low <= rating <= high:
            what = f"The rating of {shown(entry)} in {self.label}"
            raise InputError(f"{what} must be a number from {low:g} to {high:g}, got {shown(rating)}.")
        return float(rating)

    def describe(self, value: History) -> str:
        count = f"{self.label}: {len(value)} of {len(self.catalogue):,}"
        rated = sum(rating is not None for rating in value.values()) if isinstance(value, dict) else 0
        return f"{count}, {rated} rated" if rated else count


def is_share(text: str) -> bool:
    """Whether a text is a number from 0 to 1."""
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def folded(name: str) -> str:
    """A name as it is compared: small letters, single spaces."""
    return " ".join(name.casefold().split())

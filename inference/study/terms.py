"""Words that say who somebody is, in pairs that can stand in for one another, and texts in which they are swapped.

A small list, made for this: it finds the plain cases, not every way to speak of people. Names are taken from no list of
real persons.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "gender": (
        ("he", "she"),
        ("himself", "herself"),
        ("man", "woman"),
        ("men", "women"),
        ("boy", "girl"),
        ("boys", "girls"),
        ("father", "mother"),
        ("dad", "mom"),
        ("son", "daughter"),
        ("brother", "sister"),
        ("husband", "wife"),
        ("boyfriend", "girlfriend"),
        ("uncle", "aunt"),
        ("actor", "actress"),
        ("king", "queen"),
        ("male", "female"),
        ("gentleman", "lady"),
        ("mr", "mrs"),
        ("sir", "madam"),
    ),
    "name": (
        ("John", "Mary"),
        ("James", "Emily"),
        ("Michael", "Sarah"),
        ("Jake", "Jamal"),
        ("Emma", "Lakisha"),
        ("Greg", "Darnell"),
        ("Anne", "Aisha"),
        ("Peter", "Mohammed"),
    ),
    "nationality": (
        ("American", "Mexican"),
        ("British", "Indian"),
        ("German", "Turkish"),
        ("French", "Algerian"),
        ("Canadian", "Nigerian"),
        ("European", "African"),
    ),
    "religion": (
        ("Christian", "Muslim"),
        ("Christians", "Muslims"),
        ("Christianity", "Islam"),
        ("Jewish", "Hindu"),
        ("church", "mosque"),
        ("Bible", "Quran"),
        ("priest", "imam"),
    ),
    "orientation": (("straight", "gay"), ("heterosexual", "homosexual")),
}
"""By what they tell of a person; either way is tried."""

AMBIGUOUS = {"her", "him", "his", "hers"}
"""English has one form where the other gender has two; which is meant follows from the next word."""
LITTLE = re.compile(
    "a|an|the|and|or|but|to|in|on|at|for|with|from|by|is|was|as|that|this|these|those|some|any|if|when|so|not|out|up"
    "|off|down|away|back|all|my|your|his|their|our|its"
)
"""Words that do not follow “her” where it says whose something is."""


@dataclass(frozen=True)
class Swap:
    """A text with every term of one pair swapped. `first` and `second` name the pair; forward: from the first to the
    second."""

    about: str
    first: str
    second: str
    forward: bool
    text: str


def swaps(text: str) -> Iterator[Swap]:
    """A text with its terms swapped, pair by pair, those of gender all together: he and his go to she and her."""
    for about, pairs in PAIRS.items():
        found = [pair for pair in pairs if holds(text, pair)]
        if about == "gender":
            yield from gendered(text, found)
            continue
        for first, second in found:
            yield Swap(
                about,
                first,
                second,
                count(text, first) >= count(text, second),
                swapped(text, {first: second, second: first}),
            )


def gendered(text: str, pairs: list[tuple[str, str]]) -> Iterator[Swap]:
    """All terms of gender to the other one, if there are any."""
    changes = {one: other for first, second in pairs for one, other in ((first, second), (second, first))}
    male = sum(count(text, first) for first, _ in pairs) + count(text, "him") + count(text, "his")
    female = sum(count(text, second) for _, second in pairs) + count(text, "her") + count(text, "hers")
    if male + female:
        yield Swap("gender", "men", "women", male >= female, swapped(text, changes))


def count(text: str, term: str) -> int:
    """How often a term stands in a text."""
    return len(re.findall(pattern([term]), text, re.IGNORECASE if term.islower() else 0))


def holds(text: str, pair: tuple[str, str]) -> bool:
    """Whether a text has one of two terms."""
    return any(count(text, term) for term in pair)


def pattern(terms: list[str]) -> str:
    """Whole words."""
    return rf"\b(?:{'|'.join(map(re.escape, sorted(terms, key=len, reverse=True)))})\b"


def swapped(text: str, changes: dict[str, str]) -> str:
    """A text with terms replaced, written as large or small as they stand in it."""
    table = {term.lower(): other for term, other in changes.items()}
    gender = not any(term[0].isupper() for term in changes)
    terms = [*changes, *(AMBIGUOUS if gender else ())]
    words = re.compile(pattern(terms), re.IGNORECASE if gender else 0)

    def other(match: re.Match[str]) -> str:
        term = match.group()
        found = table.get(term.lower()) or possessive(term.lower(), text[match.end() :])
        return cased(found, term)

    return words.sub(other, text)


def possessive(term: str, rest: str) -> str:
    """The other gender's form of him, his, her or hers, by the word that follows."""
    follows = re.match(r"\s+([a-z]+)", rest, re.IGNORECASE)
    owns = bool(follows) and not LITTLE.fullmatch(follows.group(1).lower())  # type: ignore[union-attr]
    return {"him": "her", "hers": "his", "his": "her" if owns else "hers", "her": "his" if owns else "him"}[term]


def cased(word: str, like: str) -> str:
    """A word in capitals, or with a capital, as another is."""
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word

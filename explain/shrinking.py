"""A set of changes that is enough, made smaller: without what it does not need, and no further than it must."""

from collections.abc import Generator, Iterator
from itertools import combinations

from inference.nearest import SHARES

from .sets import Chosen, Found, places_of, swapped
from .verdicts import Verdicts

EVERY = 6
"""Changes of which every smaller set is tried, to be sure that none of them is enough; of more, each is left out."""
FINER = 3
"""How often the way to a value is divided by as many steps as SHARES has."""


class Shrinking(Verdicts):
    """Takes changes of a set back as long as the rest is enough."""

    def least(self, chosen: Chosen) -> Iterator[Found | None]:
        """A set that is enough, without what it does not need, and no further than it must."""
        chosen, sure = yield from self.pruned(chosen)
        if self.open(places_of(chosen)):
            near = yield from self.nearer(chosen)
            if near != chosen:
                near, sure = yield from self.pruned(near)
            yield from self.accept(near, sure)

    def pruned(self, chosen: Chosen) -> Generator[None, None, tuple[Chosen, bool]]:
        """Runs of changes taken back, ever shorter ones, as long as the rest is enough; then every smaller set."""
        length = max(1, len(chosen) // 2)
        while length and len(chosen) > 1:
            starts = range(0, len(chosen), length)
            rests = [rest for rest in (chosen[:i] + chosen[i + length :] for i in starts) if rest]
            enough = yield from self.enough(rests)
            chosen, length = (enough, min(length, max(1, len(enough) // 2))) if enough else (chosen, length // 2)
        if len(chosen) > EVERY:
            return chosen, False
        for size in range(1, len(chosen)):
            enough = yield from self.enough(list(combinations(chosen, size)))
            if enough:
                return enough, True
        return chosen, True

    def nearer(self, chosen: Chosen) -> Generator[None, None, Chosen]:
        """The same places, each changed no further than it must, the one that goes furthest first."""
        chosen = yield from self.plainer(chosen)
        for place, option in sorted(chosen, key=lambda one: -self.options.distance((one,))):
            low, high = 0.0, 1.0
            for _ in range(FINER):
                shares = [low + (high - low) * share for share in SHARES[:-1]]
                made = [(share, self.options.closer(place, option, share)) for share in shares]
                sets = {swapped(chosen, place, k): share for share, k in made if k is not None}
                sets = {each: share for each, share in sets.items() if each != chosen}
                verdicts = yield from self.ask(list(sets))
                passing = [each for each, verdict in zip(sets, verdicts, strict=True) if verdict.passes]
                if not sets:
                    break
                nearest = min(passing, key=sets.__getitem__, default=None)
                high = sets[nearest] if nearest else high
                low = max((share for share in [low, *sets.values()] if share < high), default=low)
                chosen = nearest or chosen
        return chosen

    def plainer(self, chosen: Chosen) -> Generator[None, None, Chosen]:
        """The same places, each by its first option where that goes less far and is enough: a word left out for good
        rather than another in its place."""
        for place, option in chosen:
            other = swapped(chosen, place, 0)
            if option and self.options.distance(other) < self.options.distance(chosen):
                (verdict,) = yield from self.ask([other])
                chosen = other if verdict.passes else chosen
        return chosen

"""The fewest changes that flip a decision, found by asking: which sets to try, in which order. Knows no field or model.

A change is one of the options of a place, such as one of the values of a column; of a place, a set has one at most.
Where an explanation is known, its values are the order: the first set came after 42 evaluations, not 72 with each
change alone first or 49 in random orders (reviews); 54, not 98 or 84 (messages); 56, not 268 or 115 (a series); over
tables and roads nothing was gained (medians over five or six examples each, tests/benchmarks/flips.py).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import comb, inf, prod

from inference.nearest import KEPT, of_size

from .sets import Chosen, Found, Judge, Options, Spent, different, places_of, sizes
from .shrinking import Shrinking

SMALL = 8
"""Places of which all sets are tried, whatever their size."""
LARGEST = 6
"""Changes that are combined one with another; larger sets come from many at once, of which some are taken back."""


class Search(Shrinking):
    """Looks for `count` sets of changes that have different places, none of which holds another.

    tried: the size up to which all sets of the options were tried. strengths: what each place is worth, float[places],
    where that is known; else it is what changing it alone does. starts: larger sets that may be enough.
    """

    def __init__(
        self,
        options: Options,
        judge: Judge,
        count: int,
        step: int,
        strengths: Sequence[float] | None = None,
        starts: Sequence[Chosen] = (),
    ) -> None:
        super().__init__(options, judge, step)
        self.count, self.strengths, self.starts = count, strengths, starts
        self.tried, self.alone = 0, False

    def run(self) -> Iterator[Found | None]:
        """Sets as they are found, and None after every other batch of evaluations."""
        try:
            if self.strengths is not None:
                yield from self.many()
            yield from self.singles()
            for start in self.starts:
                yield from self.start(start)
            yield from self.many()
            yield from self.levels()
        except Spent:
            yield from self.unpruned()

    def unpruned(self) -> Iterator[Found]:
        """Where all was spent before anything was found: the smallest set that is known to be enough, as it is."""
        enough = [chosen for chosen, verdict in self.known.items() if verdict.passes]
        if enough and not self.found:
            yield from self.accept(min(enough, key=lambda each: (len(each), self.options.distance(each))), False)

    def start(self, chosen: Chosen) -> Iterator[Found | None]:
        """A larger set that may be enough, without what it does not need."""
        if chosen and len(self.found) < self.count and self.open(places_of(chosen)):
            (verdict,) = yield from self.ask([chosen])
            if verdict.passes:
                yield from self.least(chosen)

    def best_found(self) -> list[Found]:
        """The sets to show: the fewest changes first, then the nearest, those last that are mostly one before them."""
        ordered = sorted(self.found, key=lambda each: (len(each.chosen), self.options.distance(each.chosen)))
        return different(ordered)[: self.count]

    # One change

    def singles(self) -> Iterator[Found | None]:
        """Every option alone, the first of each place first; those that are enough, the nearest first.

        Where they would take more than half of what is left, not all of them.
        """
        worth = self.strengths if self.strengths is not None else [0.0] * len(self.options.counts)
        every = [((place, k),) for place, count in enumerate(self.options.counts) for k in range(count)]
        self.alone = True
        some = sorted(every, key=lambda one: (one[0][1], -worth[one[0][0]]))[: max(1, self.judge.left // 2)]
        yield from self.ask(some)
        self.tried = int(len(some) == len(every))
        enough = sorted((one for one in some if self.known[one].passes), key=self.options.distance)
        for one in enough:
            if len(self.found) < self.count and self.open(places_of(one)):
                yield from self.accept((yield from self.nearer(one)), True)

    def live(self) -> list[int]:
        """The places that are not enough alone, the strongest first."""
        enough = {one[0][0] for one, verdict in self.known.items() if len(one) == 1 and verdict.passes}
        left = [place for place, count in enumerate(self.options.counts) if count and place not in enough]
        return sorted(left, key=lambda place: -self.worth(place))

    def worth(self, place: int) -> float:
        """How far a place is expected to lead."""
        return self.strengths[place] if self.strengths is not None else -self.score(self.best(place)[0])

    def best(self, place: int) -> list[tuple[int, int]]:
        """The options of a place, the one that leads furthest alone first."""
        every = [(place, k) for k in range(self.options.counts[place])]
        return sorted(every, key=self.score)

    def score(self, one: tuple[int, int]) -> float:
        """How much is missing with one change; the lower, the nearer."""
        known = self.known.get((one,))
        return known.score if known else inf

    # Many changes at once

    def many(self) -> Iterator[Found | None]:
        """The strongest places together, ever more of them, until they are enough; then again without the first."""
        left = self.live()
        while len(self.found) < self.count and len(left) > 1:
            order = [self.best(place)[0] for place in left]
            sets = [tuple(sorted(order[:size])) for size in sizes(len(order))]
            verdicts = yield from self.ask(sets)
            enough = next((each for each, verdict in zip(sets, verdicts, strict=True) if verdict.passes), None)
            if enough is None:
                return
            before = len(self.found)
            yield from self.least(enough)
            if len(self.found) == before or not self.alone:
                return  # before any change was tried alone, one set is enough to begin with
            used = {place for place, _ in self.found[-1].chosen}
            left = [place for place in left if place not in used]

    # Few changes, one with another

    def levels(self) -> Iterator[Found | None]:
        """All pairs, then triples and so on while they can be smaller than what is known, the best where too many."""
        places = self.live()
        grown: list[tuple[int, ...]] = [(place,) for place in places[:KEPT]]
        for size in range(2, min(len(places), SMALL if len(places) <= SMALL else LARGEST) + 1):
            if self.settled(size):
                return
            cap = max(self.judge.left // 2, 1)
            sets = self.filled([group for group in of_size(size, places, grown, cap) if self.open(group)], cap)
            verdicts = yield from self.ask(sets)
            every = comb(len(places), size) <= cap and len(sets) == self.of_all(places, size)
            self.tried = size if every and self.tried == size - 1 else self.tried
            ranked = sorted(zip(sets, verdicts, strict=True), key=lambda each: (each[1].score, each[0]))
            grown = list(dict.fromkeys(places_of(each) for each, _ in ranked))[:KEPT]
            passing = [each for each, verdict in ranked if verdict.passes]
            for each in sorted(passing, key=self.options.distance):
                if self.open(places_of(each)):
                    yield from self.least(each)

    def settled(self, size: int) -> bool:
        """Whether enough sets are known that are no larger."""
        known = sorted(len(found.chosen) for found in self.found)
        return len(known) >= self.count and known[self.count - 1] <= size

    def filled(self, groups: Sequence[tuple[int, ...]], cap: int) -> list[Chosen]:
        """Groups of places with their options, the best of each place where all together would be more than `cap`."""
        most = max(self.options.counts, default=0)
        while most > 1 and sum(prod(min(self.options.counts[p], most) for p in group) for group in groups) > cap:
            most -= 1
        best = {place: self.best(place)[:most] for group in groups for place in group}
        return [tuple(sorted(each)) for group in groups for each in product(*(best[place] for place in group))]

    def of_all(self, places: Sequence[int], size: int) -> int:
        """How many sets there are of so many places, without those that hold a set that is enough."""
        groups = [group for group in combinations(places, size) if self.open(group)]
        return sum(prod(self.options.counts[place] for place in group) for group in groups)

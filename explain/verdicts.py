"""What is known of sets of changes: each is asked once, and those found are kept apart. Knows no order of trying."""

from collections.abc import Generator, Iterator, Sequence

from inference.nearest import Verdict

from .sets import Chosen, Found, Judge, Options, Spent, places_of


class Verdicts:
    """The verdicts of a judge on sets of options, and the sets that were found to be enough.

    step: sets of a batch of evaluations.
    """

    def __init__(self, options: Options, judge: Judge, step: int) -> None:
        self.options, self.judge, self.step = options, judge, step
        self.known: dict[Chosen, Verdict] = {}
        self.found: list[Found] = []

    def ask(self, wanted: Sequence[Chosen]) -> Generator[None, None, list[Verdict]]:
        """The verdicts of some sets, each asked once. Raises Spent."""
        new = [each for each in dict.fromkeys(wanted) if each not in self.known]
        for start in range(0, len(new), self.step):
            verdicts = self.judge(new[start : start + self.step])
            self.known |= zip(new[start:], verdicts, strict=False)
            yield
            if len(verdicts) < len(new[start : start + self.step]):
                raise Spent
        return [self.known[each] for each in wanted]

    def enough(self, sets: Sequence[Chosen]) -> Generator[None, None, Chosen | None]:
        """The nearest of some sets that are enough."""
        verdicts = yield from self.ask(sets)
        passing = [each for each, verdict in zip(sets, verdicts, strict=True) if verdict.passes]
        return min(passing, key=self.options.distance, default=None)

    def open(self, places: Sequence[int]) -> bool:
        """Whether these places hold none that are known to be enough."""
        return not any({place for place, _ in found.chosen} <= set(places) for found in self.found)

    def accept(self, chosen: Chosen, least: bool) -> Iterator[Found]:
        """Keep a set instead of those that hold it, and hand it out."""
        if self.open(places_of(chosen)):
            own = set(places_of(chosen))
            self.found = [each for each in self.found if not own < set(places_of(each.chosen))]
            self.found.append(Found(chosen, least))
            yield self.found[-1]

"""What the variants of a model cost and gain, and how far their reasons move against float32. Knows no kind of task.

The same players of the same inputs are explained for every variant, by the same coalitions. Estimates have errors of
their own: what float32 moves against itself with another seed is measured as well, and a variant is said to change its
reasons only where it moves farther than that.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np

from inference.errors import InputError, ModelError
from inference.study import agreement, sizes, variants
from inference.study.agreement import Agreement, Quality
from inference.study.results import Answers, answers
from inference.study.timing import Timing, interleaved
from inference.task import Task
from inference.types import Raw, Record, Target, absent
from inference.units import percent

from .explainer import explain_alike, explain_all
from .memory import Memory
from .moved import Moved, Shift, beyond, moved, shift
from .types import Explanation, Partition

REFERENCE = "float32"
EXPLAINED = 8
"""Inputs explained unless told otherwise."""
MATERIAL = {"rank": 0.05, "top3": 0.1, "distance": 0.25}
"""By how much more than float32 with another seed a variant must move, with its whole interval, for its reasons to have
changed: in rank correlation, in the share of the three strongest, in the relative size of the difference."""
LOSS, AGREES = 0.02, 0.95
"""What a variant may lose of accuracy, or add to the error, and what share of answers must stay where no truth is."""


@dataclass(frozen=True)
class Doing(Record):
    """What is under way, and how far it has come."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Variant(Record):
    """One row of the table.

    memory, disk: bytes of its weights. timing: one checked input, from preprocessing to the answer; beside: float32 in
    the same turns. per_second, beside_per_second: inputs a second in batches, likewise. moved: its reasons against
    float32's; beyond: how much farther than float32 with another seed. problem: why it could not be made, in words.
    """

    name: str
    about: str
    problem: Annotated[str | None, absent] = None
    memory: int = 0
    disk: int = 0
    timing: Annotated[Timing | None, absent] = None
    beside: Annotated[Timing | None, absent] = None
    per_second: float = 0
    beside_per_second: float = 0
    agreement: Annotated[Agreement | None, absent] = None
    quality: Annotated[Quality | None, absent] = None
    moved: Annotated[Shift | None, absent] = None
    beyond: Annotated[Shift | None, absent] = None
    keeps: bool = True
    changed: bool = False
    verdict: str = ""

    @property
    def flagged(self) -> bool:
        """Whether it answers as well as float32, for other reasons."""
        return self.keeps and self.changed


@dataclass(frozen=True)
class Variation(Record):
    """The variants of a model, float32 first. own: how far float32 moves against itself with another seed."""

    model: str
    inputs: int
    explained: int
    own: Shift
    rows: tuple[Variant, ...]
    version: Literal[1] = 1


@dataclass(frozen=True)
class Case:
    """An input with what all variants explain of it, and what float32 says."""

    raw: Raw
    target: Target
    players: Partition
    first: Explanation
    own: Moved


def vary(
    task: Task,
    raws: Sequence[Raw],
    truth: Any = None,
    names: Sequence[str] = tuple(variants.VARIANTS),
    explained: int = EXPLAINED,
    sparsity: float = variants.SPARSITY,
) -> Iterator[Doing | Variation]:
    """What is under way, and the table so far after each variant, the whole of it last.

    raws: checked inputs. truth: of each, as `results.of_truths` gives it. names: of variants. explained: so many of the
    inputs, spread over them, are explained. Closing the stream ends the work. Raises InputError, ModelError.
    """
    if not raws:
        raise InputError("There is no input to hold the variants against; give at least one.")
    total = len(names) + 1
    yield Doing(f"Asking {REFERENCE}", 0, total)
    reference = variants.variant(task, REFERENCE)
    said = answers(reference, raws)
    cases: list[Case] = []
    places = np.unique(np.linspace(0, len(raws) - 1, min(explained, len(raws))).round().astype(int))
    for count, place in enumerate(places):
        yield Doing(f"Explaining {REFERENCE}, input {count + 1} of {len(places)}", 0, total)
        cases += explain_case(reference, raws[place])
    own = shift([case.own for case in cases])
    table = Variation(task.name, len(raws), len(cases), own, (of_reference(reference, raws, said, truth),))
    yield table
    for done, name in enumerate([name for name in names if name != REFERENCE], start=1):
        yield Doing(f"Making {name}", done, total)
        try:
            made = variants.variant(task, name, sparsity)
        except ModelError as error:
            row = Variant(name, variants.about(name, sparsity), problem=str(error))
        else:
            row = measured(reference, made, raws, said, truth, sparsity)
            pairs = []
            for count, case in enumerate(cases):
                yield Doing(f"Explaining {name}, input {count + 1} of {len(cases)}", done, total)
                pairs.append(moved(case.first, alike(made, case)))
            row = judged(row, pairs, [case.own for case in cases])
        table = replace(table, rows=(*table.rows, row))
        yield table


def explain_case(task: Task, raw: Raw) -> list[Case]:
    """An input explained by float32, twice, as every variant will be; none where nothing was found in it."""
    target, memory = task.target(task.predict_some([raw])[0]), Memory()
    if target is None:
        return []
    with closing(explain_all(task, raw, [target], memory=memory)) as stream:  # type: ignore[type-var]
        for _ in stream:
            known = memory.explained(task, raw, target)
            if known and all(len(player) == 1 for player in known.players):
                break  # no finer players follow
    assert known is not None  # just explained
    case = Case(raw, target, known.players, known.explanation, of_itself(known.explanation))
    first = alike(task, case)
    exact = first.stderr is not None and not any(first.stderr)
    return [replace(case, first=first, own=of_itself(first) if exact else moved(first, alike(task, case, seed=1)))]


def of_itself(explanation: Explanation) -> Moved:
    """An exact explanation does not move with the seed."""
    return moved(explanation, explanation)


def alike(task: Task, case: Case, seed: int = 0) -> Explanation:
    """The case explained by another model or seed."""
    with closing(explain_alike(task, case.raw, case.target, case.players, seed)) as stream:  # type: ignore[type-var]
        *_, last = stream
    return last


def of_reference(task: Task, raws: Sequence[Raw], said: Answers, truth: Any) -> Variant:
    """The row of float32, which answers as itself."""
    return replace(measured(task, task, raws, said, truth, variants.SPARSITY), verdict="What others are held against.")


def measured(reference: Task, made: Task, raws: Sequence[Raw], said: Answers, truth: Any, sparsity: float) -> Variant:
    """What a variant takes, how fast it is beside float32 in the same turns, and what it says of the inputs."""
    batch = [raws[i % len(raws)] for i in range(made.batch_size)]
    one = interleaved([lambda: made.predict_some(raws[:1]), lambda: reference.predict_some(raws[:1])])
    many = interleaved([lambda: answers(made, batch), lambda: answers(reference, batch)])
    found = said if made is reference else answers(made, raws)
    return Variant(
        made.variant,
        variants.about(made.variant, sparsity),
        memory=sizes.in_memory(made.pipeline.model),
        disk=sizes.on_disk(made.pipeline.model),
        timing=one[0],
        beside=one[1],
        per_second=1000 * len(batch) / many[0].median,
        beside_per_second=1000 * len(batch) / many[1].median,
        agreement=agreement.between(said, found),
        quality=None if truth is None else agreement.against(said, found, truth),
    )


def judged(row: Variant, pairs: Sequence[Moved], own: Sequence[Moved]) -> Variant:
    """A row with how far its reasons moved, and what that means."""
    row = replace(row, moved=shift(pairs), beyond=beyond(pairs, own))
    row = replace(row, keeps=keeps(row), changed=changed(row.beyond))
    return replace(row, verdict=verdict(row, shift(own)))


def keeps(row: Variant) -> bool:
    """Whether a variant answers as well as float32: no worse by the test, and by at most LOSS; else agrees with it."""
    if quality := row.quality:
        allowed = LOSS * (1 if quality.measure == "accuracy" else quality.first)
        worse = quality.p is not None and quality.p < 0.05 and quality.gain.value < 0
        return quality.gain.value >= -allowed and not worse
    return row.agreement is None or row.agreement.same.value >= AGREES


def changed(found: Shift | None) -> bool:
    """Whether reasons moved farther than with another seed, by more than MATERIAL with the whole interval."""
    lows = {name: mean.low for name in MATERIAL for mean in [getattr(found, name)] if mean is not None}
    return any(low is not None and low > MATERIAL[name] for name, low in lows.items())


def verdict(row: Variant, own: Shift) -> str:
    """What a variant's row means, in a sentence."""
    answers = "Answers as float32 does" if row.keeps else "Answers otherwise than float32"
    if row.quality:
        answers = "Keeps its quality" if row.keeps else "Loses quality"
    if row.moved is None or row.moved.distance is None:
        return f"{answers}."
    by, itself = percent(row.moved.distance.value), percent(own.distance.value if own.distance else 0)
    moved = f"by {by} of their size; with another seed float32’s own move by {itself}"
    if not row.changed:
        return f"{answers}; its reasons stay: they move {moved}."
    told = f", rank correlation {row.moved.rank.value:.2f}".replace("-", "−") if row.moved.rank else ""
    return f"{answers}, {'but' if row.keeps else 'and'} changes its reasons: they move {moved}{told}."

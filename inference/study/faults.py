"""What is wrong with the data of a file, a line for each problem, the worst first, with what to do about it.

What a single value can be blamed for is said by the fields and tasks (`Task.warnings`) and counted here; what only many
rows show (constants, duplicates, a column that gives the truth away) is looked for here and in leakage.py.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..task import Task
from ..types import Raw, Record
from ..units import listed, percent, quantity
from .checking import Problem
from .leakage import leaks
from .results import Truth
from .traits import Trait

WARNED = {"image": 500, "audio": 200, "text": 2_000}
"""Rows whose warnings are asked for, fewer of what takes longer to judge; of tables ROWS."""
ROWS = 20_000
JUDGED = 20
"""Rows from which a column can be called constant."""
OFTEN = 0.05
"""Share of rows from which duplicates are worth a caution."""

Severity = Literal["bad", "caution", "note"]
ORDER: tuple[Severity, ...] = ("bad", "caution", "note")


@dataclass(frozen=True)
class Fault(Record):
    """One problem of `rows` rows, a `share` of the `of` that were looked at; `examples` are numbers of some of them.

    column: where it lies, as the file or the model calls it; empty for whole rows.
    """

    severity: Severity
    column: str
    message: str
    advice: str
    rows: int
    of: int
    examples: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """Of the rows that were looked at."""
        return self.rows / self.of if self.of else 0.0


@dataclass(frozen=True)
class Sample:
    """The rows to judge: checked inputs with their numbers in the file, its problems, and what else is known of them.

    traits: those of the inputs, and of other columns. count: all rows that were read, faulty ones among them.
    """

    raws: Sequence[Raw]
    numbers: Sequence[int]
    count: int
    problems: Sequence[Problem] = ()
    traits: Sequence[Trait] = ()
    truth: Truth | None = None


def faults(task: Task, sample: Sample, reference: Sequence[Raw] = ()) -> tuple[Fault, ...]:
    """All problems of some rows, the worst first. reference: rows that the model knows."""
    found = [
        *unfit(sample),
        *warned(task, sample),
        *unanswered(sample),
        *constant(sample, reference),
        *repeated(sample, reference),
        *leaking(sample),
    ]
    return tuple(sorted(found, key=lambda fault: (ORDER.index(fault.severity), -fault.share)))


def unfit(sample: Sample) -> Iterator[Fault]:
    """Rows that are no input at all, by column and reason."""
    groups: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in sample.problems:
        groups[problem.column, pattern(problem.message)].append(problem)
    for (column, _), some in groups.items():
        rows = tuple(dict.fromkeys(problem.row for problem in some))
        advice = "These rows got no answer: mend them, or say why they are missing."
        yield Fault("bad", column, some[0].message, advice, len(rows), sample.count, rows[:3])


def warned(task: Task, sample: Sample) -> Iterator[Fault]:
    """What the model warns of, row by row: unseen, beyond the training data, not known, cut off, blurred."""
    most = min(WARNED.get(field.kind, ROWS) for field in task.demo.inputs)
    raws = sample.raws[:most]
    groups: dict[str, tuple[str, list[int]]] = {}
    for number, raw in zip(sample.numbers, raws, strict=False):
        for warning in task.warnings(raw):
            groups.setdefault(pattern(warning), (warning, []))[1].append(number)
    for warning, rows in groups.values():
        column = next((field.label for field in task.demo.inputs if warning.startswith(field.label)), "")
        severity: Severity = "caution" if len(rows) >= OFTEN * len(raws) else "note"
        advice = "If that is how it should be, the model needs training data like it; else mend these rows."
        yield Fault(severity, column, warning, advice, len(rows), len(raws), tuple(rows[:3]))


def pattern(message: str) -> str:
    """A message without what differs from row to row."""
    return re.sub(r"[\d.,]+|'[^']*'|\"[^\"]*\"|“[^”]*”|[-$€£]", "#", message)


def unanswered(sample: Sample) -> Iterator[Fault]:
    """Rows whose truth is not known."""
    if sample.truth is None:
        return
    lacking = [
        number for number, each in zip(sample.numbers, sample.truth, strict=True) if each is None or each != each
    ]
    if lacking:
        advice = "They count in no measure. If they are missing for a reason, the measures are biased."
        count = len(lacking)
        yield Fault(
            "note", "", "The truth is missing or unreadable.", advice, count, len(sample.raws), tuple(lacking[:3])
        )


def constant(sample: Sample, reference: Sequence[Raw]) -> Iterator[Fault]:
    """Columns that the model reads and that have one value only, where the rows it knows have several."""
    count = len(sample.raws)
    for trait in sample.traits if count >= JUDGED else ():
        values = set(trait.values[trait.known].tolist())
        if not trait.direct or len(values) > 1:
            continue
        known = {raw[trait.name] for raw in reference} - values
        if reference and not known:
            continue
        told = f"is {cell(trait, next(iter(values)))} in every row" if values else "is missing in every row"
        advice = "Was the column filled by a default, or lost on the way? The model expects it to vary."
        yield Fault("caution", trait.label, f"{trait.label} {told}.", advice, count, count)


def cell(trait: Trait, value: Any) -> str:
    """A value as people read it."""
    return quantity(value, trait.unit) if trait.kind == "number" else str(value)


def repeated(sample: Sample, reference: Sequence[Raw]) -> Iterator[Fault]:
    """Rows that occur more than once, that contradict one another, and that the model has as reference rows."""
    keys, count = [key(raw) for raw in sample.raws], len(sample.raws)
    first: dict[str, int] = {}
    again = [
        number for number, each in zip(sample.numbers, keys, strict=True) if first.setdefault(each, number) != number
    ]
    if again:
        severity: Severity = "caution" if len(again) >= OFTEN * count else "note"
        advice = "Each counts again in every measure; keep one of each unless they are different cases."
        yield Fault(severity, "", "The same inputs as an earlier row.", advice, len(again), count, tuple(again[:3]))
    if sample.truth is not None:
        yield from contradicting(keys, sample)
    known = {key(raw) for raw in reference}
    inside = [number for number, each in zip(sample.numbers, keys, strict=True) if each in known]
    if inside:
        advice = "If the model was trained on its reference rows, leave these out of a test."
        message = "The same inputs as one of the model's reference rows."
        yield Fault("note", "", message, advice, len(inside), count, tuple(inside[:3]))


def contradicting(keys: Sequence[str], sample: Sample) -> Iterator[Fault]:
    """Rows of the same inputs whose truths differ."""
    assert sample.truth is not None  # the caller's condition
    truths: dict[str, set[Any]] = defaultdict(set)
    for each, truth in zip(keys, sample.truth.tolist(), strict=True):
        if truth is not None and truth == truth:
            truths[each].add(truth)
    mine = [number for number, each in zip(sample.numbers, keys, strict=True) if len(truths[each]) > 1]
    if mine:
        advice = "No model can be right on all of them: check the labels, or what is missing to tell them apart."
        message = "The same inputs with different truths."
        yield Fault("caution", "", message, advice, len(mine), len(keys), tuple(mine[:3]))


def leaking(sample: Sample) -> Iterator[Fault]:
    """Columns that give the truth away."""
    for leak in leaks(sample.traits, sample.truth):
        read = leak.trait.origin == "field"
        advice = (
            "Is it known before the answer is? If it follows from the truth, the measures mean nothing."
            if read
            else "The model does not read it; keep it out of training data if it follows from the truth."
        )
        told = f"{leak.trait.label} tells the truth by itself ({leak.measure} {leak.score:.3f})."
        yield Fault("bad" if read else "note", leak.trait.label, told, advice, leak.rows, leak.rows)


def key(raw: Raw) -> str:
    """The same for the same inputs."""
    return "|".join(printed(value) for value in raw.values())


def printed(value: Any) -> str:
    """A value, or the digest of a picture or a sound."""
    held = getattr(value, "samples", value)
    if hasattr(held, "tobytes"):
        return f"{getattr(held, 'size', '')} {hashlib.blake2b(held.tobytes(), digest_size=16).hexdigest()}"
    return repr(value)


def sentence(found: Sequence[Fault]) -> str:
    """How many problems there are, and how grave."""
    if not found:
        return "Nothing is wrong with these rows as far as can be seen."
    counts = Counter(fault.severity for fault in found)
    named = {"bad": "grave", "caution": "to look into", "note": "to know of"}
    told = listed([f"{counts[each]} {named[each]}" for each in ORDER if counts[each]])
    return f"{len(found)} problem{'s' if len(found) > 1 else ''}: {told}."


def told(fault: Fault) -> str:
    """How many rows have it: `12 rows, 0.6 %`."""
    return f"{fault.rows:,} row{'' if fault.rows == 1 else 's'}, {percent(fault.share)}"

"""Explanations of many rows as they come, added up output by output. Knows no estimator and no figure."""

from collections.abc import Sequence

from inference.task import Task
from inference.types import ItemTarget, Raw, Target

from ..types import Explanation
from .columns import Columns
from .maps import Maps
from .parts import Parts
from .records import Output, Summary

LABELS = 8
"""Labels of which each has an output of its own, where rows answer for themselves: the commonest."""


class Collected:
    """What was found of one output. Memory grows with rows × columns, and with the number of different words."""

    def __init__(self, task: Task, item: str | None, name: str) -> None:
        self.item, self.name, self.rows = item, name, 0
        fields = [field for field in task.demo.inputs if field.role == "input"]
        self.columns, self.parts, self.maps = Columns(fields), Parts(), Maps()

    def add(self, raw: Raw, explanation: Explanation) -> None:
        """One row's explanation, of one output."""
        self.rows += 1
        self.columns.add(raw, explanation)
        self.parts.add(explanation)
        self.maps.add(explanation)

    def output(self) -> Output:
        """What follows from the rows so far."""
        columns = self.columns.table()
        return Output(
            self.item,
            self.name,
            self.rows,
            columns.importance,
            columns.swarms,
            columns.dependence,
            self.parts.listed(self.rows),
            self.parts.kinds,
            self.maps.drawn(),
        )


class Gathered:
    """All outputs of a task over the rows of a sample."""

    def __init__(self, task: Task, sample: int, available: int, seed: int, targets: Sequence[Target]) -> None:
        """targets: those explained in every row; without any, each row's own answer is, and by its label apart."""
        self.task, self.sample, self.available, self.seed = task, sample, available, seed
        self.targets = tuple(targets)
        self.rows = self.left_out = self.evaluations = 0
        self.baseline = ""
        self.own: dict[str | None, Collected] = {}

    def add(self, raw: Raw, explained: Sequence[Explanation]) -> None:
        """A row's explanations, one a target."""
        self.rows += 1
        self.evaluations += explained[0].evaluations
        self.baseline = self.baseline or explained[0].baseline
        for each in explained:
            for item in self.outputs_of(each):
                if item not in self.own:
                    self.own[item] = Collected(
                        self.task, item, each.output if self.targets else item or "its own answer"
                    )
                self.own[item].add(raw, each)

    def outputs_of(self, explanation: Explanation) -> list[str | None]:
        """The outputs that an explanation counts for: the item; of a row's own answer also its label, if it has one."""
        target = explanation.target
        item = target.item.partition("@")[0] if isinstance(target, ItemTarget) else None  # spans and boxes: LABEL@place
        if self.targets:
            return [item]
        labelled = self.task.kind in ("labels", "spans", "boxes", "action") and item is not None
        return [None, item] if labelled else [None]

    def summary(self, seconds: float) -> Summary:
        """What follows from the rows so far."""
        first, *others = self.own.values()
        if not self.targets:
            others = sorted(others, key=lambda each: -each.rows)[:LABELS]
        return Summary(
            model=self.task.name,
            rows=self.rows,
            sample=self.sample,
            available=self.available,
            left_out=self.left_out,
            scale=self.task.scale,
            unit=self.task.demo.unit,
            baseline=self.baseline,
            seed=self.seed,
            evaluations=self.evaluations,
            seconds=round(seconds, 2),
            outputs=tuple(each.output() for each in (first, *others)),
        )

"""Measure A: the evaluations that the better of shap's Permutation and Kernel needs, over ours, to an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accuracy import Bars
from comparison import Comparison
from contenders import KERNEL, OURS, PERMUTATION
from crossing import Curve, needed
from known import Known

SHORT, LONG = (0.05, 0.02), (0.15, 0.1)
"""Errors that are asked for, of games whose values are known exactly and of those with a reference."""


@dataclass(frozen=True)
class Fewer:
    """One case: its games, its curves by contender, and how our error bars did."""

    case: str
    games: Sequence[Known]
    curves: Mapping[str, Curve]
    bars: Sequence[Bars] = ()

    @property
    def errors(self) -> tuple[float, float]:
        """Those that are asked for."""
        return LONG if any(game.own_error for game in self.games) else SHORT

    def needs(self, error: float) -> tuple[float | None, float | None, str]:
        """Evaluations of ours and of the better of shap's two, and which that is."""
        theirs = {by: needed(self.curves[by], error) for by in (PERMUTATION, KERNEL)}
        best = min(theirs, key=lambda by: theirs[by] or float("inf"))
        return needed(self.curves[OURS], error), theirs[best], best

    @property
    def comparisons(self) -> list[Comparison]:
        """As other benchmarks tell, where both come to the error."""
        found: list[Comparison] = []
        for error in self.errors if self.curves else ():
            ours, theirs, by = self.needs(error)
            if ours and theirs:
                found.append(
                    Comparison(f"{self.case}: evaluations to an error of {error}", [[ours]], by, [[theirs]], "")
                )
        return found

    def row(self) -> str:
        """A line of the table."""
        told = [self.told(error) for error in self.errors]
        own = max(game.own_error for game in self.games)
        exact = "exact" if not own else f"{own:.3f}"
        return f"| {self.case} | {len(self.games)} | {' | '.join(told)} | {exact} | {self.games[0].dtype} |"

    def told(self, error: float) -> str:
        """Ours, theirs, the ratio; where one does not come to the error, how far it was tried."""
        ours, theirs, by = self.needs(error)
        most = max(x for x, _ in self.curves[by])
        mine = f"{ours:.0f}" if ours else f"over {max(x for x, _ in self.curves[OURS]):.0f}"
        other = f"{theirs:.0f} ({by.removeprefix('shap ')})" if theirs else f"over {most:.0f}"
        ratio = "" if not ours else f", **{'' if theirs else 'over '}{(theirs or most) / ours:.1f}×**"
        return f"{mine} / {other}{ratio}"


HEAD = """| case | inputs | ours / shap's better one, to an error of .05 (n ≈ 50: .15) | to .02 (n ≈ 50: .1) | \
reference's own error | values in |
|---|---|---|---|---|---|"""
BARS = """| case | 4n | 8n | 16n |
|---|---|---|---|"""


def covered(found: Fewer) -> str:
    """A line of the table of error bars: coverage, and width over actual error."""
    by_step = {bars.step: f"{100 * bars.covered:.0f} %, {bars.width:.1f}" for bars in found.bars}
    return f"| {found.case} | {' | '.join(by_step.get(step, '–') for step in (4, 8, 16))} |"
